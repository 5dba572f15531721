package fake_test

import (
	"context"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// signUp is the code under test: it texts a code, and says so to the user.
func signUp(ctx context.Context, p provider.Provider, phone provider.Phone) string {
	_, err := p.Send(ctx, provider.Message{
		To: phone, Template: "sign-up", Params: provider.Params{provider.ParamCode: "042137"},
	})
	if err != nil {
		return "Please try again later."
	}
	return fmt.Sprintf("We have sent a code to %v.", phone)
}

// A unit test gives a Fake to the code under test, and looks at what was sent.
func Example() {
	ctx := context.Background()
	phone := provider.MustParsePhone("13800138000")

	var sms fake.Provider
	fmt.Println(signUp(ctx, &sms, phone))
	fmt.Println(sms.CodeFor(phone))

	sms.Script(fake.Refuse(provider.KindBalance))
	fmt.Println(signUp(ctx, &sms, phone))
	// Output:
	// We have sent a code to 138****8000.
	// 042137
	// Please try again later.
}
