package main

import (
	"context"
	"sync"

	"github.com/cnsms/cnsms/examples/internal/stage"
)

// oldPhone is the switch of the site's old phone.
type oldPhone struct {
	relay *stage.Relay
	bell  *bell

	mu  sync.Mutex // held while the phone goes on or off
	off bool
}

func newOldPhone(relay *stage.Relay, bell *bell) *oldPhone {
	return &oldPhone{relay: relay, bell: bell}
}

// online reports whether the phone is on.
func (o *oldPhone) online() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.off
}

// turn switches the phone on or off, and returns when the gateway knows. It stays on until
// ctx ends.
func (o *oldPhone) turn(ctx context.Context, on bool) error {
	defer o.bell.ring()
	o.mu.Lock()
	defer o.mu.Unlock()
	if on != o.off {
		return nil
	}
	if !on {
		o.relay.SwitchPhonesOff()
		o.off = true
		return nil
	}
	if err := o.relay.SwitchPhonesOn(ctx); err != nil {
		return err
	}
	o.off = false
	return nil
}
