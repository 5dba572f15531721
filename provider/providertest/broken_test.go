package providertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

// flaw breaks a toy in one place. The zero flaw is none.
type flaw struct {
	build      func(t *toy)
	name       func(t *toy) string
	before     func(t *toy, m *provider.Message)
	send       func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error)
	request    func(t *toy, m provider.Message) (toyRequest, error)
	context    func(ctx context.Context) context.Context
	wire       func(r *http.Request)
	read       func(body io.Reader) ([]byte, error)
	judge      func(body []byte, status int) (id string, decided bool)
	receipt    func(r *provider.Receipt)
	failure    func(e *provider.Error)
	verify     func(code string) error
	batch      func(ctx context.Context, t *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error)
	quoteReply bool
	// quoteTransport lets errors of net/http through as they are.
	quoteTransport bool
	// repeatable leaves net/http what it needs to repeat a request.
	repeatable bool
	// readsAnything reads the body of every reply, whatever its status.
	readsAnything bool
	// strict wants every value of a reply to have its type.
	strict bool
	// impatient does not look at Retry-After.
	impatient bool
}

func onReceipt(f func(r *provider.Receipt)) flaw { return flaw{receipt: f} }
func onFailure(f func(e *provider.Error)) flaw   { return flaw{failure: f} }

// onRequest builds the request by f, whatever the message.
func onRequest(f func(t *toy, m provider.Message) toyRequest) flaw {
	return flaw{request: func(t *toy, m provider.Message) (toyRequest, error) {
		r := f(t, m)
		r.Key = toyKey
		if r.To == nil {
			r.To = []string{m.To.E164()}
		}
		return r, nil
	}}
}

func onTransport(f func(t *http.Transport)) flaw {
	return flaw{build: func(t *toy) {
		if transport, ok := t.client.Transport.(*http.Transport); ok {
			f(transport)
		}
	}}
}

// each is one way to break an adapter, and the case that must catch it.
type each struct {
	name    string
	flaw    flaw
	caught  string
	says    string // part of the failure
	harness func(f flaw) providertest.Harness
	// patience is short where the case waits for what never comes; otherwise it
	// is the suite's own.
	patience time.Duration
}

const (
	notReturned = "has not returned"
	leftBehind  = "goroutines are left"
)

func allBroken() []each {
	return slices.Concat(brokenReceipts(), brokenInput(), brokenReplies(), brokenExchanges(), brokenSecrecy(), brokenSharing(), brokenAbilities(), brokenContents(), brokenReadings(), brokenWords(), brokenOverHTTP2(), brokenLeniency())
}

// Every case of the suite is able to fail.
func TestEveryCaseCatchesSomething(t *testing.T) {
	t.Parallel()
	catches := map[string]bool{}
	for _, one := range allBroken() {
		catches[one.caught] = true
	}
	for _, name := range providertest.CaseNames() {
		require.True(t, catches[name], "no broken adapter shows that the case %q can fail", name)
	}
}

func TestBrokenAdapters(t *testing.T) {
	t.Parallel()
	mustCatch(t, allBroken())
}

// mustCatch runs for each broken adapter the case that must catch it.
func mustCatch(t *testing.T, broken []each) {
	t.Helper()
	for _, one := range broken {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			if one.harness == nil {
				one.harness = toyHarness
			}
			if one.says == notReturned || one.says == leftBehind {
				one.patience = 2 * time.Second
			}
			r := record(t, func(r *recorder) {
				providertest.StartCase(r, one.harness(one.flaw), one.caught, one.patience)
			})
			require.Empty(t, r.skipped)
			require.Contains(t, r.text(), one.says, "the case %q must catch it", one.caught)
			require.Contains(t, r.text(), "the rule: ")
		})
	}
}

