package tencent_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// Sends one text to two phones with one request. Each has a result of its own. Against
// the real service, leave HTTPClient out and take the API key, the application and the
// template from the consoles.
func Example() {
	server := sim.New(sim.Config{}, tencentsim.New(tencentsim.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Blocked: []string{"+8613800138001"},
	}))
	p, err := tencent.New(tencent.Config{
		SecretID:   "AKID",
		SecretKey:  "key",
		AppID:      "1400006666",
		Sign:       "示例签名",
		HTTPClient: &http.Client{Transport: server.Transport()},
		Templates:  provider.Templates{"maintenance": {ID: "1114", Params: []string{"hour"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	message := provider.Message{Template: "maintenance", Params: provider.Params{"hour": "22"}}
	to := []provider.Phone{provider.MustParsePhone("13800138000"), provider.MustParsePhone("13800138001")}
	results, err := provider.SendMany(context.Background(), p, message, to)
	for _, result := range results {
		fmt.Println(result.To, "accepted:", result.Err == nil, "blocked:", errors.Is(result.Err, provider.KindBlocked))
	}
	fmt.Println("requests:", len(server.Exchanges()), err)
	// Output:
	// 138****8000 accepted: true blocked: false
	// 138****8001 accepted: false blocked: true
	// requests: 1 <nil>
}

// Takes the delivery reports and replies that the service pushes. The path is secret,
// because pushes are not signed.
func Example_pushedReports() {
	p, err := tencent.New(tencent.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Templates: provider.Templates{"login": {ID: "1110"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := provider.ReportHandler(p, func(_ context.Context, reports []provider.Report) error {
		for _, report := range reports {
			fmt.Printf("%v %v %v %q\n", report.Kind, report.Phone, report.Status.State, report.Reply)
		}
		return nil // an error has the service push again
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("POST /pushed/bd81f7c06a", handler)
	shop := httptest.NewServer(mux)
	defer shop.Close()

	// In the place of the service.
	service := tencentsim.New(tencentsim.Config{SecretID: "AKID", SecretKey: "key", AppID: "1400006666"})
	service.Report(tencentsim.Delivery{Serial: "2640:1", Phone: "+8613800138000"})
	service.Report(tencentsim.Delivery{Serial: "2640:2", Phone: "+8613900139000", Failed: true})
	service.Receive(tencentsim.Reply{Phone: "+8613800138000", Text: "TD"})
	fmt.Println(service.PushReports(context.Background(), shop.Client(), shop.URL+"/pushed/bd81f7c06a"))
	// Output:
	// delivery 138****8000 delivered ""
	// delivery 139****9000 failed ""
	// reply 138****8000 unknown "TD"
	// 3 <nil>
}
