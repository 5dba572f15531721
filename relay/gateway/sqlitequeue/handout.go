package sqlitequeue

import (
	"context"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// maxAhead is how many jobs the writer counts before a submission. More of them say no
// more: the count would take longer than storing a job.
const maxAhead = 5000

// busy returns an error when the lane's phones cannot send the text in time.
func (q *Queue) busy(tx *session, s gateway.Submit) error {
	if !s.Measured() {
		return nil
	}
	ahead := tx.ahead(s)
	return s.Busy(ahead, q.phones.Count(s.Lane, s.Now, ahead+1))
}

// ahead returns how many jobs a lane's phones have to send before a submission's, up to
// maxAhead of each kind.
func (s *session) ahead(submission gateway.Submit) int {
	now, due := millis(submission.Now), millis(submission.Job().Due())
	inHandUntil := millis(submission.TakenSince().Add(submission.TakenFor))
	return s.count(countQueued, submission.Lane, 1, now, due, maxAhead) +
		s.count(countQueued, submission.Lane, 0, now, due, maxAhead) +
		s.count(countLeased, submission.Lane, 0, now, maxAhead) +
		s.count(countLeased, submission.Lane, 1, now, maxAhead) +
		s.count(countDropped, submission.Lane, now, now, maxAhead) +
		s.count(countInHand, submission.Lane, inHandUntil, maxAhead)
}

// Offer offers jobs to a phone.
func (q *Queue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	return write(ctx, q.writer, func(tx *session) (gateway.Offered, error) {
		cooled, until := q.phones.Cooled(p.Phone, p.Lanes, p.Now)
		offered := gateway.Offered{Cooled: cooled}
		held := tx.held(p, cooled)
		budget := tx.ledger().Begin(p, q.phones.Server(p.Phone))
		for _, old := range tx.offerable(p, cooled, held) {
			if len(offered.Jobs) == p.Max {
				break
			}
			if chosen, ok := budget.Choose(old.Job); ok {
				offered.Jobs = append(offered.Jobs, budget.Count(tx.store(old, old.Offered(chosen))))
			}
		}
		offered.Cooled = budget.Cooled(offered.Cooled)
		if len(offered.Jobs) == 0 {
			offered.NextAt = tx.nextAt(p, held, budget.Until(until))
		}
		return offered, nil
	})
}

// held returns the jobs on which the pull's phone has a lease, on those of its lanes on
// which it is not cooled.
func (s *session) held(p gateway.Pull, cooled []string) []row {
	now := millis(p.Now)
	return slices.DeleteFunc(s.jobs(selectHeld, p.Phone, now, now, mostHeld), func(r row) bool {
		return !slices.Contains(p.Lanes, r.Lane) || slices.Contains(cooled, r.Lane)
	})
}

// offerable returns jobs for a phone that holds others: at most p.Max, and some more when it
// may have no budget for some.
func (s *session) offerable(p gateway.Pull, cooled []string, held []row) []row {
	var found []row
	if p.Unasked {
		for _, r := range s.jobs(selectHanded, p.Phone, mostHeld) {
			if slices.Contains(p.Lanes, r.Lane) && r.AsOf(p.Now).HandedTo(p) {
				found = append(found, r)
			}
		}
	}
	for _, r := range held {
		if !p.Now.Before(r.AgainAt(p)) {
			found = append(found, r)
		}
	}
	for _, lane := range p.Lanes {
		if len(found) < atMost(p) && !slices.Contains(cooled, lane) {
			found = s.addFree(found, p, lane)
		}
	}
	return found[:min(len(found), atMost(p))]
}

// atMost is how many jobs a pull looks at.
func atMost(p gateway.Pull) int {
	if p.Budgets == nil {
		return p.Max
	}
	return p.Max + mostPassed
}

// mostPassed bounds the jobs for which a phone has no budget and that a pull passes over.
const mostPassed = 20

// mostHeld bounds the jobs of a phone that a pull looks at: some may be on other lanes than
// the pull's.
const mostHeld = 150

// addFree adds the jobs of a lane that no phone has, as far as the phone can send them in
// time.
func (s *session) addFree(found []row, p gateway.Pull, lane string) []row {
	now, room := millis(p.Now), atMost(p)-len(found)
	inTime := millis(p.Now.Add(p.Pace[lane])) - 1
	free := s.jobs(selectQueued, lane, 1, max(now, inTime), room)
	free = append(free, s.jobs(selectQueued, lane, 0, now, room)...)
	slices.SortStableFunc(free, func(a, b row) int { return a.Due().Compare(b.Due()) })
	for _, r := range append(s.jobs(selectDropped, lane, now, now, room), free...) {
		if len(found) < atMost(p) && p.Suffices(r.Job, min(len(found), p.Max-1)) {
			found = append(found, r)
		}
	}
	return found
}

// nextAt returns when the first job of the pull's lanes that a phone holds can be offered
// to the pull, or the time given when that is earlier, or zero.
func (s *session) nextAt(p gateway.Pull, held []row, next time.Time) time.Time {
	sooner := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, lane := range p.Lanes {
		for _, end := range s.moments(selectNextEnd, lane, millis(p.Now)) {
			sooner(end)
		}
	}
	for _, r := range held {
		if at := r.AgainAt(p); at.Before(r.Deadline) {
			sooner(at)
		}
	}
	return next
}
