package failover

import (
	"sync"
	"time"
)

// budget counts what a member spends in a calendar day of Beijing, and holds
// it under a limit.
type budget struct {
	limit Money // 0: none

	mu    sync.Mutex
	day   int64
	spent Money // billed, or reserved for a send that is on its way
}

// reserve takes the price before the send, so that concurrent sends cannot
// overrun the limit together. The day says where release gives it back.
func (b *budget) reserve(price Money, now time.Time) (day int64, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn(now)
	if b.limit > 0 && b.spent > b.limit-price {
		return 0, false
	}
	b.spent += price
	return b.day, true
}

// release gives a reserved price back: the message was not billed.
func (b *budget) release(price Money, day int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day == b.day {
		b.spent -= price
	}
}

func (b *budget) spentToday(now time.Time) Money {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn(now)
	return b.spent
}

// turn starts a new day. A clock that is set back does not start one, or the
// budget could be spent twice.
func (b *budget) turn(now time.Time) {
	if day := beijingDay(now); day > b.day {
		b.day, b.spent = day, 0
	}
}

// beijingDay numbers the calendar days of Beijing, which is eight hours ahead
// of UTC all year.
func beijingDay(t time.Time) int64 {
	const eightHours, day = 8 * 60 * 60, 24 * 60 * 60
	return (t.Unix() + eightHours) / day
}
