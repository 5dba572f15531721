package otp

// Record is all that a store keeps of one verification. It is plain data: the rules in
// this package are functions on it, which every engine follows. It holds neither a code
// nor a phone number, only digests and ciphertexts that are made with the server's key,
// so that who reads the store without the key learns neither.
//
// Its JSON is what an engine that stores text keeps. No list in it is ever empty (it is
// left out), and no number has more than 13 digits, so that it goes through Lua unharmed.
type Record struct {
	// ID is 26 characters out of a to z and 2 to 7: 128 random bits.
	ID string `json:"id"`
	// Purpose is the name of the policy that the verification was made under.
	Purpose string `json:"purpose"`
	// KeyID names the key that all digests and ciphertexts here are made with.
	KeyID string `json:"key"`
	// Tag is the digest of ID and the code; empty when only a service knows the code.
	Tag string `json:"tag,omitempty"`
	// Binding is the digest of purpose and binding, Phone that of the number. Pending
	// and Idempotency are the keys of the indexes by which Create finds the record.
	Binding     string `json:"binding"`
	Phone       string `json:"phone"`
	Pending     string `json:"pending"`
	Idempotency string `json:"idempotency,omitempty"`
	// Sealed is the ciphertext of what a resend needs: the number, the parameters, and a
	// code of the caller's.
	Sealed string `json:"sealed"`

	// State is the state as it was last written; see [Record.AsOf].
	State State `json:"state"`
	// Created, Lease, Expires and Ends are when the record was made, until when it may
	// stay reserved, until when the code is good, and when the store forgets it.
	Created Time `json:"created"`
	Lease   Time `json:"lease"`
	Expires Time `json:"expires"`
	Ends    Time `json:"ends"`
	// Closed is when the record came into its last state; 0 before.
	Closed Time `json:"closed,omitempty"`

	// Tries counts the codes that were tried, of MaxTries.
	Tries    int `json:"tries,omitempty"`
	MaxTries int `json:"max_tries"`
	// Guesses is how many wrong codes a day the number allows in all; 0 is no limit.
	Guesses int `json:"guesses,omitempty"`
	// MaxSends is how often the text is sent at most, Ladder the waits between two
	// requested sends in milliseconds, of which the last one repeats.
	MaxSends int     `json:"max_sends"`
	Ladder   []int64 `json:"ladder,omitempty"`
	// EscalateAfter is after how many milliseconds without news the service sends again
	// by itself; 0 is never.
	EscalateAfter int64 `json:"escalate_after,omitempty"`
	// Digits is how long the code is, for the page that asks for it.
	Digits int `json:"digits,omitempty"`
	// NoCode is true when the text carries no code of ours.
	NoCode bool `json:"no_code,omitempty"`
	// Test is true for a test number, to which nothing is sent.
	Test bool `json:"test,omitempty"`
	// Sends is the ledger, oldest first. The number of a send is its place, from 1 on.
	Sends []Send `json:"sends"`
}

// Send is one line of the ledger: a text that was asked for, and what is known of it.
type Send struct {
	// At is when the send was claimed: before anything left.
	At Time `json:"at"`
	// Settled is when its outcome was known; 0 before.
	Settled Time `json:"settled,omitempty"`
	// Outcome is what the services answered.
	Outcome Outcome `json:"outcome"`
	// Provider is the name of the provider that accepted.
	Provider string `json:"provider,omitempty"`
	// Message is the digest of provider and message id, the key of the index by which
	// reports find the record.
	Message string `json:"message,omitempty"`
	// Receipt is the ciphertext of the receipt when only the service can check the code.
	Receipt string `json:"receipt,omitempty"`
	// Delivered and Failed are when a report said so. A delivered text stays delivered.
	Delivered Time `json:"delivered,omitempty"`
	Failed    Time `json:"failed,omitempty"`
	// ByItself is true when the service sent it without being asked.
	ByItself bool `json:"by_itself,omitempty"`
	// Ticket is the guard's, by which it is told what became of the send. Two stand
	// apart by a space: a text that may be on its way, and then went the paid way as well.
	Ticket string `json:"ticket,omitempty"`
}

