package otp

// Tried is the rule of Try. guesses is how many wrong codes the number has had within a
// day, the record's own included. The try is burned before anything is compared.
// charge is true when the try counts as another one.
func (r Record) Tried(proofs []Proof, guesses int, now Time) (next Record, verdict Verdict, charge bool) {
	proof, verdict := r.admits(proofs)
	switch {
	case verdict != Done:
		return r, verdict, false
	case !r.Open(now):
		return r, Ended, false
	case r.Guesses > 0 && guesses >= r.Guesses:
		return r, GuessedOut, false
	}
	r.Tries++
	switch {
	case r.Tag != "" && same(proof.Tag, r.Tag):
		r.State, r.Closed = Approved, now
		return r, Done, false
	case r.asks():
		return r, Ask, true
	case r.Tries >= r.MaxTries:
		r.State, r.Closed = Exhausted, now
		return r, Spent, true
	}
	return r, Mismatch, true
}

// asks reports whether a service can check a code.
func (r Record) asks() bool {
	for _, send := range r.Sends {
		if send.Receipt != "" {
			return true
		}
	}
	return false
}

// Confirmed is the rule of Approve: a service has found a code right that Try left to
// it. The try was in time, so that the answer counts even if time is over now.
func (r Record) Confirmed(now Time) (Record, Verdict) {
	if (r.State != Reserved && r.State != Pending) || r.Tries == 0 || !r.asks() {
		return r, Ended
	}
	r.State, r.Closed = Approved, now
	return r, Done
}

const (
	hour = Time(3_600_000)
	day  = 24 * hour
)

// Wrong counts the wrong codes of one number by the hour: the key is the hour's number
// since the Unix epoch, the value how many there were. There are never more than 25.
type Wrong map[int64]int

// Within counts those that may be of the last 24 hours. Of the hour that is only in
// part within them all count: nobody gets more in any 24 hours.
func (w Wrong) Within(now Time) int {
	total := 0
	for h, n := range w {
		if Time(h+1)*hour > now-day {
			total += n
		}
	}
	return total
}

// Add counts one more at now, and drops the hours that are over.
func (w Wrong) Add(now Time) {
	for h := range w {
		if Time(h+1)*hour <= now-day {
			delete(w, h)
		}
	}
	w[int64(now/hour)]++
}

// Until returns when the first of them no longer counts.
func (w Wrong) Until(now Time) Time {
	first := int64(0)
	for h := range w {
		if Time(h+1)*hour > now-day && (first == 0 || h < first) {
			first = h
		}
	}
	return Time(first+1)*hour + day
}
