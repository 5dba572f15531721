package phone

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Fake is a Sender that sends nothing and remembers everything. Its zero value is
// ready for use, and it is safe for concurrent use.
type Fake struct {
	mu      sync.Mutex
	sent    []Text
	script  []error
	off     bool
	changed chan struct{} // closed and replaced at each send
}

// Send records the text, unless the script has an error for it or the phone is off.
func (f *Fake) Send(ctx context.Context, t Text) error {
	if err := ctx.Err(); err != nil {
		return &Error{Class: relayapi.FailureUnknown, Text: "stopped before sending", Err: err}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.off {
		return errOff
	}
	if len(f.script) > 0 {
		next := f.script[0]
		f.script = f.script[1:]
		if next != nil {
			return next
		}
	}
	f.sent = append(f.sent, t)
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
	return nil
}

// Ready returns an error while the phone is off.
func (f *Fake) Ready(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.off {
		return errOff
	}
	return nil
}

var errOff = &Error{Class: relayapi.FailureNoService, Text: "the phone is switched off"}

// Script sets what the next sends return, one after the other; nil sends the text.
// After the last one every text is sent.
func (f *Fake) Script(errs ...error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = append(f.script, errs...)
}

// SwitchOff makes every send fail with no_service, and the agent stop pulling jobs.
func (f *Fake) SwitchOff() { f.turn(true) }

// SwitchOn ends SwitchOff.
func (f *Fake) SwitchOn() { f.turn(false) }

func (f *Fake) turn(off bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off = off
}

// Sent returns the texts that were sent, oldest first.
func (f *Fake) Sent() []Text {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// Wait returns the texts that were sent once there are n of them. When ctx ends before,
// it returns those that there are and the context's error.
func (f *Fake) Wait(ctx context.Context, n int) ([]Text, error) {
	for {
		sent, changed := f.look()
		if len(sent) >= n {
			return sent, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return sent, ctx.Err()
		}
	}
}

func (f *Fake) look() (sent []Text, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.changed == nil {
		f.changed = make(chan struct{})
	}
	return slices.Clone(f.sent), f.changed
}

// Format prints how many texts were sent, and none of them.
func (f *Fake) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "phone.Fake(%d sent)", len(f.Sent()))
}
