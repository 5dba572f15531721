package acme_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Sends a code. Against the real service, leave BaseURL out and take Key and
// Secret from the console.
func Example() {
	server := sim.New(sim.Config{}, acmesim.New(acmesim.Config{Key: "key", Secret: "secret"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := acme.New(acme.Config{
		Key:       "key",
		Secret:    "secret",
		Templates: provider.Templates{"login": {ID: "T1", Params: []string{"code"}}},
		BaseURL:   server.URL(),
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
	// Output: accepted by acme for 138****8000
}
