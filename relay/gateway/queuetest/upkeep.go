package queuetest

import (
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// sweep sweeps until there is nothing left to do.
func (b *bench) sweep(s gateway.Sweep) {
	b.Helper()
	s.Now = b.now
	for range 100 {
		n, err := b.queue.Sweep(b.Context(), s)
		b.noError(err, "sweep")
		if n == 0 {
			return
		}
	}
	b.Fatal("a sweep comes to an end")
}

var sweepCases = []testCase{
	{"expiry reads the same with and without a sweep", func(b *bench) {
		first, second := b.submit(), b.submit()
		b.pass(ttl + time.Hour)
		before := b.wantState(first.ID, relayapi.StateExpired, "a deadline needs no timer")
		b.sweep(gateway.Sweep{})
		after := b.wantState(second.ID, relayapi.StateExpired, "a sweep stores the expiry")
		for _, read := range []gateway.Job{before, after} {
			b.wantHistory(read, "queued by site shop", "expired by gateway")
			if read.Text != "" || !read.History[1].At.Equal(first.Deadline) {
				b.Fatalf("an expired job has no text, and expired at its deadline: got %+v", read)
			}
		}
	}},
	{"open jobs are left alone", func(b *bench) {
		job := b.submit()
		b.pass(ttl - time.Millisecond)
		b.sweep(gateway.Sweep{ClearBefore: b.now, ForgetBefore: b.now.Add(-time.Hour)})
		if b.wantState(job.ID, relayapi.StateQueued, "an open job").Text == "" {
			b.Fatal("an open job keeps its text")
		}
	}},
	{"texts of taken and sent jobs are cleared after a while", func(b *bench) {
		taken := b.taken()
		sent := b.record(b.taken(), relayapi.StateSent)
		b.pass(ttl + time.Hour)
		b.sweep(gateway.Sweep{ClearBefore: taken.Deadline})
		if b.job(taken.ID).Text == "" {
			b.Fatal("a text is not cleared before its time")
		}
		b.sweep(gateway.Sweep{ClearBefore: b.now})
		for _, id := range []string{taken.ID, sent.ID} {
			if job := b.job(id); job.Text != "" || len(job.History) < 3 {
				b.Fatalf("the text goes, the history stays: got %+v", job)
			}
		}
	}},
	{"numbers of ended jobs are hidden after a while", func(b *bench) {
		sent := b.record(b.taken(withKey("k")), relayapi.StateSent)
		b.pass(time.Minute)
		b.seen(phone, lane)
		young := b.record(b.taken(), relayapi.StateSent)
		open := b.submit()
		b.sweep(gateway.Sweep{HideBefore: sent.Created})
		if b.job(sent.ID).To == "" {
			b.Fatal("a number is not hidden before its time")
		}
		b.sweep(gateway.Sweep{HideBefore: young.Created})
		if hidden := b.job(sent.ID); hidden.To != "" || hidden.Version != sent.Version+1 || len(hidden.History) < 4 {
			b.Fatalf("the number goes, and that is a new version; the history stays: got %+v", hidden)
		}
		b.sweep(gateway.Sweep{HideBefore: b.now.Add(time.Second)})
		if b.job(young.ID).To != "" || b.job(open.ID).To == "" {
			b.Fatal("a job that can still be sent keeps its number, others do not")
		}
		if again := b.submit(withKey("k")); again.ID != sent.ID {
			b.Fatal("the key of a job without a number stays")
		}
		b.record(sent, relayapi.StateDelivered)
	}},
	{"old jobs are forgotten, and their keys", func(b *bench) {
		old := b.submit(withKey("k"))
		b.pass(time.Minute)
		b.seen(phone, lane)
		young := b.submit()
		b.sweep(gateway.Sweep{ForgetBefore: b.now})
		_, err := b.queue.Job(b.Context(), old.ID, b.now)
		b.wantError(err, gateway.ErrUnknownJob, "an old job")
		b.job(young.ID)
		if again := b.submit(withKey("k")); again.ID == old.ID {
			b.Fatal("a forgotten key is free again")
		}
	}},
	{"many jobs take several sweeps", func(b *bench) {
		for range 450 {
			b.submit()
		}
		b.pass(ttl)
		b.sweep(gateway.Sweep{ForgetBefore: b.now})
		n, err := b.queue.Sweep(b.Context(), gateway.Sweep{Now: b.now, ForgetBefore: b.now})
		b.noError(err, "sweep")
		if n != 0 {
			b.Fatalf("after the sweep nothing is left: got %d", n)
		}
	}},
}

// changes collects what a subscriber hears.
type changes struct {
	mu   sync.Mutex
	seen []gateway.Change
}

func (c *changes) add(change gateway.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, change)
}

