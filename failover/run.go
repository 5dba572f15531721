package failover

import "slices"

// run is what one send has gone through so far.
type run struct {
	attempts []Attempt
	skipped  []Skipped
	spare    *member // left out of the order, but to be asked before giving up
	spareAt  int     // where it stands among the skipped
	healthy  bool    // an attempt failed for a reason other than the member's health
}

// add records a failed attempt, or each attempt of the composer that failed.
func (r *run) add(a Attempt, f failure) {
	r.healthy = r.healthy || !f.unhealthy
	if f.inner == nil {
		r.attempts = append(r.attempts, a)
		return
	}
	r.attempts = append(r.attempts, f.inner.Attempts...)
	r.skipped = append(r.skipped, f.inner.Skipped...)
}

// skip records a member that is left out, and keeps in mind the one to fall
// back on.
func (r *run) skip(m *member, reason SkipReason) {
	r.skipped = append(r.skipped, Skipped{Provider: m.name, Reason: reason})
	if reason == SkipBudget {
		return
	}
	if r.spare == nil || m.health.cooling().Before(r.spare.health.cooling()) {
		r.spare, r.spareAt = m, len(r.skipped)-1
	}
}

// unskip strikes the spare member from the list of those left out, because it is
// asked after all.
func (r *run) unskip() { r.skipped = slices.Delete(r.skipped, r.spareAt, r.spareAt+1) }
