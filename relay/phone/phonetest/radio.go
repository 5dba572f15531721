package phonetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Text is a text that a phone has handed to its radio. Printing it shows neither the code in
// Body nor the full number.
type Text struct {
	// Job is the id under which the gateway handed it out.
	Job string
	// To is the number that was dialled: digits, "+", "*" and "#".
	To relayapi.Number
	// Body is the text.
	Body relayapi.Text
	// SIM is the SIM that it was sent from, from 1 on.
	SIM int
	// At is when, by the phone's own clock.
	At time.Time
}

// Outcome is what becomes of a text. The zero Outcome: it leaves at once, and no delivery
// report ever comes.
type Outcome struct {
	// Fails is why the text does not leave; empty when it does. Of the app it becomes an
	// error text, of a [Phone] the failure's class. With FailureInvalidNumber the app's
	// text leaves, and its delivery report fails, as a network tells of such a number.
	Fails relayapi.FailureClass
	// Error is the app's error text; empty means one for the class.
	Error string
	// After is how long the radio takes for its answer.
	After time.Duration
	// Silent says that the text leaves and the radio never answers. The app's state stays
	// Processed. A Phone says nothing more of the job.
	Silent bool
	// Delivered says that a delivery report follows the radio's answer.
	Delivered bool
	// DeliveredAfter is how long after the radio's answer.
	DeliveredAfter time.Duration
	// Parts is how many parts the app's text has; 0 means 1. Each part's answers move the state
	// of the whole, so that it goes back from Delivered to Sent.
	Parts int
	// HandedOverLate makes the app store that the radio has the text after the radio's answer,
	// so that the state goes back from Sent to Processed.
	HandedOverLate bool
}

// leaves tells whether the text goes over the air.
func (o Outcome) leaves() bool {
	return o.Fails == "" || o.Fails == relayapi.FailureInvalidNumber
}

// Radio decides what becomes of a text. A phone calls it for one text at a time, and waits
// for it. It may call methods of the phone but Close and Start.
type Radio func(Text) Outcome

// Sequence is a Radio that goes through outcomes, one a text, and stays with the last one.
func Sequence(outcomes ...Outcome) Radio {
	var mu sync.Mutex
	next := 0
	return func(Text) Outcome {
		mu.Lock()
		defer mu.Unlock()
		if len(outcomes) == 0 {
			return Outcome{}
		}
		outcome := outcomes[min(next, len(outcomes)-1)]
		next++
		return outcome
	}
}

// air remembers what left over it.
type air struct {
	mu      sync.Mutex
	texts   []Text
	changed chan struct{} // closed with the next text
}

// hand gives a text to the radio.
func (a *air) hand(radio Radio, text Text) Outcome {
	outcome := Outcome{}
	if radio != nil {
		outcome = radio(text)
	}
	if !outcome.leaves() {
		return outcome
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.texts = append(a.texts, text)
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
	return outcome
}

// sent is what has left so far.
func (a *air) sent() []Text {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.texts)
}

// wait waits until n texts have left.
func (a *air) wait(ctx context.Context, n int) ([]Text, error) {
	for {
		a.mu.Lock()
		if len(a.texts) >= n {
			a.mu.Unlock()
			return a.sent(), nil
		}
		if a.changed == nil {
			a.changed = make(chan struct{})
		}
		changed := a.changed
		a.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return a.sent(), ctx.Err()
		}
	}
}

// dialled is what a phone dials of a number: everything else is dropped.
func dialled(number string) relayapi.Number {
	return relayapi.Number(strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789+*#", r) {
			return r
		}
		return -1
	}, number))
}
