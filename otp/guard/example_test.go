package guard_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

func Example() {
	ctx := context.Background()
	g, err := guard.New(guard.Config{Key: bytes.Repeat([]byte("k"), 32)}) // your own 32 random bytes
	if err != nil {
		fmt.Println(err)
		return
	}
	request := guard.Request{
		Phone:   provider.MustParsePhone("138 0013 8000"),
		Client:  netip.MustParseAddr("192.0.2.7"), // of guard.ClientOf
		Session: "a cookie", Purpose: "login",
	}
	d, _ := g.Reserve(ctx, request)
	fmt.Println(d.Verdict)
	again, _ := g.Reserve(ctx, request)
	fmt.Println(again.Verdict, again.Rule, again.Wait > 0)
	fmt.Println(g.Verified(ctx, d.Ticket)) // the user typed the right code
	// Output:
	// allow
	// refuse R1 true
	// <nil>
}
