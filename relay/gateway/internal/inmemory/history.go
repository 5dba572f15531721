package inmemory

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// history are the texts that count for one phone, slot or lane.
type history struct {
	uses       []gateway.Use          // by At, oldest first
	recipients map[string][]time.Time // when, oldest first
	held       map[string]gateway.Use // offered, by job
}

func byAge(a, b gateway.Use) int { return a.At.Compare(b.At) }

func (h *history) add(u gateway.Use) {
	i, _ := slices.BinarySearchFunc(h.uses, u, byAge)
	h.uses = slices.Insert(h.uses, i, u)
	if h.recipients == nil {
		h.recipients, h.held = map[string][]time.Time{}, map[string]gateway.Use{}
	}
	times := h.recipients[u.Recipient]
	i, _ = slices.BinarySearchFunc(times, u.At, time.Time.Compare)
	h.recipients[u.Recipient] = slices.Insert(times, i, u.At)
	if u.Held {
		h.held[u.Job] = u
	}
}

func (h *history) remove(u gateway.Use) {
	i, _ := slices.BinarySearchFunc(h.uses, u, byAge)
	for i < len(h.uses) && h.uses[i].Job != u.Job {
		i++
	}
	if i < len(h.uses)/2 { // the oldest go first, and there may be very many behind them
		copy(h.uses[1:i+1], h.uses[:i])
		h.uses[0], h.uses = gateway.Use{}, h.uses[1:]
	} else {
		h.uses = slices.Delete(h.uses, i, i+1)
	}
	times := h.recipients[u.Recipient]
	i, _ = slices.BinarySearchFunc(times, u.At, time.Time.Compare)
	h.recipients[u.Recipient] = slices.Delete(times, i, i+1)
	if len(h.recipients[u.Recipient]) == 0 {
		delete(h.recipients, u.Recipient)
	}
	delete(h.held, u.Job)
}

// usage is a [gateway.Usage] of several histories that have no use in common. ahead are uses
// that are expected at a time.
type usage struct {
	histories []*history
	until     time.Time // what is later was stored by a clock that was ahead
	ahead     int
	size      int // segments of each
	at        time.Time
}

// Uses returns those whose At is after a time, newest first, at most n.
func (u usage) Uses(after time.Time, n int) []gateway.Use {
	var found []gateway.Use
	for range min(u.ahead, n) {
		found = append(found, gateway.Use{Segments: u.size, At: u.at})
	}
	for _, h := range u.histories {
		i, _ := slices.BinarySearchFunc(h.uses, u.until, func(use gateway.Use, at time.Time) int { return use.At.Compare(at) })
		for left := n; i > 0 && left > 0 && h.uses[i-1].At.After(after); i, left = i-1, left-1 {
			found = append(found, h.uses[i-1])
		}
	}
	slices.SortStableFunc(found, func(a, b gateway.Use) int { return byAge(b, a) })
	return found[:min(n, len(found))]
}

// Recipients returns when each recipient's last use was, of those after a time, newest first,
// at most n.
func (u usage) Recipients(after time.Time, n int) []time.Time {
	var last []time.Time
	for range min(u.ahead, n) {
		last = append(last, u.at)
	}
	for i, h := range u.histories {
		for recipient := range h.recipients {
			counted := u.newest(u.histories[:i], recipient).After(after)
			if at := u.newest(u.histories, recipient); !counted && at.After(after) {
				last = append(last, at)
			}
		}
	}
	slices.SortFunc(last, func(a, b time.Time) int { return b.Compare(a) })
	return last[:min(n, len(last))]
}

// Knows reports whether a recipient has a use after a time, and so needs no more room: one of
// those that are expected may have taken it.
func (u usage) Knows(recipient string, after time.Time) bool {
	return u.ahead == 0 && u.newest(u.histories, recipient).After(after)
}

// newest returns when a recipient's last use was, or zero.
func (u usage) newest(histories []*history, recipient string) time.Time {
	var last time.Time
	for _, h := range histories {
		times := h.recipients[recipient]
		i, _ := slices.BinarySearchFunc(times, u.until, time.Time.Compare)
		if i > 0 && times[i-1].After(last) {
			last = times[i-1]
		}
	}
	return last
}
