// Package memqueue keeps the gateway's jobs in memory, for demos and tests. It needs
// no file and starts no goroutine.
//
// It follows the same rules as every engine, but a job lives no longer than the
// process: a gateway that sites rely on uses package sqlitequeue, which keeps
// acknowledged jobs across kill -9. Every call looks at every job, so this engine is
// for thousands of jobs and not for millions.
package memqueue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
)

// Queue is a [gateway.Queue] in memory. Make it with [New]. It is safe for concurrent
// use.
type Queue struct {
	phones      inmemory.Phones
	subscribers inmemory.Subscribers

	mu     sync.Mutex
	closed bool
	table  table
}

var _ gateway.Queue = (*Queue)(nil)

// New returns an empty queue.
func New() *Queue { return &Queue{} }

// Close drops every job. Later calls return [gateway.ErrClosed].
func (q *Queue) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.table = true, table{}
	return nil
}

// Format prints no job, whatever the verb.
func (q *Queue) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("memqueue.Queue")) }

// exclusively runs a call while no other call runs. Subscribers hear of its changes
// before its caller has the result.
func exclusively[T any](ctx context.Context, q *Queue, call func(t *table) (T, error)) (T, error) {
	result, changes, err := locked(ctx, q, call)
	q.subscribers.Tell(changes)
	return result, err
}

func locked[T any](ctx context.Context, q *Queue, call func(t *table) (T, error)) (result T, changes []gateway.Change, err error) {
	if err := ctx.Err(); err != nil {
		return result, nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return result, nil, gateway.ErrClosed
	}
	result, err = call(&q.table)
	changes, q.table.changes = q.table.changes, nil
	return result, changes, err
}

// Submit stores a job.
func (q *Queue) Submit(ctx context.Context, s gateway.Submit) (gateway.Submitted, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Submitted, error) {
		if old := t.byKey(s.Site, s.Key); old != nil {
			// A job that was cancelled by its key has no content, and goes with any.
			if old.Content != "" && old.Content != s.Content {
				return gateway.Submitted{}, gateway.ErrContentDiffers
			}
			return gateway.Submitted{Job: t.store(old, old.Repeated(s))}, nil
		}
		if s.Refuse != nil {
			return gateway.Submitted{}, s.Refuse
		}
		if !q.phones.Online(s.Lane, s.Now) {
			return gateway.Submitted{}, gateway.ErrNoPhoneOnline
		}
		if retryAt := gateway.RetryAt(s.Quotas, t.countedFor(s.To, s.Now), s.Now); !retryAt.IsZero() {
			return gateway.Submitted{}, &gateway.QuotaError{RetryAt: retryAt}
		}
		if err := q.budget(t, s); err != nil {
			return gateway.Submitted{}, err
		}
		if err := q.busy(t, s); err != nil {
			return gateway.Submitted{}, err
		}
		t.note(gateway.Change{Lane: s.Lane})
		return gateway.Submitted{Job: t.add(s.Job()), New: true}, nil
	})
}

// budget returns an error when the lane's phones have no budget for the text.
func (q *Queue) budget(t *table, s gateway.Submit) error {
	if s.Budgets == nil {
		return nil
	}
	admission, enough, ahead := t.ledger.Admit(s), false, t.queuedBefore(s)
	q.phones.Each(s.Lane, s.Now, func(phone inmemory.Server) bool {
		enough = admission.Add(phone, ahead)
		return !enough
	})
	if enough {
		return nil
	}
	return admission.Refusal()
}

// busy returns an error when the lane's phones cannot send the text in time.
func (q *Queue) busy(t *table, s gateway.Submit) error {
	if !s.Measured() {
		return nil
	}
	ahead := t.ahead(s)
	return s.Busy(ahead, q.phones.Count(s.Lane, s.Now, ahead+1))
}

// Job returns a job as it is at now. It stores that the job has expired: a call that
// began before the deadline may still come.
func (q *Queue) Job(ctx context.Context, id string, now time.Time) (gateway.Job, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Job, error) {
		old := t.byID(id)
		if old == nil {
			return gateway.Job{}, gateway.ErrUnknownJob
		}
		return t.store(old, old.AsOf(now)), nil
	})
}

// Cancel cancels a job.
func (q *Queue) Cancel(ctx context.Context, c gateway.Cancellation) (gateway.Job, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Job, error) {
		old := t.byID(c.ID)
		if old == nil || c.Site != "" && c.Site != old.Site {
			return gateway.Job{}, gateway.ErrUnknownJob
		}
		job, err := old.Cancelled(c.By, c.Now)
		return t.store(old, job), err
	})
}

