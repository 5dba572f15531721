package gateway

import "time"

// Due is until when the job's text should be sent: until its deadline, or while its site
// waits for it, whichever ends first. Phones get first what is due first.
func (j Job) Due() time.Time {
	if j.AnswerBy.IsZero() || j.Deadline.Before(j.AnswerBy) {
		return j.Deadline
	}
	return j.AnswerBy
}

// Waits reports whether the job's site waits for the text to be sent.
func (j Job) Waits() bool { return !j.AnswerBy.IsZero() }

// Repeated returns the job after its site has submitted it again, as of then: a site that
// now waits longer has the text sent as long as that is of use. A shorter wait changes
// nothing, and a job that was accepted without a wait goes on until its deadline.
func (j Job) Repeated(s Submit) Job {
	j = j.AsOf(s.Now)
	if until := endOf(s.Now, s.Wait); j.Open() && j.Waits() && until.After(j.AnswerBy) {
		j.AnswerBy = until
	}
	return j
}

// Suffices reports whether the phone can send a job of its lane in time, when it has that
// many others to send before. A text that comes after its site has stopped waiting is of no
// use, and the site must not send another; so it is better not handed out. It is true of
// every job for which no site waits.
//
// A job whose site may be about to come back is not handed to a phone that does not ask,
// which would send it at once.
func (p Pull) Suffices(j Job, before int) bool {
	if p.Unasked && p.Withheld != nil && p.Withheld(j.ID) {
		return false
	}
	need := p.Pace[j.Lane] * time.Duration(before+1)
	return !j.Waits() || !j.Due().Before(p.Now.Add(need))
}

// Measured reports whether the submission can be found too late at all: its site waits, and
// the pace of the lane is known. Otherwise an engine need not count.
func (s Submit) Measured() bool { return s.Wait > 0 && s.Pace > 0 }

// TakenSince is when a job must have been taken to be still in the work: a phone that has
// said nothing for longer than the site would wait has lost it.
func (s Submit) TakenSince() time.Time { return s.Now.Add(-s.Wait) }

// Busy returns a [*BusyError] when the phones of the lane cannot send the text within the
// site's wait: when the jobs ahead of it, shared among the phones, and the text itself take
// longer. Ahead are the queued jobs that are not due later, every offered one, and those
// that phones have in hand and took after [Submit.TakenSince]. Phones are those that are
// online and not cooled.
func (s Submit) Busy(ahead, phones int) error {
	if !s.Measured() {
		return nil
	}
	took := s.Pace * time.Duration(ahead+phones) / time.Duration(max(phones, 1))
	if took <= s.Wait {
		return nil
	}
	return &BusyError{RetryAfter: took - s.Wait}
}