func brokenReceipts() []each {
	return []each{
		{
			name: "receipt names nobody", caught: "receipt", says: "Receipt.Provider is \"somebody\"",
			flaw: onReceipt(func(r *provider.Receipt) { r.Provider = "somebody" }),
		},
		{
			name: "receipt without id", caught: "receipt", says: "Receipt.ID is empty",
			flaw: onReceipt(func(r *provider.Receipt) { r.ID = "" }),
		},
		{
			name: "receipt without recipient", caught: "receipt", says: "Receipt.To",
			flaw: onReceipt(func(r *provider.Receipt) { r.To = provider.Phone{} }),
		},
		{
			name: "receipt by the wrong clock", caught: "receipt", says: "Receipt.At",
			flaw: onReceipt(func(r *provider.Receipt) { r.At = time.Now() }),
		},
		{
			name: "receipt with half the time", caught: "receipt", says: "Receipt.At",
			flaw: onReceipt(func(r *provider.Receipt) { r.At = r.At.Truncate(time.Second) }),
		},
		{
			name: "receipt of no code origin", caught: "receipt", says: "Receipt.Code",
			flaw: onReceipt(func(r *provider.Receipt) { r.Code = 7 }),
		},
		{name: "receipt of a composer", caught: "receipt", says: "which is a composer", harness: selfishHarness},
		{
			name: "receipt that is no data", caught: "receipt-json", says: "does not turn into JSON",
			flaw: onReceipt(func(r *provider.Receipt) { r.Code = 7 }),
		},
		{
			name: "receipt that JSON changes", caught: "receipt-json", says: "came back changed",
			flaw: onReceipt(func(r *provider.Receipt) { r.Extra = map[string]string{"raw": "\xff"} }),
		},
		{
			name: "sends twice", caught: "one-request", says: "got 2 requests",
			flaw: flaw{send: func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
				_, _ = t.deliver(ctx, m)
				return t.deliver(ctx, m)
			}},
		},
		{
			name: "sends to another", caught: "one-request", says: "the text went to",
			flaw: onRequest(func(*toy, provider.Message) toyRequest { return toyRequest{To: []string{"+8613900139000"}} }),
		},
		{
			name: "name that changes", caught: "name", says: "after a send",
			flaw: flaw{name: func(t *toy) string { return fmt.Sprint("toy", t.sends.Load()) }},
		},
		{
			name: "name by address", caught: "name", says: "built alike",
			flaw: flaw{name: func(t *toy) string { return fmt.Sprintf("toy %p", t) }},
		},
		{name: "no name", caught: "name", says: "Name is empty", flaw: flaw{name: func(*toy) string { return "" }}},
		{
			name: "sends abroad by accident", caught: "foreign", says: "success",
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest { return toyRequest{To: []string{"+86" + m.To.National()}} }),
		},
		{
			name: "loses the country code", caught: "foreign", says: "want one text for",
			harness: func(f flaw) providertest.Harness {
				h := toyHarness(f)
				h.Foreign = provider.MustParsePhone("+12025550199")
				return h
			},
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest { return toyRequest{To: []string{"+86" + m.To.National()}} }),
		},
	}
}

// selfishHarness builds a composer that puts its own name into receipts.
func selfishHarness(f flaw) providertest.Harness {
	h := toyHarness(f)
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &selfish{inTurn{members: []provider.Provider{newToy(e, f)}}}, nil
	}
	return h
}

type selfish struct{ inTurn }

func (g *selfish) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	r, err := g.inTurn.Send(ctx, m)
	r.Provider = g.Name()
	return r, err
}

func brokenInput() []each {
	anything := onRequest(func(*toy, provider.Message) toyRequest { return toyRequest{Template: "t1"} })
	silent := onFailure(func(e *provider.Error) { e.Text = "bad input" })
	wrongKind := onFailure(func(e *provider.Error) { e.Kind = provider.KindConfig })
	return []each{
		{name: "sends without a number", caught: "no-recipient", flaw: anything, says: "success"},
		{name: "sends without a template", caught: "no-template", flaw: anything, says: "success"},
		{name: "sends an unmapped template", caught: "unmapped-template", flaw: anything, says: "success"},
		{name: "sends without a parameter", caught: "missing-parameter", flaw: anything, says: "success"},
		{name: "drops a parameter", caught: "surplus-parameter", flaw: anything, says: "success"},
		{name: "does not name the field", caught: "no-recipient", flaw: silent, says: "does not name \"To\""},
		{name: "does not name the template", caught: "unmapped-template", flaw: silent, says: "does not name"},
		{name: "does not name the parameter", caught: "missing-parameter", flaw: silent, says: "does not name \"code\""},
		{name: "blames the configuration", caught: "missing-parameter", flaw: wrongKind, says: "matches \"template\""},
		{
			name: "fails anonymously", caught: "no-template", says: "lacks its Provider or Op",
			flaw: onFailure(func(e *provider.Error) { e.Provider = "" }),
		},
		{
			name: "asks the service first", caught: "unmapped-template", says: "want 0",
			flaw: flaw{send: func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
				_, _, _ = t.exchange(ctx, "/toy/send", toyRequest{Key: toyKey})
				return t.deliver(ctx, m)
			}},
		},
		{
			name: "plain error", caught: "no-recipient", says: "holds no *provider.Error",
			flaw: flaw{request: func(*toy, provider.Message) (toyRequest, error) { return toyRequest{}, errors.New("To: bad") }},
		},
	}
}

