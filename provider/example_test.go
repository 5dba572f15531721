package provider_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

// emptyAccount stands for an adapter whose account has run out of messages.
type emptyAccount struct{}

func (emptyAccount) Name() string { return "ihuyi" }

func (emptyAccount) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, &provider.Error{
		Provider: "ihuyi", Op: provider.OpSend, Kind: provider.KindBalance, Code: "4051", Text: "no messages left",
	}
}

// A program sends through the interface and decides by the kind of the failure.
func Example() {
	var p provider.Provider = emptyAccount{}
	phone, err := provider.ParsePhone("138 0013 8000")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = p.Send(context.Background(), provider.Message{
		To:       phone,
		Template: "login",
		Params:   provider.Params{provider.ParamCode: "042137"},
	})
	switch {
	case err == nil:
		fmt.Println("accepted for", phone)
	case errors.Is(err, provider.KindBalance):
		fmt.Println("top up the account:", err)
	case provider.MayHaveSent(err):
		fmt.Println("it may arrive all the same:", err)
	default:
		fmt.Println("not sent:", err)
	}
	// Output: top up the account: ihuyi: send: balance: 4051: no messages left
}

// What each attempt of a composer ran into.
func ExampleFailures() {
	err := errors.Join(
		&provider.Error{Provider: "relay", Op: provider.OpSend, Kind: provider.KindUnavailable, Text: "no phone online"},
		&provider.Error{Provider: "ihuyi", Op: provider.OpSend, Kind: provider.KindBalance},
	)
	for failure := range provider.Failures(fmt.Errorf("login code: %w", err)) {
		fmt.Println(failure.Provider, failure.Kind)
	}
	// Output:
	// relay unavailable
	// ihuyi balance
}

func ExampleParsePhone() {
	for _, typed := range []string{"138-0013-8000", "＋８６　１３８００１３８０００", "+1 (202) 555-0123", "010 6552 9988"} {
		phone, err := provider.ParsePhone(typed)
		if err != nil {
			fmt.Println("not a mobile number")
			continue
		}
		fmt.Println(phone, phone.CountryCode(), len(phone.National()))
	}
	// Output:
	// 138****8000 86 11
	// 138****8000 86 11
	// +1 202***0123 1 10
	// not a mobile number
}

// One message fits two services whose templates differ.
func ExampleTemplates() {
	message := provider.Message{Template: "login", Params: provider.Params{"code": "042137", "minutes": "10"}}

	byID := provider.Templates{"login": {ID: "SMS_1001", Params: []string{"code"}, Ignore: []string{"minutes"}}}
	template, _ := byID.Lookup(message.Template)
	values, _ := template.Values(message.Params)
	fmt.Println(template.ID, values)

	byText := provider.Templates{"login": {Text: "Your code is {code}. It is valid for {minutes} minutes."}}
	template, _ = byText.Lookup(message.Template)
	text, _ := template.Render(message.Params)
	fmt.Println(text)

	_, err := template.Render(provider.Params{"code": "042137"})
	fmt.Println(err)
	// Output:
	// SMS_1001 [042137]
	// Your code is 042137. It is valid for 10 minutes.
	// send: template: Params: missing parameter "minutes"
}

// Optional abilities are asked for through front doors, which answer
// errors.ErrUnsupported where nobody has the ability.
func ExampleReadBalances() {
	_, err := provider.ReadBalances(context.Background(), emptyAccount{})
	fmt.Println(errors.Is(err, errors.ErrUnsupported))
	fmt.Println(err)
	// Output:
	// true
	// ihuyi: balance: unsupported: nobody here reads balances
}
