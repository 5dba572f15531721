package ronglian_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// Sends a code. Against the real service, leave BaseURL out and take AccountSID,
// AuthToken and AppID from the console.
func Example() {
	server := sim.New(sim.Config{}, rongliansim.New(rongliansim.Config{AccountSID: "sid", AuthToken: "token", AppID: "app"}))
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := ronglian.New(ronglian.Config{
		AccountSID: "sid",
		AuthToken:  "token",
		AppID:      "app",
		Templates: provider.Templates{
			// The text of template 1 has {1} for the code and {2} for the minutes.
			"login": {ID: "1", Params: []string{"code", "minutes"}},
		},
		BaseURL: server.URL(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To:       provider.MustParsePhone("+86 138-0013-8000"),
		Template: "login",
		Params:   provider.Params{provider.ParamCode: "4653", "minutes": "2"},
	})
	switch {
	case errors.Is(err, provider.KindBalance):
		fmt.Println("top up the account")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("accepted by", receipt.Provider, "for", receipt.To)
	}
	// Output: accepted by ronglian for 138****8000
}

// Sends one text to many numbers, and asks later which of them got it.
func ExampleProvider_SendBatch() {
	service := rongliansim.New(rongliansim.Config{
		AccountSID: "sid", AuthToken: "token", AppID: "app", Undelivered: []string{"13900139000"},
	})
	server := sim.New(sim.Config{}, service)
	defer server.Close()
	if err := server.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	p, err := ronglian.New(ronglian.Config{
		AccountSID: "sid", AuthToken: "token", AppID: "app", BaseURL: server.URL(),
		Templates: provider.Templates{"notice": {ID: "2"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	results, err := provider.SendMany(context.Background(), p, provider.Message{Template: "notice"}, []provider.Phone{
		provider.MustParsePhone("13800138000"), provider.MustParsePhone("13900139000"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("one id for both:", results[0].Receipt.ID == results[1].Receipt.ID)
	reports, err := provider.PullReports(context.Background(), p, provider.ReportDelivery, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, report := range reports {
		fmt.Println(report.Phone, report.Status.State, report.Status.Code)
	}
	// Output:
	// one id for both: true
	// 138****8000 delivered DELIVRD
	// 139****9000 failed UNDELIV
}
