package tencentsim_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// The service says little about what is wrong with a request. The verdict of the
// exchange names the field, or the part of the signature.
func Example_verdict() {
	server := sim.New(sim.Config{}, tencentsim.New(tencentsim.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666",
		Templates: map[string]tencentsim.Template{"1110": {Text: "验证码{1}，请勿泄露。", Code: true}},
	}))
	cfg := tencent.Config{SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Sign: "示例签名"}
	cfg.HTTPClient = &http.Client{Transport: server.Transport()}
	cfg.Templates = provider.Templates{"login": {ID: "1110"}} // the code is forgotten
	p, err := tencent.New(cfg)
	if err == nil {
		_, err = p.Send(context.Background(), provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
	}
	fmt.Println("refused:", err != nil)
	fmt.Println(server.Exchanges()[0].Verdict)
	// Output:
	// refused: true
	// TemplateParamSet: 0 values for 1 variables
}

// A batch is one request, and one exchange in the records. It lists the text of every
// number that was accepted; the verdict says why others were not.
func Example_batch() {
	server := sim.New(sim.Config{}, tencentsim.New(tencentsim.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Blocked: []string{"+8613800138001"},
		Templates: map[string]tencentsim.Template{"1114": {Text: "系统将于{1}点维护。"}},
	}))
	p, err := tencent.New(tencent.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Sign: "示例签名",
		Templates:  provider.Templates{"maintenance": {ID: "1114", Params: []string{"hour"}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var to []provider.Phone
	for _, number := range []string{"13800138000", "13800138001", "13800138002"} {
		to = append(to, provider.MustParsePhone(number))
	}
	_, err = provider.SendMany(context.Background(), p, provider.Message{Template: "maintenance", Params: provider.Params{"hour": "22"}}, to)
	fmt.Println(err)
	for _, exchange := range server.Exchanges() {
		for _, text := range exchange.Accepted {
			fmt.Println("request", exchange.Seq, "text", text.Seq, text.To, text.Text)
		}
		fmt.Println(exchange.Verdict)
	}
	// Output:
	// <nil>
	// request 1 text 1 +8613800138000 【示例签名】系统将于22点维护。
	// request 1 text 2 +8613800138002 【示例签名】系统将于22点维护。
	// PhoneNumberSet: a number on the blacklist
}
