package bmobsim_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// A program under test lets Bmob send a code, and the test reads it from the
// inbox.
func Example() {
	server := sim.New(sim.Config{}, bmobsim.New(bmobsim.Config{AppID: "id", RESTKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := bmob.New(bmob.Config{AppID: "id", RESTKey: "key", BaseURL: server.URL(), Templates: provider.Templates{"login": {}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{To: provider.MustParsePhone("138 0013 8000"), Template: "login"})
	if err != nil {
		fmt.Println(err)
		return
	}
	code := server.Texts()[0].Code
	fmt.Println(len(code), "digits")
	fmt.Println(p.Verify(context.Background(), receipt, code))
	// Output:
	// 6 digits
	// <nil>
}
