package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Limits bound what the holder of a token does in a time. The gateway counts by name and
// role, in memory: a restart begins anew. A negative number means no limit.
type Limits struct {
	// SubmitsPerMinute is how many texts of a site are stored in any minute. 0: no limit.
	SubmitsPerMinute int
	// SubmitsPerDay is how many texts of a site are stored in any 24 hours. 0: no limit.
	SubmitsPerDay int
	// RequestsPerSecond is how many requests a holder makes in any second. 0 means 100 for a
	// phone, and no limit for others.
	RequestsPerSecond int
	// OpenPulls is how many pulls and watches of a phone may wait at once. 0 means 32.
	OpenPulls int
}

const (
	defaultRequests  = 100
	defaultOpenPulls = 32
)

// requests returns the limit for a role, 0 for none.
func (l Limits) requests(role Role) int {
	if role == RolePhone {
		l.RequestsPerSecond = cmp.Or(l.RequestsPerSecond, defaultRequests)
	}
	return max(l.RequestsPerSecond, 0)
}

// openPulls returns the limit, 0 for none.
func (l Limits) openPulls() int { return max(cmp.Or(l.OpenPulls, defaultOpenPulls), 0) }

// ErrTooManyRequests is what every [*LimitError] matches.
var ErrTooManyRequests = errors.New("gateway: too many requests")

// LimitError says which limit a request is over. Nothing was stored.
type LimitError struct {
	// Limit is the number that was reached, and Of what it counts, such as "submissions a
	// minute".
	Limit int
	Of    string
	// RetryAfter is how long the caller should wait.
	RetryAfter time.Duration
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%v: the limit is %d %s", ErrTooManyRequests, e.Limit, e.Of)
}

// Unwrap returns [ErrTooManyRequests].
func (e *LimitError) Unwrap() error { return ErrTooManyRequests }