// wait waits until a change was heard; engines may tell a little later.
func (c *changes) wait(b *bench, want gateway.Change) {
	b.Helper()
	deadline := time.After(10 * time.Second)
	for !c.heard(want) {
		select {
		case <-deadline:
			b.Fatalf("subscribers hear of every change: %+v did not come", want)
		case <-time.After(time.Millisecond):
		}
	}
}

func (c *changes) heard(want gateway.Change) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.seen, func(seen gateway.Change) bool {
		if want.State == "" {
			seen.State = "" // the case does not mind
		}
		return seen == want
	})
}

var changeCases = []testCase{
	{"subscribers hear of new jobs and new states", func(b *bench) {
		var heard changes
		stop := b.queue.Subscribe(heard.add)
		defer stop()
		b.submit()
		heard.wait(b, gateway.Change{Lane: lane})
		job := b.offerOne(phone)
		b.record(job, relayapi.StateTaken)
		heard.wait(b, gateway.Change{Job: job.ID})
		cancelled := b.submit()
		b.cancel(cancelled.ID)
		heard.wait(b, gateway.Change{Job: cancelled.ID})
	}},
	{"who has stopped hears nothing", func(b *bench) {
		var stopped, heard changes
		b.queue.Subscribe(stopped.add)()
		defer b.queue.Subscribe(heard.add)()
		b.submit()
		heard.wait(b, gateway.Change{Lane: lane})
		if stopped.heard(gateway.Change{Lane: lane}) {
			b.Fatal("stop ends a subscription")
		}
	}},
}

var restartCases = []testCase{
	{"everything but presence survives", func(b *bench) {
		queued := b.submit(withKey("k"), limited(oneAMinute), func(s *gateway.Submit) { s.Ref = "survivor" })
		taken := b.taken2()
		cancelled := b.cancelKey("early")
		b.restart()

		if job := b.wantState(queued.ID, relayapi.StateQueued, "a queued job"); job.Text != queued.Text || job.Ref != "survivor" {
			b.Fatalf("a job survives whole: got %+v", job)
		}
		b.wantState(taken.ID, relayapi.StateTaken, "a taken job")
		b.refused(gateway.ErrNoPhoneOnline, "phones are online again with their first call")
		b.seen(phone, lane)
		b.wantQuota(time.Minute, limited(oneAMinute))
		if again := b.submit(withKey("k")); again.ID != queued.ID {
			b.Fatal("keys survive")
		}
		if late := b.submit(withKey("early")); late.ID != cancelled.ID {
			b.Fatal("keys that were cancelled in advance survive")
		}
		if job := b.offerOne("other"); job.ID != queued.ID {
			b.Fatalf("queued jobs go on, taken jobs stay: got %+v", job)
		}
		b.record(taken, relayapi.StateSent)
	}},
	{"leases and deadlines go on", func(b *bench) {
		short := b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(lease + time.Second) })
		held := b.offerOne(phone)
		b.restart()
		b.offerNone("a lease survives", "other")
		b.pass(lease)
		if job := b.offerOne("other"); job.ID != held.ID {
			b.Fatal("a lease ends by the clock")
		}
		b.restart()
		b.pass(time.Second)
		b.wantState(short.ID, relayapi.StateExpired, "a deadline ends by the clock")
	}},
}

// taken2 has the second of two jobs taken, by a phone that pulls past the first.
func (b *bench) taken2() gateway.Job {
	b.Helper()
	b.seen(phone, lane, "mob")
	b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
	offered := b.offer(phone, "mob")
	return b.record(offered.Jobs[0], relayapi.StateTaken)
}
