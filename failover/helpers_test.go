package failover_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

const (
	testNumber = "13800138000"
	testCode   = "042137"
)

var testPhone = provider.MustParsePhone(testNumber)

// codeMessage carries a caller's code, plainMessage does not.
var (
	codeMessage  = provider.Message{To: testPhone, Template: "login", Params: provider.Params{provider.ParamCode: testCode}}
	plainMessage = provider.Message{To: testPhone, Template: "notice", Params: provider.Params{"day": "Tuesday"}}
)

// journal notes which providers were asked, in order.
type journal struct {
	mu    sync.Mutex
	names []string
}

func (j *journal) note(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.names = append(j.names, name)
}

// asked returns the names that were noted since the last call.
func (j *journal) asked() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	names := j.names
	j.names = nil
	return names
}

// reply is how a scripted provider answers: it returns err, or accepts.
type reply func(ctx context.Context, m provider.Message) error

// scripted is a provider that answers by its script, and accepts when the
// script is over.
type scripted struct {
	name    string
	journal *journal

	mu     sync.Mutex
	script []reply
	seen   []provider.Message
}

func (s *scripted) Name() string { return s.name }

func (s *scripted) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	if err := s.next(m)(ctx, m); err != nil {
		return provider.Receipt{}, err
	}
	return provider.Receipt{Provider: s.name, ID: s.name + "-id", To: m.To}, nil
}

func (s *scripted) next(m provider.Message) reply {
	s.journal.note(s.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, m)
	if len(s.script) == 0 {
		return accept
	}
	next := s.script[0]
	s.script = s.script[1:]
	return next
}

// then adds to the script.
func (s *scripted) then(replies ...reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, replies...)
}

// messages returns what the provider was given.
func (s *scripted) messages() []provider.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]provider.Message(nil), s.seen...)
}

func accept(context.Context, provider.Message) error { return nil }

// fail fails with an error of that kind; change alters it.
func fail(kind provider.Kind, change ...func(*provider.Error)) reply {
	return func(context.Context, provider.Message) error {
		err := &provider.Error{Op: provider.OpSend, Kind: kind}
		for _, c := range change {
			c(err)
		}
		return err
	}
}

func unsure(e *provider.Error) { e.MayHaveSent = true }

func scope(s provider.Scope) func(*provider.Error) {
	return func(e *provider.Error) { e.Scope = s }
}

func retryAfter(d time.Duration) func(*provider.Error) {
	return func(e *provider.Error) { e.RetryAfter = d }
}

// inBubble runs a subtest in a synctest bubble, beside the others.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// elapse lets time pass in a synctest bubble.
func elapse(d time.Duration) { <-time.After(d) }

// hang waits for the context, as an adapter does whose service says nothing.
func hang(ctx context.Context, _ provider.Message) error {
	<-ctx.Done()
	return &provider.Error{Op: provider.OpSend, Kind: provider.KindUnavailable, MayHaveSent: true, Err: ctx.Err()}
}

// fleet is some scripted providers with one journal.
type fleet struct {
	journal journal
	members map[string]*scripted
}

func newFleet(names ...string) *fleet {
	f := &fleet{members: map[string]*scripted{}}
	for _, name := range names {
		f.members[name] = &scripted{name: name, journal: &f.journal}
	}
	return f
}

func (f *fleet) member(name string) failover.Member {
	return failover.Member{Provider: f.members[name]}
}

// chain makes a chain of the named providers.
func (f *fleet) chain(t *testing.T, cfg failover.ChainConfig, names ...string) *failover.Chain {
	t.Helper()
	members := make([]failover.Member, len(names))
	for i, name := range names {
		members[i] = f.member(name)
	}
	return newChain(t, cfg, members...)
}

func newChain(t *testing.T, cfg failover.ChainConfig, members ...failover.Member) *failover.Chain {
	t.Helper()
	chain, err := failover.NewChain(cfg, members...)
	require.NoError(t, err)
	return chain
}

func newComposer(t *testing.T, cfg failover.ComposerConfig) *failover.Composer {
	t.Helper()
	composer, err := failover.NewComposer(cfg)
	require.NoError(t, err)
	return composer
}

func newRouter(t *testing.T, cfg failover.RouterConfig, rules ...failover.Rule) *failover.Router {
	t.Helper()
	router, err := failover.NewRouter(cfg, rules...)
	require.NoError(t, err)
	return router
}

// failure returns the *failover.Error of a failed send.
func failure(t *testing.T, err error) *failover.Error {
	t.Helper()
	var failed *failover.Error
	require.ErrorAs(t, err, &failed)
	return failed
}

