package gateway

import "sync"

// Watch returns a channel that has an entry when there may be work for the phone on one of
// the lanes, for a door that tells its phones rather than let them wait in a pull. As with
// pulls, a new job wakes the phone that has waited for longest, and no other; a phone that
// is told should pull. The channel is never closed. stop ends the watch.
//
// A watch does not put its phone online: only requests of the phone do.
func (g *Gateway) Watch(phone Principal, lanes []string) (changed <-chan struct{}, stop func(), err error) {
	if err := phone.as(RolePhone); err != nil {
		return nil, nil, err
	}
	if err := checkLanes(lanes); err != nil {
		return nil, nil, err
	}
	end, err := g.Begin()
	if err != nil {
		return nil, nil, err
	}
	tell, over := make(chan struct{}, 1), make(chan struct{})
	waiting := g.pulls.add(phone.Name, lanes)
	go func() {
		defer end()
		defer waiting.end()
		g.tellAgain(waiting, over, tell)
	}()
	return tell, sync.OnceFunc(func() { close(over) }), nil
}

// tellAgain hands each wake of a phone on.
func (g *Gateway) tellAgain(pull *waitingPull, over <-chan struct{}, tell chan<- struct{}) {
	for {
		select {
		case <-pull.woken:
			select {
			case tell <- struct{}{}:
			default: // it was told before and has not looked yet
			}
			pull.waitAgain()
		case <-g.ending:
			return
		case <-over:
			return
		}
	}
}
