package ronglian_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

// A text that was accepted did not arrive: the queue of delivery reports tells. A program
// calls PullReports from a timer. Against the real service, leave HTTPClient out and take
// AccountSID, AuthToken and AppID from the console.
func Example() {
	account := rongliansim.New(rongliansim.Config{
		AccountSID: "sid", AuthToken: "token", AppID: "app", Undelivered: []string{"13900139000"},
	})
	p, err := ronglian.New(ronglian.Config{
		AccountSID: "sid", AuthToken: "token", AppID: "app",
		// The text of template 1 has {1} for the code and {2} for the minutes.
		Templates:  provider.Templates{"login": {ID: "1", Params: []string{"code", "minutes"}}},
		HTTPClient: &http.Client{Transport: sim.New(sim.Config{}, account).Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("13900139000"), Template: "login",
		Params: provider.Params{"code": "4653", "minutes": "2"},
	})
	fmt.Println("accepted:", err == nil)

	reports, err := provider.PullReports(context.Background(), p, provider.ReportDelivery, 0)
	for _, report := range reports {
		fmt.Println(report.ID == receipt.ID, report.Phone, report.Status.State, report.Status.Code)
	}
	fmt.Println(err)
	// Output:
	// accepted: true
	// true 139****9000 failed UNDELIV
	// <nil>
}
