package provider_test

import (
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

// What a text costs, before it is sent.
func ExampleSegments() {
	text := "您的验证码是042137，10分钟内有效。请勿向任何人透露。"
	fmt.Println(provider.Segments(text, "比目科技"))
	fmt.Println(provider.Segments(text+text+text, "比目科技"))
	fmt.Println(provider.SegmentsAbroad("Your verification code is 042137. It is valid for 10 minutes. Do not share it.", ""))
	// Output:
	// 1
	// 2
	// 1
}

// What a template costs: at least, and with the values of one message.
func ExampleTemplate_Estimate() {
	template := provider.Template{Text: "{name}，您好：您预约的{service}将于{time}开始，请提前到达。如需取消，请致电客服。回复退订可不再接收。"}
	least, err := template.Estimate("比目科技", nil)
	fmt.Println(least.Mainland, err)
	estimate, err := template.Estimate("比目科技", provider.Params{
		"name": "王女士", "service": "全身体检（高级套餐）", "time": "十一月二十二日上午九点三十分",
	})
	fmt.Println(estimate.Mainland, err)
	// Output:
	// 1 <nil>
	// 2 <nil>
}
