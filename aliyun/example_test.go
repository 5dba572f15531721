package aliyun_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Sends codes through 短信认证, which is open to a person. Against the real service, leave
// HTTPClient out and take the AccessKey, a given signature and a given template from the
// console.
func Example() {
	account := aliyunsim.New(aliyunsim.Config{
		AccessKeyID: "LTAIexample", AccessKeySecret: "secret-of-the-key",
		Verification: aliyunsim.VerificationConfig{Signs: aliyunsim.GiftSigns(), Templates: aliyunsim.GiftTemplates()},
	})
	server := sim.New(sim.Config{}, account, account.Verification())
	p, err := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: "LTAIexample", AccessKeySecret: "secret-of-the-key", Sign: "速通互联验证码",
		Templates: provider.Templates{
			"login": {ID: "100001", Params: []string{"code"}}, // the caller makes the code
			"reset": {ID: "100003"},                           // the service makes it
		},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, to := context.Background(), provider.MustParsePhone("138 0013 8000")
	receipt, err := p.Send(ctx, provider.Message{To: to, Template: "login", Params: provider.Params{provider.ParamCode: "042137"}})
	fmt.Println(receipt.To, receipt.Provider, "the code is made by the", receipt.Code, err)

	receipt, err = p.Send(ctx, provider.Message{To: to, Template: "reset"})
	fmt.Println(receipt.To, receipt.Provider, "the code is made by the", receipt.Code, err)
	typed := server.Texts()[1].Code // what the user reads on the phone
	fmt.Println("wrong:", errors.Is(provider.Verify(ctx, p, receipt, "1"+typed[1:]+"0"), provider.KindCodeMismatch))
	fmt.Println("right:", provider.Verify(ctx, p, receipt, typed) == nil)
	// Output:
	// 138****8000 aliyun-verification the code is made by the caller <nil>
	// 138****8000 aliyun-verification the code is made by the provider <nil>
	// wrong: true
	// right: true
}

// Sends through 短信服务 with a signature of one's own, and asks what became of it. A
// signature that is not filed with the number's carrier is accepted, and stopped later.
func Example_ownSignature() {
	server := sim.New(sim.Config{}, aliyunsim.New(aliyunsim.Config{
		AccessKeyID: "LTAIexample", AccessKeySecret: "secret-of-the-key", Deliver: true,
		Signs: map[string]aliyunsim.Sign{"示例签名": {Filing: aliyunsim.Filing{Unicom: aliyunsim.NotFiled}}},
	}))
	p, err := aliyun.New(aliyun.Config{
		AccessKeyID: "LTAIexample", AccessKeySecret: "secret-of-the-key", Sign: "示例签名",
		Templates:  provider.Templates{"login": {ID: "SMS_154950909", Params: []string{"code"}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for _, number := range []string{"138 0013 8000", "130 0013 8000"} {
		receipt, err := p.Send(ctx, provider.Message{
			To: provider.MustParsePhone(number), Template: "login", Params: provider.Params{provider.ParamCode: "042137"},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		status, err := p.ReadStatus(ctx, receipt)
		fmt.Println(receipt.To, status.State, status.Code, err)
	}
	filing, err := p.ReadFiling(ctx, "")
	for _, carrier := range filing.Carriers {
		fmt.Println(carrier.Carrier, carrier.State, carrier.State.Sends())
	}
	fmt.Println(err)
	// Output:
	// 138****8000 delivered DELIVERED <nil>
	// 130****8000 failed PORT_NOT_REGISTERED <nil>
	// mobile unproven true
	// telecom unproven true
	// unicom none false
	// <nil>
}
