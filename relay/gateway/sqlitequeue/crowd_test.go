package sqlitequeue_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// crowd works on a queue: sites that submit and cancel, phones that ask before they send
// and phones that do not. It goes on whatever errors it gets, as they would, and says
// what was acknowledged to it. Its leases are short, so that many are lost.
type crowd struct {
	queue *sqlitequeue.Queue
	name  string
	say   func(line string)

	calls, failed atomic.Int64
	submitted     chan string // some ids, for those who cancel
	all           sync.WaitGroup
}

// startCrowd begins the work. It goes on until the context ends.
func startCrowd(ctx context.Context, queue *sqlitequeue.Queue, name string, say func(line string)) *crowd {
	c := &crowd{queue: queue, name: name, say: say, submitted: make(chan string, 64)}
	_ = queue.Seen(ctx, gateway.Presence{Phone: "p", Lanes: []string{relayapi.DefaultLane}, Interval: benchDay, At: time.Now()})
	for i := range 3 {
		c.all.Go(func() { c.submit(ctx, i) })
		c.all.Go(func() { c.ask(ctx, fmt.Sprintf("%s-phone-%d", name, i)) })
		c.all.Go(func() { c.sendUnasked(ctx, fmt.Sprintf("%s-app-%d", name, i)) })
		c.all.Go(func() { c.cancel(ctx) })
	}
	c.all.Go(func() { c.sweep(ctx) })
	return c
}

// counted counts a call and reports whether it has succeeded. Errors of the rules are
// answers like others.
func (c *crowd) counted(err error) bool {
	c.calls.Add(1)
	if err != nil && strings.HasPrefix(err.Error(), "sqlitequeue: ") {
		c.failed.Add(1)
	}
	return err == nil
}

func (c *crowd) submit(ctx context.Context, worker int) {
	for n := 0; ctx.Err() == nil; n++ {
		now := time.Now()
		id := fmt.Sprintf("%s-%d-%d", c.name, worker, n)
		_, err := c.queue.Submit(ctx, gateway.Submit{
			ID: id, Site: "shop", Key: id, Content: "digest", To: "+8613800138000", Text: "code 824913",
			Lane: relayapi.DefaultLane, Now: now, Deadline: now.Add(time.Hour),
		})
		if !c.counted(err) {
			continue
		}
		c.say("submitted " + id)
		select {
		case c.submitted <- id:
		default:
		}
	}
}

func (c *crowd) pull(ctx context.Context, phone string, n int, unasked bool) []gateway.Job {
	offered, err := c.queue.Offer(ctx, gateway.Pull{
		Phone: phone, Lanes: []string{relayapi.DefaultLane}, Max: 2, Lease: fmt.Sprintf("%s-%d", phone, n),
		LeaseFor: 5 * time.Millisecond, Now: time.Now(), Unasked: unasked, TakenFor: time.Hour,
	})
	c.counted(err)
	return offered.Jobs
}

func (c *crowd) report(ctx context.Context, job gateway.Job, state relayapi.State) bool {
	_, err := c.queue.Record(ctx, gateway.StateReport{
		ID: job.ID, Phone: job.Phone, Lease: job.Lease, State: state, TakenFor: time.Hour, Now: time.Now(),
	})
	return c.counted(err)
}

// ask sends what it may take. Whether a report that failed was stored it does not know, so
// it asks once more.
func (c *crowd) ask(ctx context.Context, phone string) {
	for n := 0; ctx.Err() == nil; n++ {
		for _, job := range c.pull(ctx, phone, n, false) {
			taken := c.report(ctx, job, relayapi.StateTaken)
			if taken || c.report(ctx, job, relayapi.StateTaken) {
				c.say("sent " + job.ID + " " + phone)
				c.report(ctx, job, relayapi.StateSent)
			}
		}
	}
}

// sendUnasked sends what it gets, once, and answers whoever wants a job back.
func (c *crowd) sendUnasked(ctx context.Context, phone string) {
	sent := map[string]bool{}
	for n := 0; ctx.Err() == nil; n++ {
		for _, job := range c.pull(ctx, phone, n, true) {
			switch {
			case sent[job.ID]:
				c.report(ctx, job, relayapi.StateSent)
			case job.State == relayapi.StateCancelling:
				if c.report(ctx, job, relayapi.StateCancelled) {
					c.say("cancelled " + job.ID)
				}
			default:
				sent[job.ID] = true
				c.say("sent " + job.ID + " " + phone)
				if n%3 > 0 { // else the report is lost
					c.report(ctx, job, relayapi.StateSent)
				}
			}
		}
	}
}

