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

func newProvider(t testing.TB, cfg relay.Config, changes ...func(*relay.Config)) *relay.Provider {
	t.Helper()
	return wiretest.Build(t, relay.New, cfg, changes...)
}

func newMessage() provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login",
		Params: provider.Params{provider.ParamCode: "824913"},
	}
}

// send sends m through the gateway of newConfig, changed.
func send(m provider.Message, changes ...func(*relay.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, newConfig(client), changes...).Send(t.Context(), m)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden, reply string, m provider.Message, changes ...func(*relay.Config)) wiretest.Request {
		want := provider.Receipt{Provider: "relay", ID: "018bcfe568001122334455667788990a", To: m.To, At: at}
		if reply == "reply-sent.json" {
			want.Extra = map[string]string{relay.ExtraPhone: "old-phone"}
		}
		return wiretest.Request{
			Name: name, Call: send(m, changes...), Status: http.StatusCreated, Reply: wiretest.Read(t, reply), Want: want, Golden: golden,
		}
	}
	again, note, abroad := newMessage(), newMessage(), newMessage()
	again.Ref, again.Attempt = "order 17", 1
	note.Template = "note"
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	waiting := func(c *relay.Config) { c.Wait = 7500 * time.Millisecond }
	vendors := func(c *relay.Config) { c.Wait, c.TTL, c.Lane, c.Codes = time.Second, 90*time.Second, "mob", verifier{} }
	international := func(c *relay.Config) { c.International = true }
	codes := sent("a vendor's codes", "request-codes.http", "reply-sent.json", note, vendors)
	codes.Want = provider.Receipt{
		Provider: "relay", ID: "018bcfe568001122334455667788990a", To: note.To, Code: provider.CodeByProvider, At: at,
		Extra: map[string]string{relay.ExtraPhone: "old-phone"},
	}
	wiretest.Requests(t, []wiretest.Request{
		sent("queued", "request-queued.http", "reply-queued.json", newMessage()),
		sent("waiting", "request-waiting.http", "reply-sent.json", again, waiting),
		codes,
		sent("abroad", "request-abroad.http", "reply-queued.json", abroad, international),
	})
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

