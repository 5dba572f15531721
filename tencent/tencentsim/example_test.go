package tencentsim_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// A program under test sends, and the test looks at what arrived. When the
// simulator refuses, the verdict of the exchange says why.
func Example() {
	server := sim.New(sim.Config{}, tencentsim.New(tencentsim.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666",
		Templates: map[string]tencentsim.Template{"1110": {Text: "验证码{1}，请勿泄露。", Code: true}},
	}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := tencent.New(tencent.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Sign: "示例签名", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {ID: "1110", Params: []string{"code"}}, "order": {ID: "1111"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	phone := provider.MustParsePhone("138 0013 8000")
	for _, m := range []provider.Message{
		{To: phone, Template: "login", Params: provider.Params{"code": "042137"}},
		{To: phone, Template: "order"},
	} {
		_, err = p.Send(context.Background(), m)
		fmt.Println(err == nil)
	}
	fmt.Println(server.Texts()[0].Text)
	fmt.Println(server.Exchanges()[1].Verdict)
	// Output:
	// true
	// false
	// 【示例签名】验证码042137，请勿泄露。
	// TemplateId: no such template
}