func (c *crowd) cancel(ctx context.Context) {
	for {
		select {
		case id := <-c.submitted:
			_, err := c.queue.Cancel(ctx, gateway.Cancellation{ID: id, Site: "shop", By: gateway.Actor{Kind: relayapi.SourceSite, Name: "shop"}, Now: time.Now()})
			if c.counted(err) {
				c.say("cancelled " + id)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (c *crowd) sweep(ctx context.Context) {
	for ctx.Err() == nil {
		_, err := c.queue.Sweep(ctx, gateway.Sweep{Now: time.Now(), ClearBefore: time.Now()})
		c.counted(err)
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// ledger is what was acknowledged to crowds.
type ledger struct {
	mu        sync.Mutex
	submitted map[string]bool
	sentBy    map[string]string
	cancelled map[string]bool
	wrong     []string
}

func newLedger() *ledger {
	return &ledger{submitted: map[string]bool{}, sentBy: map[string]string{}, cancelled: map[string]bool{}}
}

// enter reads a line of a crowd.
func (l *ledger) enter(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	words := strings.Fields(line)
	switch {
	case len(words) == 2 && words[0] == "submitted":
		l.submitted[words[1]] = true
	case len(words) == 2 && words[0] == "cancelled":
		l.cancelled[words[1]] = true
	case len(words) == 3 && words[0] == "sent":
		if by, known := l.sentBy[words[1]]; known && by != words[2] {
			l.wrong = append(l.wrong, line+", and by "+by)
		}
		l.sentBy[words[1]] = words[2]
	}
}

// require compares what was acknowledged with what the queue has: no job lost, none sent
// by two phones, none both cancelled and sent, and none left to be sent that was sent or
// cancelled.
func (l *ledger) require(t *testing.T, queue *sqlitequeue.Queue) {
	t.Helper()
	require.NotEmpty(t, l.submitted)
	require.NotEmpty(t, l.sentBy)
	require.Empty(t, l.wrong)
	later := time.Now().Add(time.Minute) // all leases are over
	for id := range l.submitted {
		job, err := queue.Job(t.Context(), id, later)
		require.NoError(t, err, "an acknowledged job was lost")
		switch phone, sent := l.sentBy[id]; {
		case sent && l.cancelled[id]:
			require.Fail(t, "both cancelled and sent", id)
		case sent:
			require.Contains(t, []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateCancelling}, job.State, id)
			require.Equal(t, phone, job.Phone)
		case l.cancelled[id]:
			require.Equal(t, relayapi.StateCancelled, job.State, id)
		}
	}
	l.requireNotOffered(t, queue, later)
}

// requireNotOffered pulls everything that is left.
func (l *ledger) requireNotOffered(t *testing.T, queue *sqlitequeue.Queue, now time.Time) {
	t.Helper()
	for n := 0; ; n++ {
		offered, err := queue.Offer(t.Context(), gateway.Pull{
			Phone: fmt.Sprintf("late-%d", n), Lanes: []string{relayapi.DefaultLane}, Max: 200,
			Lease: fmt.Sprintf("late-%d", n), LeaseFor: time.Hour, Now: now,
		})
		require.NoError(t, err)
		for _, job := range offered.Jobs {
			require.NotContains(t, l.sentBy, job.ID, "offered again")
			require.NotContains(t, l.cancelled, job.ID, "offered though cancelled")
		}
		if len(offered.Jobs) == 0 {
			return
		}
	}
}

// letWork has crowds work until they have made that many calls more, or nothing moves for
// half a minute.
func letWork(t *testing.T, calls int64, crowds ...*crowd) {
	t.Helper()
	for _, c := range crowds {
		letCount(t, &c.calls, calls)
	}
}

// letFail has a crowd work until that many calls more have failed: many calls write nothing,
// and succeed on a disk that cannot be written.
func letFail(t *testing.T, calls int64, c *crowd) {
	t.Helper()
	letCount(t, &c.failed, calls)
}

func letCount(t *testing.T, counter *atomic.Int64, more int64) {
	t.Helper()
	until := counter.Load() + more
	limit := time.After(30 * time.Second)
	for counter.Load() < until {
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			require.Fail(t, "the crowd does not get on")
		}
	}
}
