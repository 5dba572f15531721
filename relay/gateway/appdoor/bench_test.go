package appdoor_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// BenchmarkHandOver is the time from the beginning of a submission, by HTTP and on disk, until
// a phone on a stream of events has pulled the text, one after the other. The phone reports
// it as sent before the next one, outside of the measure.
func BenchmarkHandOver(b *testing.B) {
	url := serveBench(b)
	site, phone := benchClient(b), benchClient(b)
	opened, err := phone.Do(benchRequest(b, http.MethodGet, url+appdoor.Prefix+"/events", "phone-token", ""))
	require.NoError(b, err)
	defer opened.Body.Close()
	events := make(chan error, 100)
	go readEvents(opened.Body, events)
	pull := func() []item {
		var items []item
		exchange(b, phone, benchRequest(b, http.MethodGet, url+appdoor.Prefix+"/message", "phone-token", ""), &items)
		return items
	}
	exchange(b, phone, benchRequest(b, http.MethodGet, url+appdoor.Prefix+"/settings", "phone-token", ""), nil)
	require.NoError(b, <-events) // there may be work from before
	require.NoError(b, <-events)
	require.Empty(b, pull())

	took := make([]time.Duration, 0, b.N)
	n := 0
	for b.Loop() {
		n++
		body := fmt.Sprintf(`{"to":"+86138%08d","text":"【商店】验证码 824913，五分钟内有效。","ttl_seconds":300}`, n%100_000_000)
		submit := benchRequest(b, http.MethodPost, url+relayapi.PathSubmissions, "shop-token", body)
		submitted := make(chan error, 1)
		start := time.Now()
		go func() { submitted <- try(site, submit, nil) }()
		require.NoError(b, <-events)
		items := pull()
		took = append(took, time.Since(start))
		require.Len(b, items, 1)
		require.NoError(b, <-submitted)
		sent := fmt.Sprintf(`[{"id":%q,"state":"Sent"}]`, items[0].ID)
		exchange(b, phone, benchRequest(b, http.MethodPatch, url+appdoor.Prefix+"/message", "phone-token", sent), nil)
		require.NoError(b, <-events) // there may be more
		require.Empty(b, pull())
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// readEvents counts the events of a stream, and leaves out comments.
func readEvents(body io.Reader, events chan<- error) {
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "event:") {
			events <- nil
		}
	}
	events <- io.EOF
}

// serveBench serves both doors on one server with a queue on disk.
func serveBench(b *testing.B) string {
	b.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: filepath.Join(b.TempDir(), "queue.db")})
	require.NoError(b, err)
	free := gateway.Limits{RequestsPerSecond: -1, OpenPulls: -1}
	relay, err := gateway.New(gateway.Config{Queue: queue, Budgets: &gateway.Budgets{}, Tokens: []gateway.Token{
		{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("shop-token"), Limits: free},
		{Name: "phone", Role: gateway.RolePhone, Hash: gateway.HashToken("phone-token"), Limits: free},
	}})
	require.NoError(b, err)
	door, err := appdoor.New(relay, appdoor.Options{})
	require.NoError(b, err)
	mux := http.NewServeMux()
	mux.Handle("/", relaydoor.New(relay))
	mux.Handle(appdoor.Prefix+"/", door)
	server := httptest.NewServer(mux)
	b.Cleanup(func() {
		require.NoError(b, relay.Close())
		server.Close()
		require.NoError(b, queue.Close())
	})
	return server.URL
}

func benchClient(b *testing.B) *http.Client {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 4}
	b.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func benchRequest(b *testing.B, method, url, token, body string) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, url, strings.NewReader(body))
	require.NoError(b, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func exchange(b *testing.B, client *http.Client, r *http.Request, into any) {
	b.Helper()
	require.NoError(b, try(client, r, into))
}

func try(client *http.Client, r *http.Request, into any) error {
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("status %d: %s", response.StatusCode, body)
	case into == nil:
		return nil
	}
	return json.Unmarshal(body, into)
}
