package sqlitequeue

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
)

const (
	selectUses = `SELECT job, phone, sim, lane, recipient, segments, at, held FROM uses`
	putUse     = `INSERT OR REPLACE INTO uses (job, phone, sim, lane, recipient, segments, at, held)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	deleteUse     = `DELETE FROM uses WHERE job = ?`
	selectOldUses = `SELECT job FROM uses WHERE at < ? ORDER BY at LIMIT ? + 0`
	selectSIMs    = `SELECT phone, sim, level, learned_at, refusals, drained_at FROM sims`
	putSIM        = `INSERT OR REPLACE INTO sims (phone, sim, level, learned_at, refusals, drained_at)
		VALUES (?, ?, ?, ?, ?, ?)`
)

// ledger returns what counts towards budgets. It is in memory, and in the file with every
// change; after a transaction that was not stored it is read anew.
func (s *session) ledger() *inmemory.Ledger {
	if s.books != nil {
		return s.books
	}
	s.books = &inmemory.Ledger{Digest: s.key.digest}
	s.query(selectUses, func(from scanner) error {
		var u gateway.Use
		var at int64
		err := from.Scan(&u.Job, &u.SIM.Phone, &u.SIM.Slot, &u.Lane, &u.Recipient, &u.Segments, &at, &u.Held)
		u.At = fromMillis(at)
		s.books.Put(u)
		return err
	})
	s.query(selectSIMs, func(from scanner) error {
		var sim gateway.SIM
		var state gateway.SIMState
		var learned, drained int64
		err := from.Scan(&sim.Phone, &sim.Slot, &state.Level, &learned, &state.Refusals, &drained)
		state.LearnedAt, state.DrainedAt = fromMillis(learned), fromMillis(drained)
		s.books.PutState(sim, state)
		return err
	})
	s.books.PutClock(fromMillis(s.meta(metaBudgets)))
	s.books.Keep = s
	return s.books
}

// KeepUse writes a text that counts.
func (s *session) KeepUse(u gateway.Use) {
	s.exec(putUse, u.Job, u.SIM.Phone, u.SIM.Slot, u.Lane, u.Recipient, u.Segments, millis(u.At), u.Held)
}

// DropUse deletes a text that counts no longer.
func (s *session) DropUse(job string) { s.exec(deleteUse, job) }

// KeepState writes what the failures of a SIM have taught.
func (s *session) KeepState(sim gateway.SIM, state gateway.SIMState) {
	s.exec(putSIM, sim.Phone, sim.Slot, state.Level, millis(state.LearnedAt), state.Refusals, millis(state.DrainedAt))
}

// KeepClock writes the latest time as of which a text was handed out.
func (s *session) KeepClock(at time.Time) { s.setMeta(metaBudgets, millis(at)) }

// forgetUses deletes texts that count for no budget any more.
func (s *session) forgetUses(before time.Time, room int) int {
	var old []string
	s.query(selectOldUses, func(from scanner) error {
		var job string
		err := from.Scan(&job)
		old = append(old, job)
		return err
	}, millis(before), room)
	for _, job := range old {
		s.ledger().Drop(job)
	}
	return len(old)
}

// budget returns an error when the lane's phones have no budget for the text.
func (q *Queue) budget(tx *session, s gateway.Submit) error {
	if s.Budgets == nil {
		return nil
	}
	admission, enough, ahead := tx.ledger().Admit(s), false, tx.queuedBefore(s)
	q.phones.Each(s.Lane, s.Now, func(phone inmemory.Server) bool {
		enough = admission.Add(phone, ahead)
		return !enough
	})
	if enough {
		return nil
	}
	return admission.Refusal()
}

// queuedBefore returns how many jobs of the lane are queued that are not due after a
// submission whose site waits.
func (s *session) queuedBefore(submission gateway.Submit) int {
	if submission.Wait == 0 {
		return 0
	}
	now, due := millis(submission.Now), millis(submission.Job().Due())
	return s.count(countQueued, submission.Lane, 1, now, due, maxAhead) + s.count(countQueued, submission.Lane, 0, now, due, maxAhead)
}

// Budgets returns how much of each budget is used.
func (q *Queue) Budgets(ctx context.Context, b gateway.BudgetQuery) ([]gateway.BudgetUse, error) {
	return write(ctx, q.writer, func(tx *session) ([]gateway.BudgetUse, error) {
		return tx.ledger().Used(b.Budgets, q.phones.Servers(), b.Now), nil
	})
}

// Resume forgets what a SIM's failures have taught.
func (q *Queue) Resume(ctx context.Context, sim gateway.SIM, _ time.Time) error {
	_, err := write(ctx, q.writer, func(tx *session) (struct{}, error) {
		tx.ledger().Resume(sim)
		return struct{}{}, nil
	})
	return err
}

var _ inmemory.Keeper = (*session)(nil)