// State is how far a verification has come.
type State string

const (
	// Reserved: the record is made and the first text is being sent. A code is accepted
	// already, because a text may be faster than the answer of the service.
	Reserved State = "reserved"
	// Pending: a text was accepted by a service, or may have been sent.
	Pending State = "pending"
	// Approved: the right code came. It is the end, as are all that follow.
	Approved State = "approved"
	// Exhausted: too many wrong codes came.
	Exhausted State = "exhausted"
	// Expired: time is over. It is never stored, but read off the clock.
	Expired State = "expired"
	// Canceled: the user gave it up, or said "this was not me".
	Canceled State = "canceled"
	// Undeliverable: every text was refused or failed.
	Undeliverable State = "undeliverable"
)

// Outcome is what the services answered to one send.
type Outcome string

const (
	// Claimed: nothing is known yet. It stays so when the process dies while it sends,
	// and then means the same as Unsure.
	Claimed Outcome = "claimed"
	// Accepted: a service took the text.
	Accepted Outcome = "accepted"
	// Refused: it was certainly not sent.
	Refused Outcome = "refused"
	// Unsure: it may be on its way. It counts as sent.
	Unsure Outcome = "unsure"
)

// AsOf returns the state as it is at now: what time ends, is expired.
func (r Record) AsOf(now Time) State {
	switch {
	case r.State == Reserved && (now >= r.Lease || now >= r.Expires):
		return Expired
	case r.State == Pending && now >= r.Expires:
		return Expired
	case r.State == Pending && r.Tries >= r.MaxTries: // the last one was left to a service
		return Exhausted
	}
	return r.State
}

// Open reports whether a code is accepted at now.
func (r Record) Open(now Time) bool {
	state := r.AsOf(now)
	return state == Reserved && r.Tries < r.MaxTries || state == Pending
}

// Delivered reports whether any text is known to have arrived.
func (r Record) Delivered() bool {
	for _, send := range r.Sends {
		if send.Delivered > 0 {
			return true
		}
	}
	return false
}

// lost reports whether the text is known not to arrive.
func (s Send) lost() bool { return s.Outcome == Refused || s.Failed > 0 && s.Delivered == 0 }

// unsure reports whether the text may be on its way, and nobody knows.
func (s Send) unsure() bool {
	return (s.Outcome == Claimed || s.Outcome == Unsure) && s.Delivered == 0
}

// ResendAt returns when the next text may be asked for. What was refused or is known to
// have failed holds nothing up.
func (r Record) ResendAt() Time {
	sent := 0
	for _, send := range r.Sends {
		if send.Outcome != Refused {
			sent++
		}
	}
	for i := len(r.Sends) - 1; i >= 0 && len(r.Ladder) > 0; i-- {
		if send := r.Sends[i]; send.Outcome != Refused {
			if send.lost() {
				return 0
			}
			return send.At + Time(r.Ladder[min(sent, len(r.Ladder))-1])
		}
	}
	return 0
}

// DueAt returns when the service may send again by itself, or 0 for never: only while
// the verification is pending and nothing was delivered, and no text without our code
// after one that may be on its way.
func (r Record) DueAt() Time {
	if r.EscalateAfter == 0 || r.State != Pending || r.Tries >= r.MaxTries || len(r.Sends) >= r.MaxSends || r.Delivered() {
		return 0
	}
	for _, send := range r.Sends {
		if r.NoCode && send.unsure() {
			return 0
		}
	}
	switch last := r.Sends[len(r.Sends)-1]; {
	case last.lost() && last.Failed > 0:
		return last.Failed
	case last.Outcome == Claimed: // its process is at work, or has died
		return last.At + (r.Lease - r.Created) + Time(r.EscalateAfter)
	default:
		return last.Settled + Time(r.EscalateAfter)
	}
}

// sendsLeft returns how many more texts there may be.
func (r Record) sendsLeft() int { return max(0, r.MaxSends-len(r.Sends)) }
