package ledger

import (
	"iter"
	"time"

	"github.com/cnsms/cnsms/failover"
)

// Verification is what one verification cost.
type Verification struct {
	// ID is the verification's, Purpose what it is for, as far as Note has heard.
	ID      string `json:"id"`
	Purpose string `json:"purpose,omitempty"`
	// Phone is the number, masked.
	Phone string `json:"phone,omitempty"`
	// Started is when its first text was given to a member.
	Started time.Time `json:"started"`
	// Verified is set when the right code came, Canceled when it was given up.
	Verified bool `json:"verified"`
	Canceled bool `json:"canceled,omitempty"`
	// Texts are its texts, oldest first, refused ones among them.
	Texts []Text `json:"texts"`
	// Cost, Instead and Saved are its sums; see the package comment.
	Cost    Range `json:"cost"`
	Instead Range `json:"instead"`
	Saved   Range `json:"saved"`
}

// line is a verification, or a single text that belongs to none.
type line struct {
	id, purpose, phone string
	person             uint64 // a keyed hash of the number, of this process
	texts              []*text
	sends              map[int]*send
	verified, canceled bool
	isOne              bool // it is a verification
	gone               bool // no report finds it any more
}

// send is what the paid member had wanted for a text that a user asked for.
type send struct {
	price failover.Money
	known bool
	bills Bills
}

// day is where the line counts.
func (l *line) day() string { return l.texts[0].day }

// of yields the texts of one send that went out or may have.
func (l *line) of(number int) iter.Seq[*text] {
	return func(yield func(*text) bool) {
		for _, t := range l.texts {
			if t.send == number && t.open() && !yield(t) {
				return
			}
		}
	}
}

// outcome is what is known of a send, whoever carried it: the best that any text has come
// to. It is Refused when none went out.
func (l *line) outcome(number int) Outcome {
	best := Refused
	for t := range l.of(number) {
		switch {
		case t.outcome == Arrived:
			return Arrived
		case t.outcome == Sent, best == Refused, best == Failed && t.outcome != Failed:
			best = t.outcome
		}
	}
	if best != Refused && l.verified && l.only(number) { // nothing else can have carried the code
		return Arrived
	}
	return best
}

// only reports whether no other send has gone out.
func (l *line) only(number int) bool {
	for _, t := range l.texts {
		if t.open() && t.send != number {
			return false
		}
	}
	return true
}

// balance is what a send cost, what it had cost, and what that saves.
func (l *line) balance(number int, instead string) (s Sums) {
	outcome := l.outcome(number)
	if outcome == Refused {
		return s
	}
	s.Sends, s.Free = 1, 1
	if outcome == Failed {
		s.Lost, s.Free = 1, 0
	}
	var same *text
	for t := range l.of(number) {
		cost, priced := t.cost()
		if !priced || cost.Most > 0 {
			s.Free = 0
		}
		if t.provider == instead {
			same = t
			continue
		}
		s.Saved = s.Saved.less(cost)
	}
	paid, known := l.sends[number], false
	switch {
	case same != nil:
		s.Instead, known = same.cost()
	case paid.known:
		s.Instead, known = bill(paid.bills, outcome, paid.price), true
		s.Saved = s.Saved.plus(s.Instead)
	}
	if !known {
		s.Instead, s.Saved = Range{}, Range{}
	}
	return s
}

// shown is the line as it is now.
func (l *line) shown(instead string) Verification {
	v := Verification{ID: l.id, Purpose: l.purpose, Phone: l.phone, Started: l.texts[0].at, Verified: l.verified, Canceled: l.canceled}
	for _, t := range l.texts {
		shown := t.shown()
		v.Texts = append(v.Texts, shown)
		v.Cost = v.Cost.plus(shown.Cost)
	}
	for number := range l.sends {
		s := l.balance(number, instead)
		v.Instead, v.Saved = v.Instead.plus(s.Instead), v.Saved.plus(s.Saved)
	}
	return v
}
