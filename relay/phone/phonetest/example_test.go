package phonetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/cnsms/cnsms/relay/phone/phonetest"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// A server hands two texts to the app, of which the SIM takes one.
func ExampleApp() {
	network := &phonetest.Network{}
	defer network.Serve(appServer())()
	app := phonetest.NewApp(phonetest.AppConfig{
		URL: "http://gateway.test/mobile/v1", PrivateToken: "private", Client: network.Client(),
		Radio: phonetest.Sequence(phonetest.Outcome{Fails: relayapi.FailureLimit}, phonetest.Outcome{}),
	})
	defer app.Close()
	if err := app.Start(context.Background()); err != nil {
		fmt.Println(err)
	}
	texts, err := app.Wait(context.Background(), 1)
	fmt.Println(texts[0].Job, texts[0].To, string(texts[0].Body), err)
	fmt.Println(app.State("2")) // the newest goes first
	// Output:
	// 1 138****8000 Your code is 824913. <nil>
	// Failed
}

// appServer hands two texts to every app that comes.
func appServer() http.Handler {
	mux := http.NewServeMux()
	answer := func(pattern, body string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, body)
		})
	}
	answer("POST /mobile/v1/device", `{"id":"1","token":"secret"}`)
	answer("GET /mobile/v1/message", `[
		{"id":"1","message":"Your code is 824913.","phoneNumbers":["+8613800138000"]},
		{"id":"2","message":"Your code is 159263.","phoneNumbers":["+8613900139000"]}]`)
	answer("PATCH /mobile/v1/message", "")
	answer("GET /mobile/v1/settings", "{}")
	answer("GET /mobile/v1/webhooks", "[]")
	return mux
}

// A phone asks, sends and reports.
func ExamplePhone() {
	reports := make(chan relayapi.StateReport)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+relayapi.PathPull, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(relayapi.Pulled{Jobs: []relayapi.Job{
			{ID: "1", Lease: "lease", To: "+8613800138000", Text: "Your code is 824913."},
		}})
	})
	mux.HandleFunc("POST "+relayapi.PathStateReports, func(w http.ResponseWriter, r *http.Request) {
		var report relayapi.StateReport
		_ = json.NewDecoder(r.Body).Decode(&report)
		_ = json.NewEncoder(w).Encode(relayapi.Recorded{ID: report.ID, State: report.State})
		reports <- report
	})
	network := &phonetest.Network{}
	defer network.Serve(mux)()
	phone := phonetest.NewPhone(phonetest.PhoneConfig{URL: "http://gateway.test", Token: "phone-token", Client: network.Client()})
	phone.Start()
	defer phone.Close()

	fmt.Println((<-reports).State)
	fmt.Println((<-reports).State)
	fmt.Println(len(phone.Sent()))
	// Output:
	// taken
	// sent
	// 1
}
