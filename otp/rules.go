package otp

import "crypto/subtle"

// Verdict is what a store answers, beside the record.
type Verdict string

const (
	// Done: it was done as asked.
	Done Verdict = "done"
	// Unknown: there is no such record for whoever asks. That somebody else's record is
	// not told from one that is not there.
	Unknown Verdict = "unknown"
	// Found: an open record of the same purpose, number and binding is there (Create).
	Found Verdict = "found"
	// Repeated: the same request came before (Create, Cancel).
	Repeated Verdict = "repeated"
	// TooEarly: the wait before the next text is not over.
	TooEarly Verdict = "too_early"
	// TooMany: no more texts, or no more records for this number.
	TooMany Verdict = "too_many"
	// Arrived: a text has been delivered; no further one is sent.
	Arrived Verdict = "arrived"
	// Stale: somebody else has sent meanwhile, or there is no reason to send by itself.
	Stale Verdict = "stale"
	// Mismatch: the code is wrong.
	Mismatch Verdict = "mismatch"
	// Spent: the code is wrong, and it was the last that could be tried.
	Spent Verdict = "spent"
	// Ask: the code is not ours; the services that made codes have to be asked.
	Ask Verdict = "ask"
	// GuessedOut: too many wrong codes for this number within a day.
	GuessedOut Verdict = "guessed_out"
	// Ended: the record's state at the answer's time says how.
	Ended Verdict = "ended"
)

// Proof is what a caller shows to be the holder of a record, made with one key. It shows
// one for every key that it has; the one for the record's key counts.
type Proof struct {
	// KeyID names the key.
	KeyID string
	// Binding is the digest of purpose and binding.
	Binding string
	// Phone is the digest of the number, or empty when the caller names none.
	Phone string
	// Tag is the digest of the record's ID and the code that was typed (Try only).
	Tag string
}

// same compares two digests of ours. All digests have one length, so the time that it
// takes tells nothing.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// admits finds the proof for the record's key and says whether it is the holder's. A
// record whose key nobody has any more has ended for everybody.
func (r Record) admits(proofs []Proof) (Proof, Verdict) {
	for _, proof := range proofs {
		if proof.KeyID != r.KeyID {
			continue
		}
		if !same(proof.Binding, r.Binding) || proof.Phone != "" && !same(proof.Phone, r.Phone) {
			return Proof{}, Unknown
		}
		return proof, Done
	}
	return Proof{}, Unknown
}

// Made returns the record with the times that begin now.
func (c Creation) Made(now Time) Record {
	r := c.Record
	r.State, r.Created = Reserved, now
	r.Lease, r.Expires = now.Add(c.Lease), now.Add(c.Lifetime)
	r.Ends = r.Expires.Add(c.Grace)
	r.Sends = []Send{{At: now, Outcome: Claimed, Ticket: c.Ticket}}
	return r
}

// Claimed is the rule of Claim.
func (r Record) Claimed(c Claim, now Time) (Record, Verdict) {
	if !c.ByItself {
		if _, verdict := r.admits(c.Proofs); verdict != Done {
			return r, verdict
		}
	}
	switch {
	case !r.Open(now):
		return r, Ended
	case r.Delivered():
		return r, Arrived
	case len(r.Sends) >= r.MaxSends:
		return r, TooMany
	case c.ByItself && (c.After != len(r.Sends) || r.DueAt() == 0 || now < r.DueAt()):
		return r, Stale
	case !c.ByItself && (r.State == Reserved || now < r.ResendAt()):
		return r, TooEarly
	}
	r.Sends = append(r.Sends[:len(r.Sends):len(r.Sends)], Send{At: now, Outcome: Claimed, ByItself: c.ByItself, Ticket: c.Ticket})
	return r, Done
}

// Settled is the rule of Settle. It changes a send that nobody has settled, whatever
// became of the record meanwhile: a slow answer revives what the lease had ended.
func (r Record) Settled(s Settlement, now Time) (Record, Verdict) {
	if s.Number < 1 || s.Number > len(r.Sends) {
		return r, Unknown
	}
	send := r.Sends[s.Number-1]
	if send.Outcome != Claimed {
		return r, Stale
	}
	if s.Ticket != "" {
		send.Ticket = s.Ticket
	}
	send.Settled, send.Outcome, send.Provider, send.Message, send.Receipt = now, s.Outcome, s.Provider, s.Message, s.Receipt
	return r.with(s.Number, send, now), Done
}

// Noted is the rule of Note.
func (r Record) Noted(number int, news News, now Time) (Record, Verdict) {
	if number < 1 || number > len(r.Sends) {
		return r, Unknown
	}
	send := r.Sends[number-1]
	switch {
	case news.Delivered && send.Delivered == 0:
		send.Delivered = now
	case !news.Delivered && send.Failed == 0 && send.Delivered == 0:
		send.Failed = now
	default:
		return r, Stale
	}
	return r.with(number, send, now), Done
}

// with returns the record with that send, and the state that follows from it.
func (r Record) with(number int, send Send, now Time) Record {
	sends := append([]Send(nil), r.Sends...)
	sends[number-1] = send
	r.Sends = sends
	if r.State != Reserved && r.State != Pending {
		return r
	}
	lost, refused := 0, 0
	for _, each := range sends {
		if each.lost() {
			lost++
		}
		if each.Outcome == Refused {
			refused++
		}
	}
	switch {
	case refused == len(sends), lost == len(sends) && len(sends) >= r.MaxSends:
		r.State, r.Closed = Undeliverable, now
	case send.Outcome != Claimed || send.Delivered > 0:
		r.State = Pending
	}
	return r
}

// Canceled is the rule of Cancel. A canceled record can be canceled again.
func (r Record) Canceled(proofs []Proof, now Time) (Record, Verdict) {
	if _, verdict := r.admits(proofs); verdict != Done {
		return r, verdict
	}
	switch {
	case r.State == Canceled:
		return r, Repeated
	case r.AsOf(now) != Reserved && r.AsOf(now) != Pending:
		return r, Ended
	}
	r.State, r.Closed = Canceled, now
	return r, Done
}

// Revoked is the rule for each record of a number that is revoked.
func (r Record) Revoked(now Time) (Record, Verdict) {
	if state := r.AsOf(now); state != Reserved && state != Pending {
		return r, Ended
	}
	r.State, r.Closed = Canceled, now
	return r, Done
}
