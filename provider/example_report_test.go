package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// services is what a composer stands for here: two providers that take pushes.
func services() (provider.Provider, error) {
	templates := provider.Templates{"login": {ID: "1", Params: []string{provider.ParamCode}}}
	first, err := tencent.New(tencent.Config{
		SecretID: "AKID", SecretKey: "key", AppID: "1400006666", Sign: "示例签名", Templates: templates,
	})
	if err != nil {
		return nil, err
	}
	second, err := ronglian.New(ronglian.Config{AccountSID: "sid", AuthToken: "token", AppID: "app", Templates: templates})
	return group("composer", first, second), err
}

// Two services push to one mount, behind a path that nobody can guess. What comes
// twice is handled once.
func ExampleReportHandler() {
	sms, err := services()
	if err != nil {
		fmt.Println(err)
		return
	}
	store, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	handle := func(_ context.Context, reports []provider.Report) error {
		for _, report := range reports { // a program would write them into its database
			fmt.Println(report.Provider, report.Kind, report.Phone)
		}
		return nil // the service may now forget them
	}
	handler, err := provider.ReportHandler(sms, handle,
		provider.RequireSecret("mVnd-uE3h2kT0Yw8"),
		provider.DropRepetitions(store),
		provider.OnReportError(func(_ context.Context, err error) { fmt.Println(err) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/sms/", handler)
	server := httptest.NewServer(mux)
	defer server.Close()

	// In the consoles stand /sms/mVnd-uE3h2kT0Yw8/tencent and /sms/mVnd-uE3h2kT0Yw8/ronglian.
	// Here the simulators push.
	address, at := server.URL+"/sms/mVnd-uE3h2kT0Yw8/", time.Date(2025, time.May, 1, 8, 0, 0, 0, time.UTC)
	push := func(service interface {
		PushReports(ctx context.Context, client *http.Client, address string) (int, error)
	}, name string,
	) {
		if _, err := service.PushReports(context.Background(), server.Client(), address+name); err != nil {
			fmt.Println(err)
		}
	}
	tencentService := tencentsim.New(tencentsim.Config{SecretID: "AKID", SecretKey: "key", AppID: "1400006666"})
	ronglianService := rongliansim.New(rongliansim.Config{AccountSID: "sid", AuthToken: "token", AppID: "app"})
	for range 2 {
		tencentService.Report(tencentsim.Delivery{Serial: "5000:1", Phone: "+8613800138000", At: at})
		push(tencentService, "tencent")
	}
	ronglianService.Reply("13900139000", "TD", at)
	push(ronglianService, "ronglian")
	// Output:
	// tencent delivery 138****8000
	// ronglian reply 139****9000
}

// Only the service's own network may push. The addresses are an example; the service's
// console or support names the real ones.
func ExampleAllowAddresses() {
	sms, err := services()
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := provider.ReportHandler(sms,
		func(context.Context, []provider.Report) error { return nil },
		provider.AllowAddresses(netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8::/32")))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, from := range []string{"198.51.100.7:40000", "203.0.113.9:40000"} {
		push := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/sms/tencent", http.NoBody)
		push.RemoteAddr = from
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, push)
		fmt.Println(from, recorder.Code == http.StatusForbidden)
	}
	// Output:
	// 198.51.100.7:40000 false
	// 203.0.113.9:40000 true
}
