package phone

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	firstBackoff = 500 * time.Millisecond
	// longestBackoff is how late a phone may notice that the gateway is back.
	longestBackoff = 30 * time.Second
)

// backoff waits longer after each failure, and shorter by a random part of up to half:
// phones that lost the gateway at the same time do not return at the same time.
type backoff struct {
	next   time.Duration
	random func() float64
}

func (a *Agent) newBackoff() *backoff { return &backoff{next: firstBackoff, random: a.cfg.Rand} }

func (b *backoff) reset() { b.next = firstBackoff }

func (b *backoff) wait(ctx context.Context) {
	half := b.next / 2
	wait(ctx, half+time.Duration(b.random()*float64(half)))
	b.next = min(2*b.next, longestBackoff)
}

// wait returns after d, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// maxOutcomes is how many jobs an agent remembers: those of days, and far more than the
// gateway could offer twice.
const maxOutcomes = 1000

// outcomes remembers the jobs that were tried, the latest maxOutcomes of them. A
// nil outcome is a text that was sent.
type outcomes struct {
	mu    sync.Mutex
	known map[string]*relayapi.Failure
	order []string
}

// remember keeps the outcome of a job. One that gives its job back is forgotten: nothing was
// sent, and when the job comes again the phone may try.
func (o *outcomes) remember(id string, outcome *relayapi.Failure) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if givesBack(outcome) {
		delete(o.known, id)
		o.order = slices.DeleteFunc(o.order, func(known string) bool { return known == id })
		return
	}
	if o.known == nil {
		o.known = map[string]*relayapi.Failure{}
	}
	if _, ok := o.known[id]; !ok {
		o.order = append(o.order, id)
	}
	o.known[id] = outcome
	if len(o.order) > maxOutcomes {
		delete(o.known, o.order[0])
		o.order = o.order[1:]
	}
}

// givesBack reports whether a failure says that the phone cannot send for now, and has not.
func givesBack(f *relayapi.Failure) bool {
	if f == nil || f.MayHaveSent {
		return false
	}
	switch f.Class {
	case relayapi.FailureLimit, relayapi.FailureNoService, relayapi.FailureConfig:
		return true
	default:
		return false
	}
}

func (o *outcomes) recall(id string) (outcome *relayapi.Failure, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	outcome, ok = o.known[id]
	return outcome, ok
}