// CancelKey cancels the job of an idempotency key, before or after it arrived.
func (q *Queue) CancelKey(ctx context.Context, c gateway.KeyCancellation) (gateway.Job, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Job, error) {
		old := t.byKey(c.Site, c.Key)
		if old == nil {
			return t.add(c.Job()), nil
		}
		job, err := old.Cancelled(c.Actor(), c.Now)
		return t.store(old, job), err
	})
}

// Offer offers jobs to a phone.
func (q *Queue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Offered, error) {
		cooled, until := q.phones.Cooled(p.Phone, p.Lanes, p.Now)
		offered := gateway.Offered{Cooled: cooled}
		budget := t.ledger.Begin(p, q.phones.Server(p.Phone))
		for _, old := range t.offerable(p, cooled) {
			if len(offered.Jobs) == p.Max {
				break
			}
			if chosen, ok := budget.Choose(*old); ok {
				offered.Jobs = append(offered.Jobs, budget.Count(t.store(old, old.Offered(chosen))))
			}
		}
		offered.Cooled = budget.Cooled(offered.Cooled)
		if len(offered.Jobs) == 0 {
			offered.NextAt = t.nextAt(p, budget.Until(until))
		}
		return offered, nil
	})
}

// Record stores a phone's state report.
func (q *Queue) Record(ctx context.Context, r gateway.StateReport) (gateway.Job, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Job, error) {
		old := t.byID(r.ID)
		if old == nil {
			return gateway.Job{}, gateway.ErrUnknownJob
		}
		r.Another = q.phones.Another(old.Lane, r.Phone, r.Now)
		r.Spent = !t.ledger.MayTake(r.Budgets, *old, r.Now)
		version := old.Version
		job, err := old.Reported(r)
		job = t.store(old, job)
		if job.Version > version {
			t.ledger.Reported(r, job)
		}
		if err == nil && job.Version > version {
			q.phones.Learn(job.Lane, r)
		}
		return job, err
	})
}

// List returns jobs, newest first.
func (q *Queue) List(ctx context.Context, f gateway.Filter) (gateway.Page, error) {
	return exclusively(ctx, q, func(t *table) (gateway.Page, error) { return t.list(f), nil })
}

// Counts returns how many jobs each lane has in each state.
func (q *Queue) Counts(ctx context.Context, now time.Time) ([]gateway.Count, error) {
	return exclusively(ctx, q, func(t *table) ([]gateway.Count, error) { return t.counts(now), nil })
}

// Phones returns every phone that is known.
func (q *Queue) Phones(ctx context.Context, now time.Time) ([]gateway.PhonePresence, error) {
	return exclusively(ctx, q, func(*table) ([]gateway.PhonePresence, error) { return q.phones.All(now), nil })
}

// Sweep expires, clears and deletes jobs.
func (q *Queue) Sweep(ctx context.Context, s gateway.Sweep) (int, error) {
	return exclusively(ctx, q, func(t *table) (int, error) { return t.sweep(s), nil })
}

// Budgets returns how much of each budget is used.
func (q *Queue) Budgets(ctx context.Context, b gateway.BudgetQuery) ([]gateway.BudgetUse, error) {
	return exclusively(ctx, q, func(t *table) ([]gateway.BudgetUse, error) {
		return t.ledger.Used(b.Budgets, q.phones.Servers(), b.Now), nil
	})
}

// Resume forgets what a SIM's failures have taught.
func (q *Queue) Resume(ctx context.Context, sim gateway.SIM, _ time.Time) error {
	_, err := exclusively(ctx, q, func(t *table) (struct{}, error) {
		t.ledger.Resume(sim)
		return struct{}{}, nil
	})
	return err
}

// Seen stores that a phone has called.
func (q *Queue) Seen(ctx context.Context, p gateway.Presence) error {
	_, err := exclusively(ctx, q, func(*table) (struct{}, error) {
		q.phones.Seen(p)
		return struct{}{}, nil
	})
	return err
}

// Subscribe calls notify after each change until stop is called.
func (q *Queue) Subscribe(notify func(gateway.Change)) (stop func()) {
	return q.subscribers.Add(notify)
}

// Check returns an error once the queue is closed.
func (q *Queue) Check(ctx context.Context) error {
	_, err := exclusively(ctx, q, func(*table) (struct{}, error) { return struct{}{}, nil })
	return err
}
