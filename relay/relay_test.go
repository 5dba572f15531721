package relay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
)

const token = "site-token-0123456789"

var at = time.Unix(1700000000, 0)

func newConfig(client *http.Client) relay.Config {
	return relay.Config{
		Token: token, BaseURL: "https://relay.example.com/sms",
		Templates: provider.Templates{
			"login": {Text: "【商店】验证码 {code}，五分钟内有效。"},
			"note":  {Text: "code", Ignore: []string{"code"}},
		},
		Rand:       strings.NewReader(strings.Repeat("0123456789abcde", 100)),
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

func newProvider(t *testing.T, cfg relay.Config) *relay.Provider {
	t.Helper()
	p, err := relay.New(cfg)
	require.NoError(t, err)
	return p
}

func newMessage() provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login",
		Params: provider.Params{provider.ParamCode: "824913"},
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		adjust  func(*relay.Config, *provider.Message)
		golden  string
		origin  provider.CodeOrigin
		replied string
	}{
		{"queued", func(*relay.Config, *provider.Message) {}, "request-queued.http", provider.CodeByCaller, "reply-queued.json"},
		{"waiting", func(c *relay.Config, m *provider.Message) {
			c.Wait, m.Ref, m.Attempt = 7500*time.Millisecond, "order 17", 1
		}, "request-waiting.http", provider.CodeByCaller, "reply-sent.json"},
		{"a vendor's codes", func(c *relay.Config, m *provider.Message) {
			c.Wait, c.TTL, c.Lane, c.Codes, m.Template = time.Second, 90*time.Second, "mob", verifier{}, "note"
		}, "request-codes.http", provider.CodeByProvider, "reply-sent.json"},
		{"abroad", func(c *relay.Config, m *provider.Message) {
			c.International, m.To = true, provider.MustParsePhone("+1 202 555 0123")
		}, "request-abroad.http", provider.CodeByCaller, "reply-queued.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, tt.replied), Status: http.StatusCreated}
			cfg, m := newConfig(stub.Client()), newMessage()
			tt.adjust(&cfg, &m)
			receipt, err := newProvider(t, cfg).Send(t.Context(), m)
			require.NoError(t, err)
			want := provider.Receipt{Provider: "relay", ID: "018bcfe568001122334455667788990a", To: m.To, Code: tt.origin, At: at}
			if tt.replied == "reply-sent.json" {
				want.Extra = map[string]string{relay.ExtraPhone: "old-phone"}
			}
			require.Equal(t, want, receipt)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

// key sends a message and returns its idempotency key.
func key(t *testing.T, p *relay.Provider, stub *wiretest.Stub, m provider.Message) string {
	t.Helper()
	_, err := p.Send(t.Context(), m)
	require.NoError(t, err)
	requests := stub.Requests()
	_, after, ok := strings.Cut(requests[len(requests)-1], "idempotency-key: ")
	require.True(t, ok)
	value, _, _ := strings.Cut(after, "\r\n")
	return value
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-queued.json")}
	cfg := newConfig(stub.Client())
	cfg.Rand = nil
	p := newProvider(t, cfg)
	one, two := key(t, p, stub, newMessage()), key(t, p, stub, newMessage())
	require.NotEqual(t, one, two, "without a Ref each send is a message of its own")

	withRef := newMessage()
	withRef.Ref = "order 17"
	first := key(t, p, stub, withRef)
	require.Equal(t, first, key(t, p, stub, withRef), "a Ref makes it repeatable")
	for name, change := range map[string]func(*provider.Message){
		"ref":     func(m *provider.Message) { m.Ref = "order 18" },
		"attempt": func(m *provider.Message) { m.Attempt = 2 },
		"number":  func(m *provider.Message) { m.To = provider.MustParsePhone("13900139000") },
		"text":    func(m *provider.Message) { m.Params = provider.Params{"code": "111111"} },
	} {
		other := withRef
		change(&other)
		require.NotEqual(t, first, key(t, p, stub, other), name)
	}
}

func TestNoRandomness(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	cfg.Rand = strings.NewReader("")
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage())
	require.ErrorIs(t, err, provider.KindConfig)
	require.Empty(t, stub.Requests())
}

func TestForeignNumbersNeedInternational(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	m := newMessage()
	m.To = provider.MustParsePhone("+1 202 555 0123")
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), m)
	require.ErrorIs(t, err, provider.KindUnsupported)
	require.Empty(t, stub.Requests())
}

func TestLengthOfText(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]error{0: provider.KindTemplate, 1000: nil, 1001: provider.KindContent} {
		stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-queued.json")}
		cfg, m := newConfig(stub.Client()), newMessage()
		cfg.Templates = provider.Templates{"login": {Text: "{code}"}}
		m.Params = provider.Params{"code": strings.Repeat("长", length)}
		_, err := newProvider(t, cfg).Send(t.Context(), m)
		require.ErrorIs(t, err, want, length)
		require.Equal(t, want == nil, len(stub.Requests()) == 1, "a bad message fails before any request")
	}
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	cfg := newConfig(nil)
	cfg.BaseURL = "http://relay.example.com"
	require.ErrorContains(t, cfg.Validate(), "relay: config: BaseURL: want https://")
	cfg.PlainHTTP = true
	require.NoError(t, cfg.Validate())
}

func TestConfigReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := relay.New(relay.Config{
		Lane: "a b", Wait: time.Hour, TTL: time.Millisecond, BaseURL: "relay", Timeout: -1, HTTPClient: &http.Client{Timeout: time.Second},
		Templates: provider.Templates{"login": {ID: "1", Sign: "商店"}},
	})
	for _, field := range []string{
		"Token", "Lane", "Wait", "TTL", "BaseURL", "Timeout", "HTTPClient", `Templates["login"].Text`, `Templates["login"].Sign`,
	} {
		require.ErrorContains(t, err, field+":")
	}
	_, err = relay.New(relay.Config{})
	require.EqualError(t, err, "relay: config: Token: must not be empty\nTemplates: must not be empty\nBaseURL: must not be empty")
}

// TestConfigReportsTemplatesInOrder: a report that changes from run to run looks
// like another problem each time.
func TestConfigReportsTemplatesInOrder(t *testing.T) {
	t.Parallel()
	cfg := relay.Config{Token: "t", BaseURL: "https://relay.example", Templates: provider.Templates{}}
	want := "relay: config: "
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		cfg.Templates[name] = provider.Template{ID: "1"}
		want += fmt.Sprintf("Templates[%q].Text: must not be empty, a phone sends whole texts\n", name)
	}
	require.EqualError(t, cfg.Validate(), strings.TrimSuffix(want, "\n"))
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	step := time.Date(2026, 11, 21, 3, 30, 1, 0, time.UTC)
	history := `"created":"2026-11-21T03:30:00.000Z","history":[{"state":"queued","at":"2026-11-21T03:30:00.000Z"},` +
		`{"state":"offered","at":"2026-11-21T03:30:01.000Z"},{"state":"sent","at":"2026-11-21T03:30:09.000Z","late":true}]`
	tests := []struct {
		name, state, extra string
		want               provider.Status
	}{
		{"queued", "queued", "", provider.Status{State: provider.StatePending, Code: "queued", At: step}},
		{"offered", "offered", "", provider.Status{State: provider.StatePending, Code: "offered", At: step}},
		{"taken", "taken", "", provider.Status{State: provider.StatePending, Code: "taken", At: step}},
		{"sent", "sent", "", provider.Status{State: provider.StateSent, Code: "sent", At: step}},
		{"delivered", "delivered", "", provider.Status{State: provider.StateDelivered, Code: "delivered", At: step}},
		{"expired", "expired", "", provider.Status{State: provider.StateFailed, Kind: provider.KindUnavailable, Code: "expired", At: step}},
		{"cancelled", "cancelled", "", provider.Status{State: provider.StateFailed, Kind: provider.KindUnavailable, Code: "cancelled", At: step}},
		{
			"failed", "failed", `"failure":{"class":"limit","text":"30 an hour"},`,
			provider.Status{State: provider.StateFailed, Kind: provider.KindThrottled, Code: "limit", Text: "30 an hour", At: step},
		},
		{
			"failed, and the phone says too much", "failed", `"failure":{"class":"13800138000","text":"+8613800138000 ` + token + `"},`,
			provider.Status{State: provider.StateFailed, Code: "***", Text: "+86*** ***", At: step},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: `{"id":"a","state":"` + tt.state + `",` + tt.extra + history + `}`}
			p := newProvider(t, newConfig(stub.Client()))
			status, err := p.ReadStatus(t.Context(), provider.Receipt{Provider: "relay", ID: "a", To: newMessage().To})
			require.NoError(t, err)
			require.Equal(t, tt.want, status)
			require.True(t, strings.HasPrefix(stub.Only(t), "GET /sms/v1/messages/a HTTP/1.1"))
		})
	}
}

func TestReadStatusFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id, reply string
		status          int
		want            error
	}{
		{"no id", "", "", 0, provider.KindConfig},
		{"unknown", "a", `{"error":{"code":"unknown_job"}}`, http.StatusNotFound, nil},
		{"refused", "a", `{"error":{"code":"unauthorized"}}`, http.StatusUnauthorized, provider.KindAuth},
		{"no JSON", "a", `<html>`, http.StatusOK, provider.KindUnavailable},
		{"another status", "a", `{"id":"a","state":"sent"}`, http.StatusAccepted, provider.KindUnavailable},
		{"a transition to nowhere", "a", `{"id":"a","state":"sent","history":[{"state":"gone"}]}`, http.StatusOK, provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply, Status: tt.status}
			status, err := newProvider(t, newConfig(stub.Client())).ReadStatus(t.Context(), provider.Receipt{ID: tt.id})
			require.ErrorIs(t, err, tt.want)
			require.Zero(t, status)
			require.False(t, provider.MayHaveSent(err))
		})
	}
}

// verifier knows one code.
type verifier struct{}

func (verifier) Verify(_ context.Context, _ provider.Receipt, code string) error {
	if code != "1234" {
		return &provider.Error{Kind: provider.KindCodeMismatch}
	}
	return nil
}

func TestVerify(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	receipt := provider.Receipt{Provider: "relay", ID: "a", Code: provider.CodeByProvider}
	require.ErrorIs(t, provider.Verify(t.Context(), newProvider(t, cfg), receipt, "1234"), errors.ErrUnsupported)
	cfg.Codes = verifier{}
	require.NoError(t, provider.Verify(t.Context(), newProvider(t, cfg), receipt, "1234"))
	require.ErrorIs(t, provider.Verify(t.Context(), newProvider(t, cfg), receipt, "4321"), provider.KindCodeMismatch)
}
