package sqlitequeue

import (
	"context"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// sweepBatch is how many rows one sweep changes or deletes, so that it keeps other calls
// waiting for a few milliseconds at the most.
const sweepBatch = 25

// Sweep expires, clears, hides and deletes jobs, and gives back pages of the file.
func (q *Queue) Sweep(ctx context.Context, s gateway.Sweep) (int, error) {
	return write(ctx, q.writer, func(tx *session) (int, error) {
		tx.sweepDamaged(s)
		swept := 0
		for _, part := range []func(room int) int{
			func(room int) int { return tx.end(selectOverdue, s.Now, room) },
			func(room int) int { return tx.end(selectUncertain, s.Now, room) },
			func(room int) int { return tx.exec(clearTexts, millis(s.ClearBefore), room) },
			func(room int) int { return tx.forget(s, room) },
			func(room int) int { return tx.forgetUses(s.ForgetUsesBefore, room) },
			func(room int) int { return tx.hideNumbers(s, room) },
			func(room int) int { return tx.lookBack(s, room) },
		} {
			if room := sweepBatch - swept; room > 0 {
				swept += part(room)
			}
		}
		if swept == 0 {
			swept = q.writer.shrink()
		}
		return swept, nil
	})
}

// end stores jobs that have ended by themselves.
func (s *session) end(text string, now time.Time, room int) int {
	ended := s.jobs(text, millis(now), room)
	for _, old := range ended {
		s.keepAsOf(old, now)
	}
	return len(ended)
}
