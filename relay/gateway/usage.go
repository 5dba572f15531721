package gateway

import (
	"sync"
	"time"
)

// usage is what the holders of tokens have done lately. Times are those since the gateway
// began. It forgets holders of whom nothing counts any more.
type usage struct {
	mu      sync.Mutex
	holders map[holder]*used
}

// holder is who has one or more tokens.
type holder struct {
	role Role
	name string
}

// used is what one holder has done.
type used struct {
	openPulls           int
	second, minute, day window
}

const day = 24 * time.Hour

// of returns a holder's record, with the lock held.
func (u *usage) of(p Principal) *used {
	if u.holders == nil {
		u.holders = map[holder]*used{}
	}
	key := holder{p.Role, p.Name}
	if u.holders[key] == nil {
		u.holders[key] = &used{}
	}
	return u.holders[key]
}

// request counts a request, or returns a [*LimitError].
func (u *usage) request(p Principal, now time.Duration) error {
	limit := p.Limits.requests(p.Role)
	if limit == 0 {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	mine := u.of(p)
	if wait := mine.second.full(limit, now, time.Second); wait > 0 {
		return &LimitError{limit, "requests a second", wait}
	}
	mine.second.add(now, time.Second)
	return nil
}

// pull counts a pull that waits until done is called, or returns a [*LimitError].
func (u *usage) pull(p Principal) (done func(), err error) {
	limit := p.Limits.openPulls()
	u.mu.Lock()
	defer u.mu.Unlock()
	mine := u.of(p)
	if limit > 0 && mine.openPulls >= limit {
		return nil, &LimitError{limit, "pulls at once", time.Second}
	}
	mine.openPulls++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		mine.openPulls--
	}, nil
}

// submit counts a submission, or returns a [*LimitError]. takeBack undoes it, for one that
// stored nothing new.
func (u *usage) submit(p Principal, now time.Duration) (takeBack func(), err error) {
	perMinute, perDay := max(p.Limits.SubmitsPerMinute, 0), max(p.Limits.SubmitsPerDay, 0)
	if perMinute == 0 && perDay == 0 {
		return func() {}, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	mine := u.of(p)
	if wait := mine.day.full(perDay, now, day); wait > 0 {
		return nil, &LimitError{perDay, "submissions a day", wait}
	}
	if wait := mine.minute.full(perMinute, now, time.Minute); wait > 0 {
		return nil, &LimitError{perMinute, "submissions a minute", wait}
	}
	inMinute, inDay := mine.minute.add(now, time.Minute), mine.day.add(now, day)
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		mine.minute.takeBack(inMinute)
		mine.day.takeBack(inDay)
	}, nil
}

// forget drops the holders of whom nothing counts any more.
func (u *usage) forget(now time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, mine := range u.holders {
		mine.second.forget(partOf(now, time.Second))
		mine.minute.forget(partOf(now, time.Minute))
		mine.day.forget(partOf(now, day))
		if mine.openPulls+mine.second.total+mine.minute.total+mine.day.total == 0 {
			delete(u.holders, key)
		}
	}
}
