package segments_test

import (
	"fmt"

	"github.com/cnsms/cnsms/provider/segments"
)

// What a text costs, before it is sent.
func Example() {
	text := "您的验证码是042137，10分钟内有效。请勿向任何人透露。"
	fmt.Println(segments.Count(text, "比目科技"))
	fmt.Println(segments.Count(text+text+text, "比目科技"))
	fmt.Println(segments.CountAbroad("Your verification code is 042137. It is valid for 10 minutes. Do not share it.", ""))
	// Output:
	// 1
	// 2
	// 1
}

// What a template costs depends on the values that it is filled with.
func ExampleCount() {
	const form = "%s，您好：您预约的%s将于%s开始，请提前到达。如需取消，请致电客服。回复退订可不再接收。"
	fmt.Println(segments.Count(fmt.Sprintf(form, "", "", ""), "比目科技"), "at least")
	fmt.Println(segments.Count(fmt.Sprintf(form, "王女士", "全身体检（高级套餐）", "十一月二十二日上午九点三十分"), "比目科技"))
	// Output:
	// 1 at least
	// 2
}
