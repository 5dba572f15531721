package gateway

import (
	"time"
)

// Quota limits how many jobs one recipient gets in any window of time.
type Quota struct {
	// Limit is how many jobs may fall into the window; at least 1.
	Limit int
	// Window is the length of the window.
	Window time.Duration
}

// DefaultQuotas returns 1 a minute, 5 an hour and 10 a day.
func DefaultQuotas() []Quota {
	return []Quota{{1, time.Minute}, {5, time.Hour}, {10, 24 * time.Hour}}
}

// RetryAt returns when the recipient may get another job, given the times of the jobs
// that count, newest first. It returns zero when the recipient may get one now. Engines call it
// in the transaction that stores the job.
func RetryAt(quotas []Quota, times []time.Time, now time.Time) time.Time {
	var retry time.Time
	for _, q := range quotas {
		if len(times) < q.Limit {
			continue
		}
		if free := times[q.Limit-1].Add(q.Window); free.After(now) && free.After(retry) {
			retry = free
		}
	}
	return retry
}

// QuotaReach returns how many of a recipient's latest jobs RetryAt needs, and how old
// they may be.
func QuotaReach(quotas []Quota) (jobs int, window time.Duration) {
	for _, q := range quotas {
		jobs, window = max(jobs, q.Limit), max(window, q.Window)
	}
	return jobs, window
}
