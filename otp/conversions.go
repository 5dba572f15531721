package otp

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// DefaultMaxConversions is how many pairs of provider and prefix a Conversions counts apart.
const DefaultMaxConversions = 10_000

// Conversions counts how many texts of each provider led to a verified number, by the
// prefix of the numbers. A provider whose texts do not arrive at one carrier shows in
// it, and so does somebody who has texts sent to numbers that he does not own. Give
// its Note to Config.OnEvent. It is safe for concurrent use, and counts in this process
// from its start on. The zero value is ready.
type Conversions struct {
	mu     sync.Mutex
	counts map[conversionKey]Conversion
}

type conversionKey struct{ provider, prefix string }

// Conversion is what became of the texts of one provider to one prefix.
type Conversion struct {
	// Provider is the name of who accepted the texts.
	Provider string
	// Prefix is the first seven digits of a mainland number, which say carrier and
	// city at the time when it was given out, or a country calling code behind a plus.
	// Of Carriers it is the first three digits. Empty is all prefixes that there was no room
	// for.
	Prefix string
	// Sent counts the texts accepted, Delivered the reports that one arrived, Verified the
	// verifications whose last text was one of them.
	Sent, Delivered, Verified int
}

// Note counts an event. Test numbers do not count.
func (c *Conversions) Note(_ context.Context, e Event) {
	if e.Test || e.Provider == "" || e.Phone.IsZero() {
		return
	}
	key := conversionKey{e.Provider, "+" + e.Phone.CountryCode()}
	if national := e.Phone.National(); e.Phone.IsMainland() && len(national) > 7 {
		key.prefix = national[:7]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[conversionKey]Conversion{}
	}
	if _, known := c.counts[key]; !known && len(c.counts) >= DefaultMaxConversions {
		key.prefix = ""
	}
	n := c.counts[key]
	n.Provider, n.Prefix = key.provider, key.prefix
	switch e.Kind {
	case EventSent:
		n.Sent++
	case EventDelivered:
		n.Delivered++
	case EventVerified:
		n.Verified++
	default:
		return
	}
	c.counts[key] = n
}

// Counts returns what was counted, by provider and prefix.
func (c *Conversions) Counts() []Conversion {
	return c.by(func(prefix string) string { return prefix })
}

// Carriers returns what was counted, by provider and carrier: mainland numbers whose first
// three digits are the same were given to one carrier. Those who took their number along to
// another one are counted with the first.
func (c *Conversions) Carriers() []Conversion {
	return c.by(func(prefix string) string {
		if prefix == "" || prefix[0] == '+' {
			return prefix
		}
		return prefix[:3]
	})
}

// by sums up what has one prefix.
func (c *Conversions) by(short func(prefix string) string) []Conversion {
	sums := map[conversionKey]Conversion{}
	c.mu.Lock()
	for _, n := range c.counts {
		key := conversionKey{n.Provider, short(n.Prefix)}
		sum := sums[key]
		sums[key] = Conversion{key.provider, key.prefix, sum.Sent + n.Sent, sum.Delivered + n.Delivered, sum.Verified + n.Verified}
	}
	c.mu.Unlock()
	all := make([]Conversion, 0, len(sums))
	for _, n := range sums {
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b Conversion) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Prefix, b.Prefix))
	})
	return all
}
