package gateway

import (
	"context"
	"sync"
)

// Watch returns a channel that has an entry when there may be work for the phone on one of
// the lanes, for a door that tells its phones rather than let them wait in a pull. As with
// pulls, a new job wakes the phone that has waited for longest, and no other; a phone that
// is told should pull. The channel is never closed. stop ends the watch.
//
// A watch does not put its phone online: only requests of the phone do. It counts as a pull
// that waits. When the gateway revokes the phone's token, the channel gets an entry too, and
// the pull of the phone tells the rest.
func (g *Gateway) Watch(phone Principal, lanes []string) (changed <-chan struct{}, stop func(), err error) {
	defer func() { g.noteRefused(context.Background(), phone, err) }()
	if phone, err = g.allow(context.Background(), phone, RolePhone); err != nil {
		return nil, nil, err
	}
	if err := checkLanes(lanes); err != nil {
		return nil, nil, err
	}
	done, err := g.open(phone, lanes)
	if err != nil {
		return nil, nil, err
	}
	end, err := g.Begin()
	if err != nil {
		done()
		return nil, nil, err
	}
	tell, over := make(chan struct{}, 1), make(chan struct{})
	waiting := g.pulls.add(phone.Name, lanes)
	revoked, forget := g.revoked.watch(phone.Token.Hex())
	go func() {
		defer end()
		defer done()
		defer forget()
		defer waiting.end()
		g.tellAgain(waiting, revoked, over, tell)
	}()
	return tell, sync.OnceFunc(func() { close(over) }), nil
}

// tellAgain hands each wake of a phone on, and the revocation of its token.
func (g *Gateway) tellAgain(pull *waitingPull, revoked, over <-chan struct{}, tell chan<- struct{}) {
	say := func() {
		select {
		case tell <- struct{}{}:
		default: // it was told before and has not looked yet
		}
	}
	for {
		select {
		case <-pull.woken:
			say()
			pull.waitAgain()
		case <-revoked:
			say()
		case <-g.ending:
			return
		case <-over:
			return
		}
	}
}
