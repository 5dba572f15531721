package mobsim_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// A code ends five minutes after it was sent. The clock is the test's own, so nobody
// waits.
func Example_expiry() {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, sim.Beijing)
	server := sim.New(sim.Config{Now: func() time.Time { return now }}, mobsim.New(mobsim.Config{AppKey: "key", KeepVerified: true}))
	p, err := mob.New(mob.Config{
		AppKey: "key", Templates: provider.Templates{"login": {}}, HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	receipt, err := p.Send(ctx, provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
	code := server.Texts()[0].Code
	fmt.Println(len(code), "digits", err)
	for range 2 {
		now = now.Add(4 * time.Minute)
		fmt.Println(p.Verify(ctx, receipt, code))
	}
	// Output:
	// 4 digits <nil>
	// <nil>
	// mob: verify: code mismatch: 468
}
