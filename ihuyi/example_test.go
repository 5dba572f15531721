package ihuyi_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Sends a code. Against the real service, leave BaseURL out and take Account
// and APIKey from the console.
func Example() {
	server := sim.New(sim.Config{}, ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000",
		APIKey:  "key",
		Templates: provider.Templates{
			"login": {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"},
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
		Params:   provider.Params{provider.ParamCode: "042137"},
	})
	switch {
	case errors.Is(err, provider.KindBalance):
		fmt.Println("top up the account")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("accepted by", receipt.Provider, "for", receipt.To)
	}
	// Output: accepted by ihuyi for 138****8000
}
