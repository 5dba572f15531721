package queuetest

import (
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func (b *bench) cancelKey(key string) gateway.Job {
	b.Helper()
	job, err := b.queue.CancelKey(b.Context(), gateway.KeyCancellation{Site: site, Key: key, ID: b.unique("job"), Now: b.now})
	b.noError(err, "cancel by key")
	return job
}

var cancelCases = []testCase{
	{"a queued job", func(b *bench) {
		id := b.submit().ID
		b.pass(time.Second)
		if job := b.cancel(id); job.State != relayapi.StateCancelled {
			b.Fatalf("a cancelled job says so: got %s", job.State)
		}
		stored := b.wantState(id, relayapi.StateCancelled, "a cancel is stored")
		b.wantHistory(stored, "queued by site shop", "cancelled by site shop")
		if stored.Text != "" || !stored.History[1].At.Equal(b.now) {
			b.Fatalf("the text is dropped, the time is kept: got %+v", stored)
		}
	}},
	{"an offered job", func(b *bench) {
		b.submit()
		job := b.offerOne(phone)
		b.cancel(job.ID)
		b.wantState(job.ID, relayapi.StateCancelled, "an offer does not stop a cancel")
	}},
	{"twice", func(b *bench) {
		id := b.submit().ID
		b.cancel(id)
		if job := b.cancel(id); len(job.History) != 2 {
			b.Fatalf("a cancel is idempotent: got %+v", job.History)
		}
	}},
	{"a job that is past cancelling", func(b *bench) {
		for _, state := range []relayapi.State{
			relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed,
		} {
			b.submit()
			id := b.record(b.offerOne(phone), state).ID
			job, err := b.queue.Cancel(b.Context(), b.cancellation(id))
			b.wantError(err, gateway.ErrNotCancellable, "a "+string(state)+" job")
			if job.ID != id || job.State != state {
				b.Fatalf("the refusal comes with the job: got %+v", job)
			}
		}
	}},
	{"an expired job", func(b *bench) {
		id := b.submit().ID
		b.pass(ttl)
		job, err := b.queue.Cancel(b.Context(), b.cancellation(id))
		b.wantError(err, gateway.ErrNotCancellable, "an expired job")
		if job.State != relayapi.StateExpired {
			b.Fatalf("the refusal comes with the job as it is: got %s", job.State)
		}
	}},
	{"another site's job is unknown", func(b *bench) {
		id := b.submit(func(s *gateway.Submit) { s.Site = "forum" }).ID
		_, err := b.queue.Cancel(b.Context(), b.cancellation(id))
		b.wantError(err, gateway.ErrUnknownJob, "another site's job")
		b.wantState(id, relayapi.StateQueued, "another site's job")
	}},
	{"the operator cancels any site's job", func(b *bench) {
		id := b.submit().ID
		_, err := b.queue.Cancel(b.Context(), gateway.Cancellation{
			ID: id, By: gateway.Actor{Kind: relayapi.SourceOperator, Name: "eva"}, Now: b.now,
		})
		b.noError(err, "cancel")
		b.wantHistory(b.job(id), "queued by site shop", "cancelled by operator eva")
	}},
	{"an unknown job", func(b *bench) {
		_, err := b.queue.Cancel(b.Context(), b.cancellation("nothing"))
		b.wantError(err, gateway.ErrUnknownJob, "an unknown id")
	}},
	{"by key", func(b *bench) {
		id := b.submit(withKey("k")).ID
		if job := b.cancelKey("k"); job.ID != id || job.State != relayapi.StateCancelled {
			b.Fatalf("a key names a job: got %+v", job)
		}
		b.wantState(id, relayapi.StateCancelled, "a cancel by key is stored")
	}},
	{"by key, too late", func(b *bench) {
		id := b.taken(withKey("k")).ID
		job, err := b.queue.CancelKey(b.Context(), gateway.KeyCancellation{Site: site, Key: "k", ID: "x", Now: b.now})
		b.wantError(err, gateway.ErrNotCancellable, "a taken job")
		if job.ID != id {
			b.Fatalf("the refusal comes with the job: got %+v", job)
		}
	}},
	{"by key, before the job has arrived", func(b *bench) {
		placeholder := b.cancelKey("k")
		if placeholder.State != relayapi.StateCancelled {
			b.Fatalf("an unknown key is cancelled in advance: got %s", placeholder.State)
		}
		if late := b.submit(withKey("k")); late.State != relayapi.StateCancelled || late.ID != placeholder.ID {
			b.Fatalf("a submission that comes after its cancel is cancelled: got %+v", late)
		}
		b.offerNone("a job cancelled in advance", phone)
		if again := b.cancelKey("k"); again.ID != placeholder.ID {
			b.Fatal("cancelling in advance is idempotent")
		}
	}},
	{"by key, of another site", func(b *bench) {
		id := b.submit(withKey("k"), func(s *gateway.Submit) { s.Site = "forum" }).ID
		b.cancelKey("k")
		b.wantState(id, relayapi.StateQueued, "keys of two sites never meet")
	}},
}
