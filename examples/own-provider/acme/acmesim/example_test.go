package acmesim_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// A program under test sends, and the test looks at what arrived.
func Example() {
	server := sim.New(sim.Config{}, acmesim.New(acmesim.Config{
		Key: "key", Secret: "secret", Templates: map[string]string{"T1": "Your code is {1}."},
	}))
	p, err := acme.New(acme.Config{
		Key: "key", Secret: "secret", HTTPClient: &http.Client{Transport: server.Transport()},
		Templates: provider.Templates{"login": {ID: "T1", Params: []string{"code"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("138 0013 8000"), Template: "login", Params: provider.Params{"code": "042137"},
	})
	fmt.Println(err)
	fmt.Println(server.Texts()[0].Text)
	// Output:
	// <nil>
	// 【Acme】Your code is 042137.
}
