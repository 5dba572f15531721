package redisstore

import (
	"context"
	"crypto/rand"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/cnsms/cnsms/otp/guard"
)

var (
	//go:embed guard_cells.lua
	guardCells string
	//go:embed guard_reserve.lua
	guardReserve string
	//go:embed guard_settle.lua
	guardSettle string

	reserveScript = redis.NewScript(guardCells + guardReserve)
	settleScript  = redis.NewScript(guardCells + guardSettle)
)

// NewGuard returns a store for package otp/guard on a Redis server or cluster. Everybody
// with the same Prefix shares the counters; all of them give their guards the same Key.
//
// Each Reserve and Settle is one script and one round trip (two for the first call after
// the server has lost its scripts). The time is the server's. A command that the client
// sends again because it saw no answer counts once, when that happens within a minute.
// Errors are those of the client; a server that is out of memory is guard.ErrFull. It starts
// no goroutine, and whoever made the client closes it.
func NewGuard(c Config) (guard.Store, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &guardStore{client: c.Client, prefix: c.tag() + "guard:"}, nil
}

type guardStore struct {
	client redis.UniversalClient
	prefix string
}

// Kinds of keys, which begin their names.
const (
	counterKey = "c:" // a counter, by its name in the batch
	tokenKey   = "t:" // a challenge token that was spent
	settledKey = "s:" // a reservation that was settled
	callKey    = "i:" // a call, for the client that repeats it
)

func (g *guardStore) keys(first string, keys []guard.Key, room int) []string {
	names := make([]string, 1, 1+len(keys)+room)
	names[0] = g.prefix + first
	for _, k := range keys {
		names = append(names, g.prefix+counterKey+k.Name)
	}
	return names
}

// Reserve is for guard.Store.
func (g *guardStore) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	keys := g.keys(callKey+rand.Text(), b.Keys, 1)
	if b.Token != "" {
		keys = append(keys, g.prefix+tokenKey+b.Token)
	}
	text, err := reserveScript.Run(ctx, g.client, keys, program(b)).Text()
	if err != nil {
		return guard.Outcome{}, guardError(err)
	}
	return readOutcome(text)
}

// Settle is for guard.Store.
func (g *guardStore) Settle(ctx context.Context, s guard.Settlement) error {
	first := settledKey + s.ID
	switch s.What {
	case guard.Wrong:
		first = callKey + rand.Text()
	case guard.Verified, guard.Sent:
	default:
		return ctx.Err()
	}
	exact := make([]byte, len(s.Keys))
	for i, k := range s.Keys {
		exact[i] = digit(k.Exact)
	}
	err := settleScript.Run(ctx, g.client, g.keys(first, s.Keys, 0), int(s.What), s.At.UnixMilli(), s.Refund, exact).Err()
	return guardError(err)
}

func guardError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case strings.HasPrefix(err.Error(), "OOM "):
		return fmt.Errorf("redisstore: %w: %w", guard.ErrFull, err)
	}
	return fmt.Errorf("redisstore: guard: %w", err)
}
