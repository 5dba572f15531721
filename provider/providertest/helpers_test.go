package providertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// recorder is a testing.TB that notes failures instead of failing, so that a
// test can see what the suite says of a broken provider.
type recorder struct {
	testing.TB // for what is not recorded

	mu       sync.Mutex
	ctx      context.Context //nolint:containedctx // It is what Context returns, as in package testing.
	failures []string
	skipped  string
	cleanups []func()
}

// record runs f as a test of its own and returns what became of it.
func record(t *testing.T, f func(r *recorder)) *recorder {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{TB: t, ctx: ctx}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	cancel()
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	return r
}

func (r *recorder) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, text)
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.failures, "\n")
}

func (r *recorder) Helper()                           {}
func (r *recorder) Context() context.Context          { return r.ctx }
func (r *recorder) Error(args ...any)                 { r.note(fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }
func (r *recorder) FailNow()                          { r.note("FailNow"); runtime.Goexit() }
func (r *recorder) Fatal(args ...any)                 { r.note(fmt.Sprint(args...)); runtime.Goexit() }

func (r *recorder) Fatalf(format string, args ...any) {
	r.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) Skip(args ...any) {
	r.skipped = fmt.Sprint(args...)
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}

// flaw breaks a toy in one place. The zero flaw is none.
type flaw struct {
	build   func(t *toy)
	name    func(t *toy) string
	before  func(t *toy, m *provider.Message)
	send    func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error)
	request func(t *toy, m provider.Message) (toyRequest, error)
	context func(ctx context.Context) context.Context
	wire    func(r *http.Request)
	read    func(body io.Reader) ([]byte, error)
	judge   func(body []byte, status int) (id string, decided bool)
	receipt func(r *provider.Receipt)
	failure func(e *provider.Error)
	verify  func(code string) error
	batch   func(ctx context.Context, t *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error)
	// named lets the toy name its values, and may change both.
	named      func(names, values []string)
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

// onCode changes the code on its way out.
func onCode(change func(code string) string) flaw {
	return flaw{before: func(_ *toy, m *provider.Message) {
		params := provider.Params{}
		for name, value := range m.Params {
			params[name] = value
		}
		params[provider.ParamCode] = change(params[provider.ParamCode])
		m.Params = params
	}}
}

// The flaws of several cases: not to hear the caller's context, to hide the cause
// of a failure, to be unsure of every failure, to be sure of every failure.
var (
	deaf  = flaw{context: context.WithoutCancel}
	blind = onFailure(func(e *provider.Error) {
		if e.Err != nil {
			e.Err = errors.New("the exchange failed")
		}
	})
	unsure = onFailure(func(e *provider.Error) { e.MayHaveSent = true })
	sure   = onFailure(func(e *provider.Error) { e.MayHaveSent = false })
)

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

func twiceOnFailure(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
	r, err := t.deliver(ctx, m)
	if err != nil {
		return t.deliver(ctx, m)
	}
	return r, nil
}

// toyHarness runs the suite on toys with that flaw; the zero flaw is none.
func toyHarness(f flaw) providertest.Harness {
	return providertest.Harness{
		Service:   func(testing.TB) sim.Service { return toyService{} },
		New:       func(e providertest.Endpoint) (provider.Provider, error) { return newToy(e, f), nil },
		Message:   toyMessage,
		Templates: provider.Templates{"login": {ID: "t1", Params: []string{provider.ParamCode}}},
		Secrets:   []string{toyKey},
	}
}

// verifyHarness is toyHarness for a toy whose codes are made by the service.
func verifyHarness(f flaw) providertest.Harness {
	h := toyHarness(f)
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &verifyingToy{newToy(e, f)}, nil
	}
	h.Message.Params = nil
	h.Templates = provider.Templates{"login": {ID: codeOfService}}
	h.Skip = map[string]string{"missing-parameter": "the service makes the code, so that there is no parameter"}
	return h
}

// batchHarness is toyHarness for a toy that sends batches.
func batchHarness(f flaw) providertest.Harness {
	h := toyHarness(f)
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &batchToy{newToy(e, f)}, nil
	}
	return h
}
