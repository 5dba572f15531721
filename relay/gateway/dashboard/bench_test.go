package dashboard_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// budgets are those of all phones but the one that sends.
var budgets = gateway.Budgets{
	SIM:  gateway.Budget{SegmentsPerMinute: 24, TextsPerHour: 100, TextsPerDay: 500, RecipientsPerMonth: 200},
	SIMs: map[gateway.SIM]gateway.Budget{{Phone: oldPhone.Name}: {}},
}

// discard is a response that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkLook measures what the dashboard costs a gateway in one second in which somebody
// looks: 100 phones, of which ten have just called, their budgets, 10,000 jobs of today in SQLite, and five
// that have changed. The time of one operation in milliseconds, divided by ten, is the share
// of a core in per cent.
func BenchmarkLook(b *testing.B) {
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: filepath.Join(b.TempDir(), "relay.db")})
	require.NoError(b, err)
	defer queue.Close()
	now := time.Now()
	relay, err := gateway.New(gateway.Config{
		Queue: queue, Quotas: []gateway.Quota{}, Budgets: &budgets, Now: func() time.Time { return now },
		Tokens: []gateway.Token{{Name: "eva", Role: gateway.RoleOperator, Hash: gateway.HashToken("eva-token")}},
	})
	require.NoError(b, err)
	defer relay.Close()
	pages, err := dashboard.New(relay, dashboard.Options{})
	require.NoError(b, err)
	defer pages.Close()
	fill(b, relay)
	get := looking(b, pages)
	get(io.Discard) // the first look reads the day
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		now = now.Add(time.Second)
		crowd(b, relay, nil, i%10)
		for range 5 {
			submitOne(b, relay)
		}
		b.StartTimer()
		get(io.Discard)
	}
}

func fill(b *testing.B, relay *gateway.Gateway) {
	b.Helper()
	percent, yes := 80, true
	device := &relayapi.Device{
		Model: "Redmi 5", App: "cnsms phone", BatteryPercent: &percent, Charging: &yes, MaySend: &yes, Unrestricted: &yes,
		SIMs: []relayapi.SIM{{Slot: 1, Carrier: "China Mobile", Ready: &yes}},
	}
	for tens := range 10 {
		crowd(b, relay, device, tens)
	}
	for range 10_000 {
		submitOne(b, relay)
	}
}

// crowd has ten phones call.
func crowd(b *testing.B, relay *gateway.Gateway, device *relayapi.Device, tens int) {
	b.Helper()
	for i := 10 * tens; i < 10*tens+10; i++ {
		phone := gateway.Principal{Name: fmt.Sprintf("phone-%02d", i), Role: gateway.RolePhone, Lanes: []string{gateway.AnyLane}}
		_, err := relay.Pull(context.Background(), phone, gateway.PullRequest{Lanes: []string{"idle"}, Interval: time.Minute, Device: device})
		require.NoError(b, err)
	}
	_, err := relay.Pull(context.Background(), oldPhone, gateway.PullRequest{Max: 1})
	require.NoError(b, err)
}

func submitOne(b *testing.B, relay *gateway.Gateway) {
	b.Helper()
	_, err := relay.Submit(context.Background(), site, gateway.Submission{To: wholeNumber, Text: "Your code is 824913."})
	require.NoError(b, err)
}

// looking returns a function that gets the overview with a session.
func looking(b *testing.B, pages http.Handler) func(io.Writer) {
	b.Helper()
	login := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/login",
		strings.NewReader(url.Values{"token": {"eva-token"}}.Encode()))
	login.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	pages.ServeHTTP(recorder, login)
	cookies := recorder.Result().Cookies()
	require.Len(b, cookies, 1)
	return func(io.Writer) {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", http.NoBody)
		r.AddCookie(cookies[0])
		pages.ServeHTTP(discard{http.Header{}}, r)
	}
}
