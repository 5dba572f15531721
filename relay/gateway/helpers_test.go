package gateway_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shop = "shop"

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// The principals of the tests. The token of each is its name with "-token".
var (
	site     = gateway.Principal{Name: shop, Role: gateway.RoleSite, Lanes: everyLane, Countries: []string{gateway.AnyCountry}}
	stranger = gateway.Principal{Name: "forum", Role: gateway.RoleSite}
	oldPhone = gateway.Principal{Name: "old-phone", Role: gateway.RolePhone, Lanes: everyLane}
	newPhone = gateway.Principal{Name: "new-phone", Role: gateway.RolePhone, Lanes: everyLane}
	operator = gateway.Principal{Name: "eva", Role: gateway.RoleOperator}

	everyLane = []string{gateway.AnyLane}
)

func tokens() []gateway.Token {
	var all []gateway.Token
	for _, p := range []gateway.Principal{site, stranger, oldPhone, newPhone, operator} {
		all = append(all, gateway.Token{
			Name: p.Name, Role: p.Role, Lanes: p.Lanes, Countries: p.Countries, Hash: gateway.HashToken(p.Name + "-token"),
		})
	}
	return all
}

func queuedJob() gateway.Job {
	return gateway.Submit{
		ID: "a", Site: shop, To: "+8613800138000", Text: "Your code is 824913.", Lane: relayapi.DefaultLane,
		Now: noon, Deadline: noon.Add(time.Hour),
	}.Job()
}

func offer(j gateway.Job, phone string, now time.Time) gateway.Job {
	return j.Offered(gateway.Pull{Phone: phone, Lease: phone + now.String(), LeaseFor: time.Second, Now: now})
}

// world is a gateway on a queue of its own.
type world struct {
	*testing.T
	*gateway.Gateway

	queue *testQueue
	log   *safeBuffer
}

func newWorld(t *testing.T, change ...func(*gateway.Config)) *world {
	t.Helper()
	engine := memqueue.New()
	w := &world{T: t, queue: &testQueue{Queue: engine}, log: &safeBuffer{}}
	cfg := gateway.Config{
		Budgets: &gateway.Budgets{},
		Queue:   w.queue, Tokens: tokens(), Quotas: []gateway.Quota{},
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime})),
	}
	for _, apply := range change {
		apply(&cfg)
	}
	var err error
	w.Gateway, err = gateway.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.Close())
		require.NoError(t, engine.Close())
		for _, secret := range []string{"13800138000", "824913", "-token"} {
			require.NotContains(t, w.log.String(), secret, "no number, no text and no token is logged")
		}
	})
	return w
}

// newOnlineWorld is a world in which oldPhone is online.
func newOnlineWorld(t *testing.T, change ...func(*gateway.Config)) *world {
	t.Helper()
	w := newWorld(t, change...)
	w.pulled(oldPhone)
	return w
}

// text is a submission that is accepted.
func text() gateway.Submission {
	return gateway.Submission{To: "138 0013 8000", Text: "Your code is 824913."}
}

// keyed is the same with the idempotency key "k".
func keyed() gateway.Submission {
	s := text()
	s.Key = "k"
	return s
}

// submitted submits and wants a new job.
func (w *world) submitted(s gateway.Submission) gateway.Job {
	w.Helper()
	submitted, err := w.Submit(w.Context(), site, s)
	require.NoError(w, err)
	require.True(w, submitted.New)
	return submitted.Job
}

// pulled pulls without waiting; it also puts the phone online.
func (w *world) pulled(phone gateway.Principal) []gateway.Job {
	w.Helper()
	jobs, err := w.Pull(w.Context(), phone, gateway.PullRequest{Max: 10})
	require.NoError(w, err)
	return jobs
}

// pulledOne pulls and wants one job.
func (w *world) pulledOne(phone gateway.Principal) gateway.Job {
	w.Helper()
	jobs := w.pulled(phone)
	require.Len(w, jobs, 1)
	return jobs[0]
}

func (w *world) reported(phone gateway.Principal, job gateway.Job, state relayapi.State) gateway.Job {
	w.Helper()
	job, err := w.Report(w.Context(), phone, report(job, state))
	require.NoError(w, err)
	return job
}

func report(job gateway.Job, state relayapi.State) gateway.ReportRequest {
	return gateway.ReportRequest{ID: job.ID, Lease: job.Lease, State: state}
}

func (w *world) read(id string) gateway.Job {
	w.Helper()
	job, err := w.Job(w.Context(), site, id)
	require.NoError(w, err)
	return job
}

