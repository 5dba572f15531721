package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

var offerCases = []testCase{
	{"an offered job is whole and leased", func(b *bench) {
		submitted := b.submit()
		b.pass(time.Second)
		job := b.offerOne(phone)
		if job.ID != submitted.ID || job.To != submitted.To || job.Text != submitted.Text || job.Ref != submitted.Ref {
			b.Fatalf("a phone gets the job that was submitted: got %+v", job)
		}
		if job.State != relayapi.StateOffered || job.Phone != phone || job.Lease == "" {
			b.Fatalf("an offered job names its phone and lease: got %+v", job)
		}
		if !job.LeaseEnd.Equal(b.now.Add(lease)) {
			b.Fatalf("the lease ends when the pull says: got %v", job.LeaseEnd)
		}
		b.wantHistory(b.wantState(job.ID, relayapi.StateOffered, "an offer is stored"),
			"queued by site shop", "offered by phone old-phone")
	}},
	{"older jobs go first, no more than asked", func(b *bench) {
		var want []string
		for range 5 {
			want = append(want, b.submit().ID)
			b.pass(time.Millisecond)
		}
		pull := b.pull(phone)
		pull.Max = 3
		offered, err := b.queue.Offer(b.Context(), pull)
		b.noError(err, "offer")
		if len(offered.Jobs) != 3 {
			b.Fatalf("a phone gets as many jobs as it asks for: got %d", len(offered.Jobs))
		}
		for i, job := range offered.Jobs {
			if job.ID != want[i] {
				b.Fatalf("older jobs go first: place %d has %s, want %s", i, job.ID, want[i])
			}
		}
	}},
	{"a phone gets jobs of its lanes only, in the order of its lanes", func(b *bench) {
		b.seen(phone, lane, "mob", "weibo")
		b.submit(func(s *gateway.Submit) { s.Lane = "weibo" })
		mob := b.submit(func(s *gateway.Submit) { s.Lane = "mob" })
		text := b.submit()
		jobs := b.offer(phone, lane, "mob").Jobs
		if len(jobs) != 2 || jobs[0].ID != text.ID || jobs[1].ID != mob.ID {
			b.Fatalf("lanes are kept apart: got %+v", jobs)
		}
	}},
	{"another phone gets nothing while the lease runs", func(b *bench) {
		b.submit()
		first := b.offerOne(phone)
		b.pass(lease - time.Millisecond)
		offered := b.offerNone("one job, one phone", "other")
		if !offered.NextAt.Equal(first.LeaseEnd) {
			b.Fatalf("a pull without jobs says when a lease ends: got %v, want %v", offered.NextAt, first.LeaseEnd)
		}
	}},
	{"no lease to wait for, no time", func(b *bench) {
		if next := b.offerNone("an empty queue", phone).NextAt; !next.IsZero() {
			b.Fatalf("nothing to wait for: got %v", next)
		}
		b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(lease / 2) })
		b.offerOne(phone)
		if next := b.offerNone("one job, one phone", "other").NextAt; !next.IsZero() {
			b.Fatalf("a lease that ends with the job is nothing to wait for: got %v", next)
		}
	}},
	{"another phone gets the job when the lease is over", func(b *bench) {
		b.submit()
		first := b.offerOne(phone)
		b.pass(lease)
		second := b.offerOne("other")
		if second.ID != first.ID || second.Phone != "other" || second.Lease == first.Lease {
			b.Fatalf("a job that no phone took is offered again: got %+v", second)
		}
		b.wantHistory(second, "queued by site shop", "offered by phone old-phone", "offered by phone other")
	}},
	{"the same phone gets its jobs again, under another lease of the same end", func(b *bench) {
		b.submit()
		first := b.offerOne(phone)
		b.pass(time.Second)
		second := b.offerOne(phone)
		if second.ID != first.ID || second.Lease == first.Lease || !second.LeaseEnd.Equal(first.LeaseEnd) {
			b.Fatalf("after a lost response the phone gets its job again, and no more time: got %+v after %+v", second, first)
		}
		b.record(second, relayapi.StateTaken)
		_, err := b.queue.Record(b.Context(), b.report(first, relayapi.StateTaken))
		b.wantError(err, gateway.ErrForeignLease, "one of two leases takes the job")
		b.wantHistory(b.job(first.ID), "queued by site shop", "offered by phone old-phone", "taken by phone old-phone")
	}},
	{"a later pull of the same phone leaves the lease as it is", func(b *bench) {
		b.submit()
		first := b.offerOne(phone)
		b.pass(time.Second)
		second := b.offerOne(phone)
		third := b.offerOne(phone)
		_, err := b.queue.Record(b.Context(), b.report(withLease(first, third.Lease+"1"), relayapi.StateTaken))
		b.wantError(err, gateway.ErrLeaseLost, "a lease that was not given out takes nothing")
		b.record(first, relayapi.StateTaken)
		for _, later := range []gateway.Job{second, third} {
			_, err := b.queue.Record(b.Context(), b.report(later, relayapi.StateTaken))
			b.wantError(err, gateway.ErrForeignLease, "one of the leases takes the job")
		}
		b.record(first, relayapi.StateTaken) // again
		b.record(first, relayapi.StateSent)
	}},
	{"another pull of the same phone gets other jobs first", func(b *bench) {
		b.submit()
		b.submit()
		first := b.offerMax(1)
		second := b.offerMax(1)
		if first.ID == second.ID {
			b.Fatal("two devices with one token get two jobs")
		}
		offered := b.offer(phone)
		if len(offered.Jobs) != 0 || !offered.NextAt.Equal(b.now.Add(lease/10)) {
			b.Fatalf("the phone may get them again after a tenth of the lease: got %+v", offered)
		}
		b.now = offered.NextAt
		if again := b.offer(phone).Jobs; len(again) != 2 {
			b.Fatalf("after a tenth of the lease both come again: got %+v", again)
		}
	}},
	{"a lease that the job's deadline cuts keeps the job to its pull too", func(b *bench) {
		b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(lease / 2) })
		b.offerOne(phone)
		b.pass(lease/10 - time.Millisecond)
		b.offerNone("a tenth of a lease", phone)
		b.pass(time.Millisecond)
		b.offerOne(phone)
	}},
	{"when its lease is over, the same phone gets the job once, under a lease of full length", func(b *bench) {
		b.submit()
		b.offerOne(phone)
		b.pass(lease)
		if job := b.offerOne(phone); !job.LeaseEnd.Equal(b.now.Add(lease)) {
			b.Fatalf("a new lease has its full length: got %v", job.LeaseEnd)
		}
		b.offerNone("one job, one phone", "other")
	}},
	{"a phone that asks for other lanes does not get the job that it holds", func(b *bench) {
		b.submit()
		b.offerOne(phone)
		if jobs := b.offer(phone, "mob").Jobs; len(jobs) != 0 {
			b.Fatalf("lanes are kept apart: got %+v", jobs)
		}
	}},
	{"jobs that the phone holds come first", func(b *bench) {
		held := b.submit()
		b.offerOne(phone)
		b.submit()
		b.pass(lease / 10)
		pull := b.pull(phone)
		offered, err := b.queue.Offer(b.Context(), pull)
		b.noError(err, "offer")
		if len(offered.Jobs) != 1 || offered.Jobs[0].ID != held.ID {
			b.Fatalf("a phone finishes what it has: got %+v", offered.Jobs)
		}
	}},
	{"a job past its deadline is never offered", func(b *bench) {
		b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(time.Second) })
		b.pass(time.Second)
		b.offerNone("a deadline is a deadline", phone)
	}},
	{"a held job past its deadline is not offered again", func(b *bench) {
		job := b.submit(func(s *gateway.Submit) { s.Deadline = b.now.Add(lease / 2) })
		held := b.offerOne(phone)
		if !held.LeaseEnd.Equal(job.Deadline) {
			b.Fatalf("a lease never outlives its job: got %v, want %v", held.LeaseEnd, job.Deadline)
		}
		b.pass(lease / 2)
		b.offerNone("a deadline is a deadline", phone)
		b.offerNone("a deadline is a deadline", "other")
	}},
	{"a taken job is never offered again", func(b *bench) {
		b.taken()
		b.offerNone("a taken job stays with its phone", phone)
		b.pass(lease)
		b.offerNone("a taken job stays with its phone", phone)
		b.offerNone("a taken job stays with its phone", "other")
		b.pass(ttl)
		b.offerNone("a taken job stays with its phone", "other")
	}},
	{"a cancelled job is never offered", func(b *bench) {
		b.cancel(b.submit().ID)
		b.offerNone("a cancelled job", phone)
	}},
}

// offerMax pulls for the phone and wants that many jobs; it returns the last.
func (b *bench) offerMax(most int) gateway.Job {
	b.Helper()
	pull := b.pull(phone)
	pull.Max = most
	offered, err := b.queue.Offer(b.Context(), pull)
	b.noError(err, "offer")
	if len(offered.Jobs) != most {
		b.Fatalf("a phone gets as many jobs as it asks for: got %d", len(offered.Jobs))
	}
	return offered.Jobs[most-1]
}

// withLease returns the job under another lease.
func withLease(j gateway.Job, lease string) gateway.Job {
	j.Lease = lease
	return j
}
