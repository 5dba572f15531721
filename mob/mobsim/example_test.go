package mobsim_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// A program under test lets Mob send a code, and the test reads it from the
// inbox.
func Example() {
	server := sim.New(sim.Config{}, mobsim.New(mobsim.Config{AppKey: "key"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := mob.New(mob.Config{AppKey: "key", BaseURL: server.URL(), Templates: provider.Templates{"login": {}}})
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
	// 4 digits
	// <nil>
}
