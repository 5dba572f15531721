package queuetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// filled is a queue with many jobs in every state.
type filled struct {
	*testing.B
	queue gateway.Queue
	now   time.Time
	next  atomic.Int64
}

// Benchmark measures submits, offers and steps of a sweep on a queue that holds so many
// jobs, as many in each state. newQueue returns an empty queue, and closes it with the
// benchmark. The jobs lie on one lane; those that are offered or in hand are spread over a
// thousand phones.
func Benchmark(b *testing.B, jobs int, newQueue func(b *testing.B) gateway.Queue) {
	b.Helper()
	f := &filled{B: b, queue: newQueue(b), now: time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)}
	f.fill(jobs)
	for _, one := range []struct {
		name string
		call func(n int64) error
	}{
		{"submit", f.submitOne},
		{"submit of a site that waits", f.submitWaiting},
		{"offer", f.offerOne},
		{"offer to a phone that does not ask", f.offerUnasked},
		{"sweep of nothing", func(int64) error { return f.sweepAt(f.now) }},
		{"sweep of what has ended", func(n int64) error { return f.sweepAt(f.now.Add(48*time.Hour + time.Duration(n))) }},
	} {
		b.Run(one.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if err := one.call(f.next.Add(1)); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(took[len(took)-1].Microseconds()), "worst-µs")
		})
	}
}

// fillers bring a job, which a phone has got, to each state beside queued.
var fillers = []struct {
	unasked bool
	states  []relayapi.State
	cancel  bool
}{
	{},                                      // offered
	{states: []relayapi.State{"taken"}},     // taken
	{states: []relayapi.State{"sent"}},      // sent
	{states: []relayapi.State{"delivered"}}, // delivered
	{states: []relayapi.State{"failed"}},    // failed
	{unasked: true},                         // taken, without asking
	{unasked: true, cancel: true},           // cancelling
	{cancel: true},                          // cancelled
}

// fill stores so many jobs: a part that stays queued, and a part for each filler.
func (f *filled) fill(jobs int) {
	f.Helper()
	each := jobs / (len(fillers) + 1)
	f.seen()
	for filler := range fillers {
		f.together(each, func(n int64) error { return f.bring(filler, n) })
	}
	f.together(each, f.submitOne)
}

func (f *filled) seen() {
	f.Helper()
	err := f.queue.Seen(f.Context(), gateway.Presence{Phone: phone, Lanes: []string{lane}, Interval: 240 * time.Hour, At: f.now})
	if err != nil {
		f.Fatal(err)
	}
}

// together makes n calls, 64 at once.
func (f *filled) together(n int, call func(n int64) error) {
	f.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var callers sync.WaitGroup
	for range 64 {
		callers.Go(func() {
			for left.Add(-1) >= 0 {
				if err := call(f.next.Add(1)); err != nil {
					f.Error(err)
					return
				}
			}
		})
	}
	callers.Wait()
}

// bring stores a job and brings it where its filler says.
func (f *filled) bring(filler int, n int64) error {
	step := fillers[filler]
	s := f.submission(n)
	if _, err := f.queue.Submit(f.Context(), s); err != nil {
		return err
	}
	offered, err := f.queue.Offer(f.Context(), gateway.Pull{
		Phone: fmt.Sprintf("filler-%d-%d", filler, n%1000), Lanes: []string{lane}, Max: 1, Lease: s.ID, LeaseFor: time.Hour,
		Now: f.now, Unasked: step.unasked, TakenFor: 47 * time.Hour,
	})
	if err != nil || len(offered.Jobs) == 0 {
		return err
	}
	job := offered.Jobs[0]
	for _, state := range step.states {
		r := gateway.StateReport{ID: job.ID, Phone: job.Phone, Lease: job.Lease, State: state, Now: f.now, TakenFor: 47 * time.Hour}
		if state == relayapi.StateFailed {
			r.Failure = &relayapi.Failure{Class: relayapi.FailureUnknown}
		}
		if _, err := f.queue.Record(f.Context(), r); err != nil {
			return err
		}
	}
	if step.cancel {
		_, err = f.queue.Cancel(f.Context(), gateway.Cancellation{ID: job.ID, By: gateway.Actor{Kind: relayapi.SourceGateway}, Now: f.now})
		if errors.Is(err, gateway.ErrNotCancellable) {
			err = nil
		}
	}
	return err
}

func (f *filled) submission(n int64) gateway.Submit {
	return gateway.Submit{
		ID: fmt.Sprintf("01kajb5n8t%010d", n), Site: site, Key: fmt.Sprintf("key-%d", n), Content: "a digest of 32 bytes, as hex",
		To: relayapi.Number(fmt.Sprintf("+861%010d", n)), Text: "【商店】验证码 824913，五分钟内有效。", Lane: lane,
		Now: f.now, Deadline: f.now.Add(24*time.Hour + time.Duration(n%1000)*time.Millisecond), Quotas: gateway.DefaultQuotas(),
	}
}

func (f *filled) submitOne(n int64) error {
	_, err := f.queue.Submit(f.Context(), f.submission(n))
	return err
}

// submitWaiting has the queue count what is ahead.
func (f *filled) submitWaiting(n int64) error {
	s := f.submission(n)
	s.Wait, s.Pace, s.TakenFor = time.Minute, time.Millisecond, 47*time.Hour
	_, err := f.queue.Submit(f.Context(), s)
	if errors.Is(err, gateway.ErrLaneBusy) {
		err = nil
	}
	return err
}

func (f *filled) offerOne(n int64) error { return f.offerTo(fmt.Sprintf("phone-%d", n), false) }

// offerUnasked hands a job to a phone that has others in hand already.
func (f *filled) offerUnasked(n int64) error { return f.offerTo(fmt.Sprintf("app-%d", n%1000), true) }

func (f *filled) offerTo(name string, unasked bool) error {
	_, err := f.queue.Offer(f.Context(), gateway.Pull{
		Phone: name, Lanes: []string{lane}, Max: 1, Lease: fmt.Sprintf("lease-%d", f.next.Add(1)), LeaseFor: 10 * time.Second, Now: f.now,
		Unasked: unasked, TakenFor: takenFor,
	})
	return err
}

func (f *filled) sweepAt(now time.Time) error {
	_, err := f.queue.Sweep(f.Context(), gateway.Sweep{Now: now, ClearBefore: now.Add(-time.Hour), ForgetBefore: now.Add(-720 * time.Hour)})
	return err
}
