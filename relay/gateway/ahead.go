package gateway

import "time"

// A clock that was ahead leaves jobs that were created later than now. They must not bind
// those of the right clock.

const (
	// CallsApart is how much later than now a job may have been created and still count
	// towards a quota: calls reach an engine in any order, and of two at once each must count
	// for the other. What was created later than that counts once its time has come.
	CallsApart = time.Minute
	// aheadFor is how much later than now a job was created that no right clock has stored.
	aheadFor = 24 * time.Hour
)

// Ahead reports whether a job of that time was stored by a clock that was ahead.
func (s Sweep) Ahead(created time.Time) bool { return created.After(s.Now.Add(aheadFor)) }

// Forgets reports whether a job of that time is to be deleted.
func (s Sweep) Forgets(created time.Time) bool { return created.Before(s.ForgetBefore) }

// Hides reports whether a job of that time, if it has ended, is to lose its number. A job
// that was stored by a clock that was ahead need not wait for its time to come.
func (s Sweep) Hides(created time.Time) bool {
	return created.Before(s.HideBefore) || !s.HideBefore.IsZero() && s.Ahead(created)
}
