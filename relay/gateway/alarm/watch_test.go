package alarm_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/alarm"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	site  = gateway.Principal{Name: "shop", Role: gateway.RoleSite}
	phone = gateway.Principal{Name: "old-phone", Role: gateway.RolePhone}
)

// notes is a notifier that keeps what it is told, after the errors that it is given.
type notes struct {
	mu     sync.Mutex
	errs   []error
	events []alarm.Event
	calls  int
}

func (n *notes) Notify(_ context.Context, e alarm.Event) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	if len(n.errs) > 0 {
		err := n.errs[0]
		n.errs = n.errs[1:]
		return err
	}
	n.events = append(n.events, e)
	return nil
}

// kinds are the kinds of the events so far.
func (n *notes) kinds() []alarm.Kind {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []alarm.Kind
	for _, e := range n.events {
		all = append(all, e.Kind)
	}
	return all
}

func (n *notes) event(i int) alarm.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.events[i]
}

// called is how often it was called.
func (n *notes) called() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls
}

// world is a gateway that is watched, in a bubble.
type world struct {
	*testing.T
	*gateway.Gateway

	log *strings.Builder
	end context.CancelFunc
}

func watched(t *testing.T, c alarm.Config) *world {
	t.Helper()
	w := &world{T: t, log: &strings.Builder{}}
	queue := memqueue.New()
	var err error
	w.Gateway, err = gateway.New(gateway.Config{
		Queue: queue, Quotas: []gateway.Quota{}, Budgets: &gateway.Budgets{}, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Tokens: []gateway.Token{{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("x")}},
	})
	require.NoError(t, err)
	watch, err := alarm.New(w.Gateway, c)
	require.NoError(t, err)
	ctx, end := context.WithCancel(t.Context())
	w.end = end
	done := make(chan error)
	go func() { done <- watch.Run(ctx) }()
	synctest.Wait() // it hears of changes
	t.Cleanup(func() {
		end()
		require.NoError(t, <-done)
		require.NoError(t, w.Close())
		require.NoError(t, queue.Close())
		require.NotContains(t, w.log.String(), "13800138000")
	})
	return w
}

// call has the phone make a request.
func (w *world) call(interval time.Duration) []gateway.Job {
	w.Helper()
	jobs, err := w.Pull(w.Context(), phone, gateway.PullRequest{Interval: interval})
	require.NoError(w, err)
	return jobs
}

// fail has a text fail.
func (w *world) fail() {
	w.Helper()
	_, err := w.Submit(w.Context(), site, gateway.Submission{To: "13800138000", Text: "Your code is 824913."})
	require.NoError(w, err)
	for _, job := range w.call(time.Minute) {
		_, err := w.Report(w.Context(), phone, gateway.ReportRequest{
			ID: job.ID, Lease: job.Lease, State: relayapi.StateFailed, Failure: &relayapi.Failure{Class: relayapi.FailureInvalidNumber},
		})
		require.NoError(w, err)
	}
}

// pass lets time pass, and what it brings about happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestOneSilenceIsOneAlarmAndOneAllClear(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := &notes{}
		w := watched(t, alarm.Config{Silence: 2 * time.Minute, Notifiers: []alarm.Notifier{told}})
		pass(time.Hour)
		require.Empty(t, told.kinds(), "a phone that was never there is not missed")
		w.call(10 * time.Second)
		seen := w.Now()
		pass(2*time.Minute - time.Second)
		require.Empty(t, told.kinds())
		pass(16 * time.Second)
		require.Equal(t, []alarm.Kind{alarm.PhoneSilent}, told.kinds())
		require.Equal(t, "old-phone", told.event(0).Phone)
		require.Equal(t, seen, told.event(0).LastSeen)
		pass(24 * time.Hour)
		require.Len(t, told.kinds(), 1, "a silence is told once")
		w.call(10 * time.Second)
		pass(15 * time.Second)
		require.Equal(t, []alarm.Kind{alarm.PhoneSilent, alarm.PhoneBack}, told.kinds())
		require.Equal(t, seen, told.event(1).LastSeen)
		pass(time.Hour)
		require.Equal(t, []alarm.Kind{alarm.PhoneSilent, alarm.PhoneBack, alarm.PhoneSilent}, told.kinds(), "another silence")
	})
}

