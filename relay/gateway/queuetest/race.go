package queuetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// together runs n calls at once and waits for them.
func together(n int, call func(i int)) {
	var start, all sync.WaitGroup
	start.Add(1)
	for i := range n {
		all.Go(func() {
			start.Wait()
			call(i)
		})
	}
	start.Done()
	all.Wait()
}

var raceCases = []testCase{
	{"many submissions of one key are one job", func(b *bench) {
		base := b.submission()
		base.Key = "k"
		var fresh atomic.Int32
		together(16, func(i int) {
			s := base
			s.ID = fmt.Sprintf("racer-%d", i)
			submitted, err := b.queue.Submit(b.Context(), s)
			if err != nil {
				b.Errorf("submit: %v", err)
			}
			if submitted.New {
				fresh.Add(1)
			}
		})
		if fresh.Load() != 1 {
			b.Fatalf("one key is one job: %d were new", fresh.Load())
		}
	}},
	{"many submissions to one number keep its quota", func(b *bench) {
		base := b.submission()
		base.Quotas = []gateway.Quota{{Limit: 3, Window: time.Minute}}
		var accepted atomic.Int32
		together(16, func(i int) {
			s := base
			s.ID = fmt.Sprintf("racer-%d", i)
			_, err := b.queue.Submit(b.Context(), s)
			var quota *gateway.QuotaError
			switch {
			case err == nil:
				accepted.Add(1)
			case !errors.As(err, &quota):
				b.Errorf("submit: %v", err)
			}
		})
		if accepted.Load() != 3 {
			b.Fatalf("a quota is counted in the transaction that stores the job: %d were accepted", accepted.Load())
		}
	}},
	{"many phones share the jobs without overlap", func(b *bench) {
		const jobs, phones = 64, 8
		for range jobs {
			b.submit()
		}
		pulls := make([]gateway.Pull, phones)
		for i := range pulls {
			pulls[i] = b.pull(fmt.Sprintf("phone-%d", i))
		}
		var takers sync.Map
		together(phones, func(i int) {
			for {
				if !b.pullAndTake(pulls[i], &takers) {
					return
				}
			}
		})
		n := 0
		takers.Range(func(any, any) bool { n++; return true })
		if n != jobs {
			b.Fatalf("every job is taken: %d of %d were", n, jobs)
		}
	}},
	{"of a cancel and a take exactly one wins", func(b *bench) {
		for range 50 {
			b.submit()
			job := b.offerOne(phone)
			cancellation, report := b.cancellation(job.ID), b.report(job, relayapi.StateTaken)
			var cancelled, taken error
			together(2, func(i int) {
				if i == 0 {
					_, cancelled = b.queue.Cancel(b.Context(), cancellation)
				} else {
					_, taken = b.queue.Record(b.Context(), report)
				}
			})
			switch {
			case cancelled == nil && errors.Is(taken, gateway.ErrJobCancelled):
			case taken == nil && errors.Is(cancelled, gateway.ErrNotCancellable):
			default:
				b.Fatalf("a cancel before the take is certain: cancel %v, take %v", cancelled, taken)
			}
		}
	}},
}

// pullAndTake takes one job and reports whether there was one. A job that another
// phone has taken before fails the case.
func (b *bench) pullAndTake(pull gateway.Pull, takers *sync.Map) bool {
	offered, err := b.queue.Offer(b.Context(), pull)
	if err != nil {
		b.Errorf("offer: %v", err)
		return false
	}
	for _, job := range offered.Jobs {
		if other, loaded := takers.LoadOrStore(job.ID, pull.Phone); loaded {
			b.Errorf("one job, one phone: %s was offered to %v and %s", job.ID, other, pull.Phone)
		}
		if _, err := b.queue.Record(b.Context(), b.report(job, relayapi.StateTaken)); err != nil {
			b.Errorf("take: %v", err)
		}
	}
	return len(offered.Jobs) > 0
}
