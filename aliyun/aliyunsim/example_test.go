package aliyunsim_test

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

// A signature that is not filed with a carrier is accepted, and the report tells that the
// text has not arrived.
func Example_filing() {
	account := aliyunsim.New(aliyunsim.Config{
		AccessKeyID: "id", AccessKeySecret: "secret", Deliver: true,
		Signs:     map[string]aliyunsim.Sign{"示例签名": {Filing: aliyunsim.Filing{Telecom: aliyunsim.BeingFiled}}},
		Templates: map[string]aliyunsim.Template{"SMS_1": {Text: "验证码${code}，请勿泄露。", Code: true}},
	})
	server := sim.New(sim.Config{}, account, account.Verification())
	p, err := aliyun.New(aliyun.Config{
		AccessKeyID: "id", AccessKeySecret: "secret", Sign: "示例签名",
		Templates:  provider.Templates{"login": {ID: "SMS_1", Params: []string{"code"}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for _, number := range []string{"13800138000", "13300133000"} {
		receipt, err := p.Send(ctx, provider.Message{To: provider.MustParsePhone(number), Template: "login", Params: provider.Params{"code": "042137"}})
		fmt.Println("accepted:", err == nil)
		status, err := p.ReadStatus(ctx, receipt)
		fmt.Println(status.State, status.Code, err)
	}
	// Output:
	// accepted: true
	// delivered DELIVERED <nil>
	// accepted: true
	// failed PORT_NOT_REGISTERED <nil>
}

// 短信认证 makes a code and checks it.
func Example_verification() {
	account := aliyunsim.New(aliyunsim.Config{
		AccessKeyID: "id", AccessKeySecret: "secret",
		Verification: aliyunsim.VerificationConfig{Signs: aliyunsim.GiftSigns(), Templates: aliyunsim.GiftTemplates()},
	})
	server := sim.New(sim.Config{}, account, account.Verification())
	v, err := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: "id", AccessKeySecret: "secret", Sign: "速通互联验证码",
		Templates:  provider.Templates{"login": {ID: "100001"}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	receipt, err := v.Send(ctx, provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
	code := server.Texts()[0].Code
	fmt.Println(len(code), "digits", err)
	fmt.Println("right:", v.Verify(ctx, receipt, code))
	fmt.Println("again:", errors.Is(v.Verify(ctx, receipt, code), provider.KindCodeMismatch))
	fmt.Println(server.Exchanges()[2].Verdict)
	// Output:
	// 6 digits <nil>
	// right: <nil>
	// again: true
	// VerifyCode: the service has made none for this number, or it is used up
}