// asks sends a message with a code, which must be accepted, and returns who was
// asked for it.
func (f *fleet) asks(t *testing.T, p provider.Provider) []string {
	t.Helper()
	f.journal.asked()
	_, err := p.Send(t.Context(), codeMessage)
	require.NoError(t, err)
	return f.journal.asked()
}

// cancelled is a context that has finished.
func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// allAtOnce calls send n times at the same moment and returns how often each
// outcome came.
func allAtOnce(n int, send func() string) map[string]int {
	outcomes := make([]string, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			outcomes[i] = send()
		})
	}
	close(start)
	all.Wait()
	count := map[string]int{}
	for _, o := range outcomes {
		count[o]++
	}
	return count
}

// outcome is who accepted, or else who failed of what.
func outcome(r provider.Receipt, err error) string {
	if err == nil {
		return r.Provider
	}
	var failed *failover.Error
	if !errors.As(err, &failed) {
		return "no *failover.Error"
	}
	parts := make([]string, len(failed.Attempts))
	for i, a := range failed.Attempts {
		parts[i] = fmt.Sprintf("%s %s", a.Provider, a.Kind)
	}
	return "failed: " + strings.Join(parts, ", ")
}

// events collects attempts.
type events struct {
	mu   sync.Mutex
	list []failover.Attempt
}

func (e *events) add(_ context.Context, a failover.Attempt) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, a)
}

// all returns the attempts since the last call.
func (e *events) all() []failover.Attempt {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

// slow answers after a second.
func slow(then reply) reply {
	return func(ctx context.Context, m provider.Message) error {
		elapse(time.Second)
		return then(ctx, m)
	}
}

// account is a scripted provider that reads its balance.
type account struct {
	*scripted

	mu    sync.Mutex
	left  string
	err   error
	reads int
}

func (a *account) ReadBalance(ctx context.Context) (provider.Balance, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reads++
	if a.left == "hang" {
		<-ctx.Done()
		return provider.Balance{}, ctx.Err()
	}
	return provider.Balance{Provider: a.name, Amount: a.left}, a.err
}

func (a *account) set(left string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left, a.err = left, err
}

// accounts is a fleet of one member a with an account, and b without one.
func accounts(t *testing.T, threshold string) (*fleet, *account, *failover.Chain) {
	t.Helper()
	f := newFleet("a", "b")
	a := &account{scripted: f.members["a"]}
	return f, a, newChain(t, failover.ChainConfig{Name: "paid"},
		failover.Member{Provider: a, Limits: failover.Limits{LowBalance: threshold}, Timeout: time.Second}, f.member("b"))
}

// story is a composer with a relay and a paid provider.
func story(t *testing.T, change ...func(*failover.ComposerConfig)) (*fleet, *failover.Composer) {
	t.Helper()
	f := newFleet("relay", "paid")
	cfg := failover.ComposerConfig{First: f.member("relay"), Retry: f.member("paid")}
	for _, c := range change {
		c(&cfg)
	}
	return f, newComposer(t, cfg)
}

// wrapped is a wrapper of another package.
type wrapped struct{ provider.Provider }

func (w wrapped) Unwrap() provider.Provider { return w.Provider }

type annotating struct{ provider.Provider }

func (a annotating) Unwrap() provider.Provider { return a.Provider }

func (a annotating) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	r, err := a.Provider.Send(ctx, m)
	if err != nil {
		err = fmt.Errorf("%w: %w", errAnnotated, err)
	}
	return r, err
}

var errAnnotated = errors.New("annotated")

// nameless is a wrapper that puts something else into its receipts.
type nameless struct {
	provider.Provider
	receipt string
}

func (n nameless) Unwrap() provider.Provider { return n.Provider }

func (n nameless) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	r, err := n.Provider.Send(ctx, m)
	r.Provider = n.receipt
	return r, err
}

// foreignGroup is a group of another package.
type foreignGroup struct {
	first, second provider.Provider
	receipt       string
}

func (g foreignGroup) Name() string { return "group" }

func (g foreignGroup) Providers() []provider.Provider {
	return []provider.Provider{g.first, g.second}
}

func (g foreignGroup) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return nameless{g.first, g.receipt}.Send(ctx, m)
}

// facts returns what matters of the attempts since the last call: provider, user's
// attempt, cost and whether it was accepted.
func facts(e *events) (list []string) {
	for _, a := range e.all() {
		list = append(list, fmt.Sprint(a.Provider, " ", a.UserAttempt, " ", a.Cost, " ", a.Err == nil))
	}
	return list
}

func providersOf(attempts []failover.Attempt) []string {
	names := make([]string, len(attempts))
	for i, a := range attempts {
		names[i] = a.Provider
	}
	return names
}
