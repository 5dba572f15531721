package redisstore

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/cnsms/cnsms/otp/guard"
)

// Guard is a guard.Store in Redis: the limits hold for all programs of a deployment
// together, and outlast each of them. Safe for concurrent use.
//
// Reserve and Settle are one script each, and give the same answers as the store in memory. A
// counter is one string: 152 bytes of the server's memory for a number, some 5 KB for the whole
// site however busy it is (Redis 7.0). A number stays for guard.Keep after its last text; what was
// spent or settled, 48 hours; a call, a minute. Names are the guard's keyed digests.
//
// When a client sends a call again because no answer came, the script knows that for a minute and
// counts once. When an error comes back all the same, the guard decides by its stricter rules, and
// the call may have counted: too much, never too little. A replica that takes over without
// the last milliseconds of its primary counts that much too little, and a token spent in
// them is good once more.
//
// Time does not go back for a counter, but by more than ten minutes: that was a wrong clock,
// and what it wrote counts again when its time comes.
type Guard struct {
	engine
	reserve, settle script
}

var _ guard.Store = (*Guard)(nil)

var (
	guardReserve = newScript("guard_reserve", "guard_cells")
	guardSettle  = newScript("guard_settle", "guard_cells")
)

// NewGuard returns a store for the guards of a deployment, which all have the same Key. It
// starts nothing and asks nothing.
func NewGuard(c Config) (*Guard, error) {
	e, err := c.engine("guard")
	if err != nil {
		return nil, err
	}
	return &Guard{engine: e, reserve: guardReserve, settle: guardSettle}, nil
}

// Kinds of keys.
const (
	counterKey = "counter" // by its name in the batch
	tokenKey   = "token"   // a challenge token that was spent
	settledKey = "settled" // a reservation that was settled
	callKey    = "call"    // a call, for a client that sends it again
)

func (g *Guard) keys(first string, keys []guard.Key, room int) []string {
	names := make([]string, 1, 1+len(keys)+room)
	names[0] = first
	for _, k := range keys {
		names = append(names, g.key(counterKey, k.Name))
	}
	return names
}

// Reserve evaluates the checks of b and adds its events in one script. A server that has no
// memory left is guard.ErrFull. After another error it is not known whether the events were
// added.
func (g *Guard) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	keys := g.keys(g.key(callKey, mark()), b.Keys, 1)
	if b.Token != "" {
		keys = append(keys, g.key(tokenKey, b.Token))
	}
	list, constants := program(b)
	reply, err := g.run(ctx, &g.reserve, keys, list, constants)
	if err != nil {
		return guard.Outcome{}, full(err)
	}
	return readOutcome(reply)
}

// Settle books what became of a reservation in one script. After an error it is not known
// whether it was booked; to call it again is safe but for Wrong, which then may count twice.
func (g *Guard) Settle(ctx context.Context, s guard.Settlement) error {
	first := g.key(settledKey, s.ID)
	switch s.What {
	case guard.Wrong:
		first = g.key(callKey, mark())
	case guard.Verified, guard.Sent:
	default:
		return ctx.Err()
	}
	exact := make([]byte, len(s.Keys))
	for i, k := range s.Keys {
		exact[i] = '0'
		if k.Exact {
			exact[i] = '1'
		}
	}
	_, err := g.run(ctx, &g.settle, g.keys(first, s.Keys, 0), int(s.What), s.At.UnixMilli(), s.Refund, exact)
	return full(err)
}

// full tells a server without memory from other failures.
func full(err error) error {
	if redis.HasErrorPrefix(err, "OOM") {
		return fmt.Errorf("%w: %w", guard.ErrFull, err)
	}
	return err
}
