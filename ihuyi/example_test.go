package ihuyi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Sends codes, and decides by the kind of each failure. Against the real service,
// leave HTTPClient out and take Account and APIKey from the console.
func Example() {
	left := 1
	server := sim.New(sim.Config{}, ihuyisim.New(ihuyisim.Config{
		Account: "C00000000", APIKey: "key", Balance: &left, Blocked: []string{"13900139001"},
	}))
	p, err := ihuyi.New(ihuyi.Config{
		Account:    "C00000000",
		APIKey:     "key",
		Templates:  provider.Templates{"login": {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, number := range []string{"138 0013 8000", "139 0013 9001", "137 0013 7002"} {
		receipt, err := p.Send(context.Background(), provider.Message{
			To: provider.MustParsePhone(number), Template: "login", Params: provider.Params{provider.ParamCode: "042137"},
		})
		switch {
		case err == nil:
			fmt.Println("accepted by", receipt.Provider, "for", receipt.To)
		case errors.Is(err, provider.KindBlocked):
			fmt.Println("this number takes no texts")
		case errors.Is(err, provider.KindBalance):
			fmt.Println("top up the account")
		default:
			fmt.Println(err)
		}
	}
	// Output:
	// accepted by ihuyi for 138****8000
	// this number takes no texts
	// top up the account
}

// Texts abroad have an account of their own. A router chooses between the two by the
// number's country; each has its name in receipts and errors.
func Example_twoAccounts() {
	server := sim.New(sim.Config{},
		ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}),
		ihuyisim.New(ihuyisim.Config{Account: "I00000000", APIKey: "other-key", International: true}))
	client := &http.Client{Transport: server.Transport()}

	mainland, errMainland := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", HTTPClient: client,
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。"}},
	})
	abroad, errAbroad := ihuyi.New(ihuyi.Config{
		Name: "ihuyi-abroad", International: true, Account: "I00000000", APIKey: "other-key", HTTPClient: client,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	})
	if err := errors.Join(errMainland, errAbroad); err != nil {
		fmt.Println(err)
		return
	}
	sms, err := failover.NewRouter(failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Provider: mainland}, failover.Rule{Provider: abroad})
	fmt.Println(err)
	for _, number := range []string{"138 0013 8000", "+852 5123 4567"} {
		receipt, err := sms.Send(context.Background(), provider.Message{
			To: provider.MustParsePhone(number), Template: "login", Params: provider.Params{"code": "042137"},
		})
		fmt.Println(receipt.To, receipt.Provider, err)
	}
	// Output:
	// <nil>
	// 138****8000 ihuyi <nil>
	// +852 5*****67 ihuyi-abroad <nil>
}
