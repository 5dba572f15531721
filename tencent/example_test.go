package tencent_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// Sends a code. Against the real service, leave BaseURL out and take the API key,
// the application and the template from the consoles.
func Example() {
	server := sim.New(sim.Config{}, tencentsim.New(tencentsim.Config{SecretID: "AKID", SecretKey: "key", AppID: "1400006666"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := tencent.New(tencent.Config{
		SecretID:  "AKID",
		SecretKey: "key",
		AppID:     "1400006666",
		Sign:      "示例签名",
		Templates: provider.Templates{
			"login": {ID: "1110", Params: []string{provider.ParamCode, "minutes"}},
		},
		BaseURL: server.URL(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To:       provider.MustParsePhone("+86 138-0013-8000"),
		Template: "login",
		Params:   provider.Params{provider.ParamCode: "042137", "minutes": "5"},
	})
	switch {
	case errors.Is(err, provider.KindBalance):
		fmt.Println("buy another package")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("accepted by", receipt.Provider, "for", receipt.To, "and billed as", receipt.Extra["fee"])
	}
	// Output: accepted by tencent for 138****8000 and billed as 1
}

// Sends one text to two phones. Each has a result of its own.
func ExampleProvider_SendBatch() {
	server := sim.New(sim.Config{}, tencentsim.New(tencentsim.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Blocked: []string{"+8613800138001"},
	}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := tencent.New(tencent.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Sign: "示例签名", BaseURL: server.URL(),
		Templates: provider.Templates{"maintenance": {ID: "1114", Params: []string{"hour"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	results, err := p.SendBatch(context.Background(),
		provider.Message{Template: "maintenance", Params: provider.Params{"hour": "22"}},
		[]provider.Phone{provider.MustParsePhone("13800138000"), provider.MustParsePhone("13800138001")})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range results {
		fmt.Println(result.To, "accepted:", result.Err == nil, "blocked:", errors.Is(result.Err, provider.KindBlocked))
	}
	// Output:
	// 138****8000 accepted: true blocked: false
	// 138****8001 accepted: false blocked: true
}