func TestAPhoneThatCallsSeldomIsNotSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := &notes{}
		w := watched(t, alarm.Config{Silence: time.Minute, Notifiers: []alarm.Notifier{told}})
		for range 5 {
			w.call(10 * time.Minute)
			pass(10 * time.Minute)
		}
		require.Empty(t, told.kinds())
	})
}

func TestErrorsRaiseOneAlarm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := &notes{}
		w := watched(t, alarm.Config{Silence: 24 * time.Hour, Errors: 3, Notifiers: []alarm.Notifier{told}})
		w.call(time.Minute)
		w.fail()
		w.fail()
		pass(time.Minute + time.Second) // not at the moment of a look
		require.Empty(t, told.kinds())
		w.fail()
		w.fail()
		pass(time.Minute)
		w.fail()
		pass(time.Minute)
		require.Equal(t, []alarm.Kind{alarm.TooManyErrors}, told.kinds())
		require.Equal(t, 4, told.event(0).Errors)
		pass(time.Hour)
		require.Equal(t, []alarm.Kind{alarm.TooManyErrors, alarm.FewErrors}, told.kinds())
	})
}

func TestAFailingWayIsTriedAgainAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no route")
		good, bad, lost := &notes{}, &notes{errs: []error{broken, broken, broken}}, &notes{errs: []error{broken, broken, broken, broken}}
		once := &notes{errs: []error{fmt.Errorf("%w: timeout", alarm.ErrMayBeOut)}}
		w := watched(t, alarm.Config{Silence: time.Minute, Notifiers: []alarm.Notifier{bad, lost, once, good}})
		w.call(time.Second)
		pass(time.Minute + time.Second)
		require.Len(t, good.kinds(), 1)
		require.Empty(t, bad.kinds())
		pass(70 * time.Second)
		require.Len(t, bad.kinds(), 1)
		require.Equal(t, 4, lost.called())
		require.Empty(t, lost.kinds())
		require.Equal(t, 1, once.called(), "what may be out is not told again")
		w.call(time.Second)
		pass(15 * time.Second)
		require.Equal(t, []alarm.Kind{alarm.PhoneBack}, lost.kinds(), "the next alarm has its turn")
	})
}

func TestRunEndsWithTheGatewayAndInAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		told := &notes{errs: []error{errors.New("no route")}}
		w := watched(t, alarm.Config{Silence: time.Minute, Notifiers: []alarm.Notifier{told}})
		w.call(time.Second)
		pass(time.Minute + time.Second)
		require.Equal(t, 1, told.called(), "the way pauses now")
		require.NoError(t, w.Shutdown(t.Context()))
	})
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := alarm.New(nil, alarm.Config{})
	require.ErrorContains(t, err, "gateway")
	err = alarm.Config{
		Silence: -1, Every: -1, Errors: -1,
		Notifiers: []alarm.Notifier{nil, &alarm.Webhook{URL: "ftp://x?key=secret"}, &alarm.Text{}},
	}.Validate()
	for _, want := range []string{
		"Silence", "Every", "Errors", "Notifiers[0]: is nil", "Notifiers[1]: URL", "Notifiers[2]: Provider", "To",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "secret")
	require.ErrorContains(t, alarm.Config{}.Validate(), "at least one")
}

// wild is a notifier that panics.
type wild struct{ notes }

func (n *wild) Notify(ctx context.Context, e alarm.Event) error {
	_ = n.notes.Notify(ctx, e)
	panic("the key is secret-key")
}

// TestANotifierThatPanicsTakesNothingWithIt: the gateway stands in the same program.
func TestANotifierThatPanicsTakesNothingWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bad, good := &wild{}, &notes{}
		w := watched(t, alarm.Config{Notifiers: []alarm.Notifier{bad, good}})
		for range 2 {
			_, err := w.Pull(t.Context(), phone, gateway.PullRequest{})
			require.NoError(t, err)
			timer := time.NewTimer(6 * time.Minute)
			<-timer.C
			synctest.Wait()
		}
		require.Equal(t, []alarm.Kind{alarm.PhoneSilent, alarm.PhoneBack, alarm.PhoneSilent}, good.kinds())
		require.Equal(t, 3, bad.called(), "once for each event: it may have told")
		require.Contains(t, w.log.String(), "panicked")
		require.NotContains(t, w.log.String(), "secret-key")
	})
}