func brokenReplies() []each {
	success := func(id string) flaw {
		return flaw{judge: func([]byte, int) (string, bool) { return id, true }}
	}
	unsure := onFailure(func(e *provider.Error) { e.MayHaveSent = false })
	return []each{
		{name: "one kind for all", caught: "refusals", says: "want kind \"balance\"", flaw: onFailure(func(e *provider.Error) { e.Kind = 0 })},
		{name: "loses the scope", caught: "refusals", says: "scope \"phone\"", flaw: onFailure(func(e *provider.Error) { e.Scope = 0 })},
		{name: "loses the code", caught: "refusals", says: "code \"NO_MONEY\"", flaw: onFailure(func(e *provider.Error) { e.Code = "" })},
		{name: "refusal that may have sent", caught: "refusals", says: "MayHaveSent is true", flaw: onFailure(func(e *provider.Error) { e.MayHaveSent = true })},
		{name: "repeats after a refusal", caught: "refusals", says: "got 2 requests", flaw: flaw{send: twiceOnFailure}},
		{name: "ignores the reply", caught: "refusals", says: "success", flaw: success("toy-1")},
		{
			name: "knows failures only", caught: "unlisted-code", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				return "toy-1", json.Valid(body) && !bytes.Contains(body, []byte("NO_MONEY"))
			}},
		},
		{
			name: "ok is not OK", caught: "unlisted-code", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				var reply toyReply
				return "toy-1", json.Unmarshal(body, &reply) == nil && strings.EqualFold(reply.Result, "ok")
			}},
		},
		{
			name: "nothing is success", caught: "malformed-reply", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) { return "toy-1", len(body) == 0 }},
		},
		{
			name: "panics", caught: "malformed-reply", says: "Send panicked",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				var reply *toyReply
				_ = json.Unmarshal(body, &reply)
				return "", reply.Result == "never"
			}},
		},
		{name: "sure of what it cannot know", caught: "malformed-reply", says: "MayHaveSent is false", flaw: unsure},
		{
			name: "takes any type", caught: "wrong-types", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				var reply map[string]any
				_ = json.Unmarshal(body, &reply)
				_, found := reply["result"]
				return "toy-1", found
			}},
		},
		{
			name: "looks at the beginning", caught: "truncated-reply", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				return "toy-1", bytes.HasPrefix(body, []byte(`{"result":"OK"`))
			}},
		},
		{
			name: "does not look at the status", caught: "error-status", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				return "toy-1", bytes.Contains(body, []byte(`"OK"`))
			}},
		},
		{
			name: "cuts the reply off", caught: "oversized-reply", says: "success",
			flaw: flaw{read: func(body io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(body, toyLimit)) }},
		},
		{name: "reads without end", caught: "oversized-reply", says: "bytes of a reply that does not end", flaw: flaw{read: func(body io.Reader) ([]byte, error) {
			n, _ := io.Copy(io.Discard, body)
			return nil, fmt.Errorf("a reply of %d bytes is too long", n)
		}}},
		{
			name: "fails over nothing", caught: "content-type", says: "matches \"unavailable\"",
			flaw: flaw{
				judge:   func([]byte, int) (string, bool) { return "", false },
				failure: func(e *provider.Error) { e.Kind = provider.KindConfig },
				read:    func(io.Reader) ([]byte, error) { return nil, nil },
			},
		},
	}
}

func twiceOnFailure(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
	r, err := t.deliver(ctx, m)
	if err != nil {
		return t.deliver(ctx, m)
	}
	return r, nil
}
