package gateway

import (
	"math"
	"time"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Use is a text that counts towards budgets. Engines keep one for each job that has one,
// beside the job, for [BudgetMonth].
type Use struct {
	// Job is the job's id.
	Job string
	// SIM is the phone that was handed the text and the slot that was chosen for it.
	SIM SIM
	// Lane is the job's lane.
	Lane string
	// Recipient stands for the number: the same for the same number. An engine that stores
	// uses keeps a keyed digest.
	Recipient string
	// Segments is how many segments the text has.
	Segments int
	// At is from when on the use grows old: when the text was taken, or, while it is only
	// offered, when the lease ends.
	At time.Time
	// Held is true for an offered job. From At on it counts no longer.
	Held bool
}

// Usage is what an engine knows of the texts of one phone, SIM or lane.
type Usage interface {
	// Uses returns those whose At is after a time, newest first, at most n.
	Uses(after time.Time, n int) []Use
	// Recipients returns when each recipient's last one was, of those after a time, newest
	// first, at most n.
	Recipients(after time.Time, n int) []time.Time
	// Knows reports whether a recipient has one after a time.
	Knows(recipient string, after time.Time) bool
}

// Want is a text that budgets are asked about.
type Want struct {
	// Recipient stands for its number as in [Use].
	Recipient string
	// Segments is how many segments it has.
	Segments int
}

// never is when a text may be sent that no budget can ever hold.
var never = time.UnixMilli(math.MaxInt64 / 2).UTC()

// Uses returns how the job counts towards budgets, without its Recipient, or false when it
// does not: a job counts that a phone has or has sent, and one that failed so that it may have
// been sent.
func (j Job) Uses() (Use, bool) {
	use := Use{Job: j.ID, SIM: SIM{j.Phone, j.SIM}, Lane: j.Lane, Segments: j.Segments()}
	switch j.State {
	case relayapi.StateOffered:
		use.At, use.Held = j.LeaseEnd, true
		return use, true
	case relayapi.StateTaken, relayapi.StateCancelling, relayapi.StateUncertain, relayapi.StateSent, relayapi.StateDelivered:
	case relayapi.StateFailed:
		if failure := j.Failure(); (failure == nil || !failure.MayHaveSent) && !j.wasSent() {
			return Use{}, false
		}
	default:
		if !j.wasSent() {
			return Use{}, false
		}
	}
	use.At = j.takenAt()
	return use, true
}

// takenAt is when the job was taken, or was first said to be sent.
func (j Job) takenAt() time.Time {
	var at time.Time
	for _, t := range j.History {
		switch t.State {
		case relayapi.StateTaken:
			at = t.At.Time
		case relayapi.StateSent, relayapi.StateDelivered, relayapi.StateFailed:
			if at.IsZero() {
				at = t.At.Time
			}
		case relayapi.StateQueued:
			at = time.Time{}
		}
	}
	return at
}

// Segments returns in how many segments a phone sends the job's text; 1 when the text is
// gone.
func (j Job) Segments() int { return max(1, segments.CountAbroad(string(j.Text), "")) }

// NotBefore returns the time itself when the budget has room for a text then, if no other
// text comes, or else a later time before which it has none.
func (b Budget) NotBefore(u Usage, w Want, at time.Time) time.Time {
	latest := b.Quiet.after(at)
	for _, quota := range b.textQuotas() {
		var times []time.Time
		for _, use := range u.Uses(at.Add(-quota.Window), quota.Limit) {
			times = append(times, use.At)
		}
		latest = later(latest, RetryAt([]Quota{quota}, times, at))
	}
	if limit := b.recipients(u, w, at); limit > 0 {
		last := u.Recipients(at.Add(-BudgetMonth), limit)
		latest = later(latest, RetryAt([]Quota{{limit, BudgetMonth}}, last, at))
	}
	return later(latest, b.segmentsFree(u, w, at))
}

// textQuotas are the limits that count texts.
func (b Budget) textQuotas() []Quota {
	var quotas []Quota
	for _, q := range []Quota{{b.TextsPerHour, budgetHour}, {b.TextsPerDay, budgetDay}, {1, b.Gap}} {
		if q.Limit > 0 && q.Window > 0 {
			quotas = append(quotas, q)
		}
	}
	return quotas
}

// recipients returns how many recipients there may be less than, with the text's own if it is
// one of them; 0 for any number.
func (b Budget) recipients(u Usage, w Want, at time.Time) int {
	if b.RecipientsPerMonth > 0 && u.Knows(w.Recipient, at.Add(-BudgetMonth)) {
		return b.RecipientsPerMonth + 1
	}
	return b.RecipientsPerMonth
}

func (b Budget) segmentsFree(u Usage, w Want, at time.Time) time.Time {
	limit := b.SegmentsPerMinute
	if limit == 0 {
		return at
	}
	if w.Segments > limit {
		return never
	}
	sum := w.Segments
	for _, use := range u.Uses(at.Add(-budgetMinute), limit) {
		if sum += use.Segments; sum > limit {
			return use.At.Add(budgetMinute)
		}
	}
	return at
}

// Room returns for how many such texts, each to another new recipient but the first, the
// budget has room at a time, up to enough.
func (b Budget) Room(u Usage, w Want, at time.Time, enough int) int {
	if b.Quiet.Contains(at) {
		return 0
	}
	room := enough
	for _, q := range b.textQuotas() {
		room = min(room, q.Limit-len(u.Uses(at.Add(-q.Window), q.Limit)))
	}
	if limit := b.recipients(u, w, at); limit > 0 {
		room = min(room, limit-len(u.Recipients(at.Add(-BudgetMonth), limit)))
	}
	if limit := b.SegmentsPerMinute; limit > 0 {
		for _, use := range u.Uses(at.Add(-budgetMinute), limit) {
			limit -= use.Segments
		}
		room = min(room, limit/max(w.Segments, 1))
	}
	return max(room, 0)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