func TestBadMessage(t *testing.T) {
	t.Parallel()
	abroad := newMessage()
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	exhausted := func(cfg *relay.Config) { cfg.Rand = strings.NewReader("") }
	codeOnly := func(cfg *relay.Config) { cfg.Templates = provider.Templates{"login": {Text: "{code}"}} }
	characters := func(count int) wiretest.Call {
		m := newMessage()
		m.Params = provider.Params{"code": strings.Repeat("长", count)}
		return send(m, codeOnly)
	}
	wiretest.Table{Begins: "relay: send: "}.BadInput(t, []wiretest.Input{
		{Name: "no randomness", Call: send(newMessage(), exhausted), Kind: provider.KindConfig, Names: "Rand: "},
		{Name: "a number abroad, without International", Call: send(abroad), Kind: provider.KindUnsupported, Names: "To: "},
		{Name: "an empty code", Call: characters(0), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "a text of 1001 characters", Call: characters(1001), Kind: provider.KindContent, Names: "Text: "},
	})
	_, err := characters(1000)(t, (&wiretest.Stub{Reply: wiretest.Read(t, "reply-queued.json")}).Client())
	require.NoError(t, err, "a text of 1000 characters")
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := relay.New(relay.Config{
		Lane: "a b", Wait: time.Hour, TTL: time.Millisecond, BaseURL: "relay", Timeout: -1, HTTPClient: &http.Client{Timeout: time.Second},
		Templates: provider.Templates{"login": {ID: "1", Sign: "商店"}},
	})
	wiretest.Named(t, err, "Token: ", "Lane: ", "Wait: ", "TTL: ", "BaseURL: ", "Timeout: ", "HTTPClient: ",
		`Templates["login"].Text: `, `Templates["login"].Sign: `)
	_, err = relay.New(relay.Config{})
	require.EqualError(t, err, "relay: config: Token: must not be empty\nTemplates: must not be empty\nBaseURL: must not be empty")
	wiretest.PlainHTTP(t, newConfig(nil), func(cfg *relay.Config, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
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

// readStatus asks what became of a text.
func readStatus(id string) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, newConfig(client)).ReadStatus(t.Context(), provider.Receipt{Provider: "relay", ID: id, To: newMessage().To})
	}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	step := time.Date(2026, 11, 21, 3, 30, 1, 0, time.UTC)
	reply := func(state, failure string) string {
		return `{"id":"a","state":"` + state + `",` + failure + `"created":"2026-11-21T03:30:00.000Z","history":[` +
			`{"state":"queued","at":"2026-11-21T03:30:00.000Z"},{"state":"offered","at":"2026-11-21T03:30:01.000Z"},` +
			`{"state":"sent","at":"2026-11-21T03:30:09.000Z","late":true}]}`
	}
	is := func(state provider.State, kind provider.Kind, code, text string) provider.Status {
		return provider.Status{State: state, Kind: kind, Code: code, Text: text, At: step}
	}
	table := wiretest.Table{Call: readStatus("a"), At: "GET https://relay.example.com/sms/v1/messages/a", Begins: "relay: status: "}
	table.Replies(t, []wiretest.Reply{
		{Name: "queued", Reply: reply("queued", ""), Want: is(provider.StatePending, 0, "queued", "")},
		{Name: "offered", Reply: reply("offered", ""), Want: is(provider.StatePending, 0, "offered", "")},
		{Name: "taken", Reply: reply("taken", ""), Want: is(provider.StatePending, 0, "taken", "")},
		{Name: "cancelling", Reply: reply("cancelling", ""), Want: is(provider.StatePending, 0, "cancelling", "")},
		{Name: "uncertain", Reply: reply("uncertain", ""), Want: is(provider.StateUnknown, 0, "uncertain", "")},
		{Name: "sent", Reply: reply("sent", ""), Want: is(provider.StateSent, 0, "sent", "")},
		{Name: "delivered", Reply: reply("delivered", ""), Want: is(provider.StateDelivered, 0, "delivered", "")},
		{Name: "expired", Reply: reply("expired", ""), Want: is(provider.StateFailed, provider.KindUnavailable, "expired", "")},
		{Name: "cancelled", Reply: reply("cancelled", ""), Want: is(provider.StateFailed, provider.KindUnavailable, "cancelled", "")},
		{
			Name: "failed", Reply: reply("failed", `"failure":{"class":"limit","text":"30 an hour"},`),
			Want: is(provider.StateFailed, provider.KindThrottled, "limit", "30 an hour"),
		},
		{
			Name:  "failed, and the phone says too much",
			Reply: reply("failed", `"failure":{"class":"13800138000","text":"+8613800138000 `+token+`"},`),
			Want:  is(provider.StateFailed, provider.KindUnknown, "***", "+86*** ***"),
		},
		{Name: "unknown to the gateway", Status: http.StatusNotFound, Reply: `{"error":{"code":"unknown_job"}}`, Want: provider.Status{}},

		{Name: "refused", Status: http.StatusUnauthorized, Reply: `{"error":{"code":"unauthorized"}}`, Kind: provider.KindAuth, Code: "unauthorized"},
		{Name: "no JSON", Reply: `<html>`, Kind: provider.KindUnavailable},
		{Name: "another status", Status: http.StatusAccepted, Reply: `{"id":"a","state":"sent"}`, Kind: provider.KindUnavailable},
		{Name: "a transition to nowhere", Reply: `{"id":"a","state":"sent","history":[{"state":"gone"}]}`, Kind: provider.KindUnavailable},
	})
	table.BadInput(t, []wiretest.Input{{Name: "no id", Call: readStatus(""), Kind: provider.KindConfig}})
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
