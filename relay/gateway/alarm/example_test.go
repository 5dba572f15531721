package alarm_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/cnsms/cnsms/relay/gateway/alarm"
)

// A webhook gets the event as JSON. A program hands it to a Watch, which tells it of each
// silence once.
func ExampleWebhook() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		fmt.Println(string(body))
		fmt.Println(r.Header.Get(alarm.SignatureHeader)[:len("sha256=")])
	}))
	defer server.Close()
	hook := &alarm.Webhook{URL: server.URL, Secret: "shared", HTTPClient: server.Client()}
	err := hook.Notify(context.Background(), alarm.Event{
		Kind: alarm.PhoneSilent, At: time.Date(2026, 11, 21, 12, 5, 0, 0, time.UTC),
		Phone: "old-phone", LastSeen: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	})
	fmt.Println(err)
	// Output:
	// {"event":"phone_silent","at":"2026-11-21T12:05:00Z","phone":"old-phone","last_seen":"2026-11-21T12:00:00Z"}
	// sha256=
	// <nil>
}
