package gateway

import (
	"context"
	"slices"
	"sync"
)

// mostCancels is how many ids wait for a door that does not read them. Further ones are
// dropped: the phone hears of them with its next pull.
const mostCancels = 32

// WatchCancels returns a channel for a door that can tell its phones by id which job is not
// wanted any more. It has the id of each job that the phone was handed without asking
// ([PullRequest.Unasked]) and is asked now not to send. The next pull has those jobs too, so
// a door may miss some; the channel keeps 32.
//
// The channel is never closed: a door also looks at Ending. stop ends it, and does nothing
// when called again.
func (g *Gateway) WatchCancels(phone Principal) (ids <-chan string, stop func(), err error) {
	ctx := context.Background()
	defer func() { g.noteRefused(ctx, phone, err) }()
	if phone, err = g.allow(ctx, phone, RolePhone); err != nil {
		return nil, nil, err
	}
	mine := make(chan string, mostCancels)
	g.cancels.add(phone.Name, mine)
	return mine, func() { g.cancels.remove(phone.Name, mine) }, nil
}

// cancels are the doors that want to hear which jobs a phone is asked not to send.
type cancels struct {
	mu      sync.Mutex
	byPhone map[string][]chan string
}

func (c *cancels) add(phone string, one chan string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byPhone == nil {
		c.byPhone = map[string][]chan string{}
	}
	c.byPhone[phone] = append(c.byPhone[phone], one)
}

func (c *cancels) remove(phone string, gone chan string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := slices.DeleteFunc(c.byPhone[phone], func(other chan string) bool { return other == gone })
	if len(left) == 0 {
		delete(c.byPhone, phone)
		return
	}
	c.byPhone[phone] = left
}

func (c *cancels) tell(phone, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.byPhone[phone] {
		select {
		case one <- id:
		default: // nobody reads
		}
	}
}
