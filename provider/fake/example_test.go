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

// A unit test gives a fake to the code under test, and looks at what was sent.
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

// A service that makes its own codes is a Verifier. The templates are those of
// the program's configuration.
func ExampleVerifier() {
	ctx := context.Background()
	sms := &fake.Verifier{Provider: fake.Provider{
		ProviderName: "mob", Templates: provider.Templates{"login": {Ignore: []string{provider.ParamCode}}},
	}}
	receipt, err := sms.Send(ctx, provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the code is made by the", receipt.Code)
	fmt.Println(provider.Verify(ctx, sms, receipt, "000000"))
	fmt.Println(provider.Verify(ctx, sms, receipt, sms.CodeFor(receipt.To)))
	// Output:
	// the code is made by the provider
	// mob: verify: code mismatch
	// <nil>
}

// severalAbilities sends batches and tells what became of each message.
type severalAbilities struct {
	*fake.BatchSender
	provider.StatusReader
}

// A test that wants several abilities in one provider embeds one fake and the
// interfaces of the others. SetStatus tells the other fake what to say.
func Example_severalAbilities() {
	ctx := context.Background()
	status := &fake.StatusReader{}
	sms := severalAbilities{&fake.BatchSender{}, status}
	anna, ben := provider.MustParsePhone("13800138000"), provider.MustParsePhone("13900139001")
	sms.ScriptFor(ben, fake.Refuse(provider.KindBlocked))
	status.SetStatus("fake-1", provider.Status{State: provider.StateDelivered})

	results, err := provider.SendMany(ctx, sms, provider.Message{Template: "news"}, []provider.Phone{anna, ben})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range results {
		if result.Err != nil {
			fmt.Println(result.To, result.Err)
			continue
		}
		became, err := provider.ReadStatus(ctx, sms, result.Receipt)
		fmt.Println(result.To, became.State, err)
	}
	// Output:
	// 138****8000 delivered <nil>
	// 139****9001 fake: send: blocked
}
