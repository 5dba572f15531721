package otp_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func Example() {
	ctx := context.Background()
	sms := &fake.Provider{} // in a program, a failover.Composer
	codes, err := otp.New(otp.Config{
		Sender: sms, Key: provider.Secret(strings.Repeat("random ", 5)), Purposes: otp.Purposes{"login": {}},
	})
	if err != nil {
		panic(err)
	}

	const session = "a random secret in an HttpOnly cookie"
	v, err := codes.Start(ctx, otp.StartRequest{Purpose: "login", Phone: "138 0013 8000", Binding: session})
	if err != nil {
		panic(err)
	}
	fmt.Println("sent:", v.Sent, "digits:", v.Digits)

	code := sms.CodeFor(provider.MustParsePhone("13800138000")) // as the user reads it
	done, err := codes.Check(ctx, otp.CheckRequest{ID: v.ID, Purpose: "login", Binding: session, Code: code})
	if err != nil {
		panic(err)
	}
	fmt.Println("verified:", done.Phone)
	// Output:
	// sent: true digits: 6
	// verified: 138****8000
}
