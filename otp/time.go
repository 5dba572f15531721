package otp

import "time"

// Time is a moment on the store's clock: milliseconds since the Unix epoch. 0 is no
// moment.
type Time int64

// TimeOf returns t to the millisecond, rounded down.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Add returns the moment d later, to the millisecond.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Until returns how long it is from t to later; 0 when later has passed.
func (t Time) Until(later Time) time.Duration {
	return max(0, time.Duration(later-t)*time.Millisecond)
}

// Go returns the moment as package time has it.
func (t Time) Go() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(t))
}

// seconds rounds a wait up to whole seconds: who is told to wait is not told too little,
// and never 0 for a wait that is not over.
func seconds(d time.Duration) int {
	return int((max(0, d) + time.Second - 1) / time.Second)
}