// outcome is what a call in the background has returned, and when.
type outcome[T any] struct {
	value T
	err   error
	after time.Duration
}

// later makes a call in the background of a bubble; the channel gets its outcome.
func later[T any](call func() (T, error)) <-chan outcome[T] {
	pending, start := make(chan outcome[T], 1), time.Now()
	go func() {
		value, err := call()
		pending <- outcome[T]{value, err, time.Since(start)}
	}()
	synctest.Wait()
	return pending
}

// awaiting waits ten seconds for a job.
func (w *world) awaiting(ctx context.Context, id string) <-chan outcome[gateway.Job] {
	return later(func() (gateway.Job, error) { return w.Await(ctx, id, 10*time.Second) })
}

// longPull pulls for thirty seconds.
func (w *world) longPull(ctx context.Context, phone gateway.Principal) <-chan outcome[[]gateway.Job] {
	return later(func() ([]gateway.Job, error) {
		return w.Pull(ctx, phone, gateway.PullRequest{Wait: 30 * time.Second})
	})
}

// steps are the transitions of a job in short.
func steps(j gateway.Job) []string {
	var all []string
	for _, t := range j.History {
		all = append(all, string(t.State)+" "+string(t.Source)+" "+t.Name)
	}
	return all
}

// inBubble runs a subtest in a synctest bubble, beside the others.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// elapse lets time go by in a synctest bubble.
func elapse(d time.Duration) { <-time.After(d) }

// testQueue is a queue that counts the calls and fails on demand.
type testQueue struct {
	gateway.Queue

	calls atomic.Int64
	// broken, when set, is what every call returns.
	broken atomic.Pointer[error]
	// hold, when set, delays every offer until it is closed.
	hold chan struct{}
	// afterOffer, when set, is called after each offer, and afterSubmit after each
	// submission, before the gateway hears of it.
	afterOffer, afterSubmit func()
}

// breakWith makes every call fail, and with nil none.
func (q *testQueue) breakWith(err error) { q.broken.Store(&err) }

func (q *testQueue) called() error {
	q.calls.Add(1)
	if err := q.broken.Load(); err != nil && *err != nil {
		return *err
	}
	return nil
}

func asked[T any](q *testQueue, call func() (T, error)) (T, error) {
	if err := q.called(); err != nil {
		var none T
		return none, err
	}
	return call()
}

func (q *testQueue) Submit(ctx context.Context, s gateway.Submit) (gateway.Submitted, error) {
	submitted, err := asked(q, func() (gateway.Submitted, error) { return q.Queue.Submit(ctx, s) })
	if q.afterSubmit != nil {
		q.afterSubmit()
	}
	if err == nil && ctx.Err() != nil { // it is stored, and nobody hears of it
		return gateway.Submitted{}, ctx.Err()
	}
	return submitted, err
}

func (q *testQueue) Job(ctx context.Context, id string, now time.Time) (gateway.Job, error) {
	return asked(q, func() (gateway.Job, error) { return q.Queue.Job(ctx, id, now) })
}

func (q *testQueue) Cancel(ctx context.Context, c gateway.Cancellation) (gateway.Job, error) {
	return asked(q, func() (gateway.Job, error) { return q.Queue.Cancel(ctx, c) })
}

func (q *testQueue) CancelKey(ctx context.Context, c gateway.KeyCancellation) (gateway.Job, error) {
	return asked(q, func() (gateway.Job, error) { return q.Queue.CancelKey(ctx, c) })
}

func (q *testQueue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	if q.hold != nil {
		<-q.hold
	}
	if q.afterOffer != nil {
		defer q.afterOffer()
	}
	return asked(q, func() (gateway.Offered, error) { return q.Queue.Offer(ctx, p) })
}

func (q *testQueue) Record(ctx context.Context, r gateway.StateReport) (gateway.Job, error) {
	return asked(q, func() (gateway.Job, error) { return q.Queue.Record(ctx, r) })
}

func (q *testQueue) Seen(ctx context.Context, p gateway.Presence) error {
	if err := q.called(); err != nil {
		return err
	}
	return q.Queue.Seen(ctx, p)
}

func (q *testQueue) Sweep(ctx context.Context, s gateway.Sweep) (int, error) {
	return asked(q, func() (int, error) { return q.Queue.Sweep(ctx, s) })
}

func (q *testQueue) Check(ctx context.Context) error {
	if err := q.called(); err != nil {
		return err
	}
	return q.Queue.Check(ctx)
}

// safeBuffer is a log that can be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// withoutTime leaves the time of day out of a log, whose digits could be anything.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
