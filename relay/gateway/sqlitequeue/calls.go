package sqlitequeue

import (
	"context"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Submit stores a job. Nearly every key is new, so it looks for a used key only when it
// has not stored the job; a used key comes before every refusal.
func (q *Queue) Submit(ctx context.Context, s gateway.Submit) (gateway.Submitted, error) {
	job := s.Job()
	values, err := insertValues(job) // here, so that the writer has less to do
	if err != nil {
		return gateway.Submitted{}, fmt.Errorf("sqlitequeue: %w", err)
	}
	return write(ctx, q.writer, func(tx *session) (gateway.Submitted, error) {
		if s.Key != "" {
			tx.refuseSetAside(damagedByKey, s.Site, s.Key)
		}
		refused := q.refusal(tx, s)
		if refused == nil && tx.exec(insertJob, values...) == 1 {
			tx.note(gateway.Change{Lane: job.Lane})
			return gateway.Submitted{Job: job, New: true}, nil
		}
		if s.Key != "" {
			if known, ok := tx.job(selectByKey, s.Site, s.Key); ok {
				return tx.repeated(known, s)
			}
		}
		return gateway.Submitted{}, refused
	})
}

// refusal returns why a new job is refused, or nil.
func (q *Queue) refusal(tx *session, s gateway.Submit) error {
	if s.Refuse != nil {
		return s.Refuse
	}
	if !q.phones.Online(s.Lane, s.Now) {
		return gateway.ErrNoPhoneOnline
	}
	if retryAt := tx.quota(s); !retryAt.IsZero() {
		return &gateway.QuotaError{RetryAt: retryAt}
	}
	if err := q.budget(tx, s); err != nil {
		return err
	}
	return q.busy(tx, s)
}

// repeated returns the job of a submission whose key has been used. A job that was
// cancelled by its key has no content, and goes with any.
func (s *session) repeated(known row, again gateway.Submit) (gateway.Submitted, error) {
	if known.Content != "" && known.Content != again.Content && known.Content != s.key.digest(again.Content) {
		return gateway.Submitted{}, gateway.ErrContentDiffers
	}
	return gateway.Submitted{Job: s.store(known, known.Repeated(again))}, nil
}

func (s *session) quota(submission gateway.Submit) time.Time {
	limit, window := gateway.QuotaReach(submission.Quotas)
	if limit == 0 {
		return time.Time{}
	}
	now := submission.Now
	from, to := now.Add(-window), now.Add(gateway.CallsApart)
	times := s.moments(selectCounted, string(submission.To), millis(from), millis(to), millis(now), limit)
	return gateway.RetryAt(submission.Quotas, times, now)
}

// Cancel cancels a job.
func (q *Queue) Cancel(ctx context.Context, c gateway.Cancellation) (gateway.Job, error) {
	return write(ctx, q.writer, func(tx *session) (gateway.Job, error) {
		old, ok := tx.job(selectByID, c.ID)
		if !ok || c.Site != "" && c.Site != old.Site {
			return gateway.Job{}, gateway.ErrUnknownJob
		}
		return tx.cancel(old, c.By, c.Now)
	})
}

// CancelKey cancels the job of an idempotency key, before or after it arrived.
func (q *Queue) CancelKey(ctx context.Context, c gateway.KeyCancellation) (gateway.Job, error) {
	job := c.Job()
	values, err := insertValues(job)
	if err != nil {
		return gateway.Job{}, fmt.Errorf("sqlitequeue: %w", err)
	}
	return write(ctx, q.writer, func(tx *session) (gateway.Job, error) {
		if old, ok := tx.job(selectByKey, c.Site, c.Key); ok {
			return tx.cancel(old, c.Actor(), c.Now)
		}
		tx.exec(insertJob, values...)
		return job, nil
	})
}

func (s *session) cancel(old row, by gateway.Actor, now time.Time) (gateway.Job, error) {
	job, err := old.Cancelled(by, now)
	return s.store(old, job), err
}

// Record stores a phone's state report.
func (q *Queue) Record(ctx context.Context, r gateway.StateReport) (gateway.Job, error) {
	return write(ctx, q.writer, func(tx *session) (gateway.Job, error) {
		old, ok := tx.job(selectByID, r.ID)
		if !ok {
			return gateway.Job{}, gateway.ErrUnknownJob
		}
		r.Another = q.phones.Another(old.Lane, r.Phone, r.Now)
		r.Spent = !tx.ledger().MayTake(r.Budgets, old.Job, r.Now)
		job, err := old.Reported(r)
		job = tx.store(old, job)
		if job.Version > old.Version {
			tx.ledger().Reported(r, job)
		}
		if err == nil && job.Version > old.Version {
			q.phones.Learn(job.Lane, r)
		}
		return job, err
	})
}
