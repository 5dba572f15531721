package queuetest

import (
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// limited submits to the one number under quotas. The job stays open for days, so
// that it counts.
func limited(quotas ...gateway.Quota) func(*gateway.Submit) {
	return func(s *gateway.Submit) {
		s.To, s.Quotas, s.Deadline = number, quotas, s.Now.Add(48*time.Hour)
	}
}

// wantQuota wants the next submission to be refused, and to be possible after wait.
func (b *bench) wantQuota(wait time.Duration, change ...func(*gateway.Submit)) {
	b.Helper()
	quota := b.quotaReached(change...)
	if got := quota.RetryAt.Sub(b.now); got != wait {
		b.Fatalf("the refusal says when to come again: got %v, want %v", got, wait)
	}
}

// quotaReached wants the next submission to be refused.
func (b *bench) quotaReached(change ...func(*gateway.Submit)) *gateway.QuotaError {
	b.Helper()
	_, err := b.queue.Submit(b.Context(), b.submission(change...))
	var quota *gateway.QuotaError
	if !errors.As(err, &quota) {
		b.Fatalf("a submission above the quota is refused: got %v at %v", err, b.now)
	}
	return quota
}

var oneAMinute = gateway.Quota{Limit: 1, Window: time.Minute}

var quotaCases = []testCase{
	{"windows slide", func(b *bench) {
		twice := limited(gateway.Quota{Limit: 2, Window: time.Minute})
		b.submit(twice)
		b.pass(20 * time.Second)
		b.submit(twice)
		b.wantQuota(40*time.Second, twice)
		b.pass(40*time.Second - time.Millisecond)
		b.wantQuota(time.Millisecond, twice)
		b.pass(time.Millisecond)
		b.seen(phone, lane)
		b.submit(twice)
		b.wantQuota(20*time.Second, twice)
	}},
	{"the longest wait counts", func(b *bench) {
		quotas := limited(oneAMinute, gateway.Quota{Limit: 2, Window: time.Hour})
		b.submit(quotas)
		b.pass(time.Minute)
		b.seen(phone, lane)
		b.submit(quotas)
		b.wantQuota(59*time.Minute, quotas)
		b.wantQuota(59*time.Minute, limited(gateway.Quota{Limit: 2, Window: time.Hour}, oneAMinute))
	}},
	{"the default quotas are 1 a minute, 5 an hour, 10 a day", func(b *bench) {
		quotas := limited(gateway.DefaultQuotas()...)
		for range 2 {
			for range 5 {
				b.seen(phone, lane)
				b.submit(quotas)
				_ = b.quotaReached(quotas)
				b.pass(time.Minute)
			}
			b.seen(phone, lane)
			_ = b.quotaReached(quotas)
			b.pass(time.Hour)
		}
		b.seen(phone, lane)
		_ = b.quotaReached(quotas)
		b.pass(24 * time.Hour)
		b.seen(phone, lane)
		b.submit(quotas)
	}},
	{"numbers do not share a quota", func(b *bench) {
		b.submit(limited(oneAMinute))
		b.submit(limited(oneAMinute), func(s *gateway.Submit) { s.To = "+8613900139000" })
	}},
	{"sites and lanes share a number's quota", func(b *bench) {
		b.seen(phone, lane, "mob")
		b.submit(limited(oneAMinute))
		b.wantQuota(time.Minute, limited(oneAMinute), func(s *gateway.Submit) { s.Site, s.Lane = "forum", "mob" })
	}},
	{"a refusal does not count", func(b *bench) {
		b.submit(limited(oneAMinute))
		b.pass(30 * time.Second)
		b.wantQuota(30*time.Second, limited(oneAMinute))
		b.wantQuota(30*time.Second, limited(oneAMinute))
	}},
	{"a repeated key does not count and is not refused", func(b *bench) {
		first := b.submit(withKey("k"), limited(oneAMinute))
		if again := b.submit(withKey("k"), limited(oneAMinute)); again.ID != first.ID {
			b.Fatal("a known key returns its job whatever the quota")
		}
	}},
	{"a job cancelled before it was taken does not count", func(b *bench) {
		b.cancel(b.submit(limited(oneAMinute)).ID)
		b.submit(limited(oneAMinute))
	}},
	{"a job that expired before it was taken does not count", func(b *bench) {
		b.submit(limited(oneAMinute), func(s *gateway.Submit) { s.Deadline = b.now.Add(time.Second) })
		b.wantQuota(time.Minute, limited(oneAMinute))
		b.pass(time.Second)
		b.submit(limited(oneAMinute))
	}},
	{"a job that a phone declined does not count", func(b *bench) {
		b.submit(limited(oneAMinute))
		b.record(b.offerOne(phone), relayapi.StateFailed)
		b.submit(limited(oneAMinute))
	}},
	{"a job that failed after it was taken counts", func(b *bench) {
		b.record(b.taken(limited(oneAMinute)), relayapi.StateFailed)
		b.wantQuota(time.Minute, limited(oneAMinute))
	}},
	{"a job of a clock that was ahead does not count until its time has come", func(b *bench) {
		b.pass(720 * time.Hour)
		b.seen(phone, lane)
		b.submit(limited(oneAMinute))
		b.pass(-720 * time.Hour)
		b.seen(phone, lane)
		b.submit(limited(oneAMinute))
		b.wantQuota(time.Minute, limited(oneAMinute))
		b.pass(720 * time.Hour)
		b.seen(phone, lane)
		b.wantQuota(time.Minute, limited(oneAMinute))
	}},
	{"jobs of calls in a wrong order count", func(b *bench) {
		b.submit(limited(oneAMinute))
		b.pass(-gateway.CallsApart)
		b.seen(phone, lane)
		b.wantQuota(time.Minute+gateway.CallsApart, limited(oneAMinute))
	}},
	{"no quotas, no limit", func(b *bench) {
		for range 20 {
			b.submit(limited())
		}
	}},
}
