package redisstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/guard/traffic"
	"github.com/cnsms/cnsms/redisstore"
)

// pair asks a store in Redis and one in memory, and fails the test when their answers differ.
type pair struct {
	testing.TB
	memory, redis guard.Store
	tell          func() // the server gets the time
	asked         int
}

func (p *pair) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	p.tell()
	p.asked++
	want, err := p.memory.Reserve(ctx, b)
	require.NoError(p, err)
	got, err := p.redis.Reserve(ctx, b)
	require.NoError(p, err)
	require.Equal(p, want, got)
	return got, nil
}

func (p *pair) Settle(ctx context.Context, s guard.Settlement) error {
	p.tell()
	require.NoError(p, p.memory.Settle(ctx, s))
	return p.redis.Settle(ctx, s)
}

// whole are scenarios that are played to their ends. Of the others the first events will do:
// a whole run of all takes half a minute.
var whole = map[string]bool{"bomb-solvers": true, "token-replay": true, "pushed-to-paid": true, "own-numbers": true, "foreign": true}

// TestGuardDecidesAsMemoryInTraffic plays attacks and honest days, which make the table in
// the documentation of package guard: it holds for Redis as well.
func TestGuardDecidesAsMemoryInTraffic(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	for _, s := range traffic.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			store, err := redisstore.NewGuardWithClock(redisstore.Config{Client: client, Prefix: s.Name})
			require.NoError(t, err)
			p := &pair{TB: t, redis: store}
			events := s.Make(7)
			if !whole[s.Name] {
				events = events[:min(400, len(events))]
			}
			sum, err := traffic.Replay(t.Context(), traffic.Config{Store: p.at(client, s.Name)}, events)
			require.NoError(t, err)
			require.Positive(t, p.asked)
			if whole[s.Name] {
				require.NoError(t, s.Judge(sum))
			}
		})
	}
}

// at has both stores use the clock of the events.
func (p *pair) at(client redis.UniversalClient, prefix string) func(now func() time.Time) guard.Store {
	return func(now func() time.Time) guard.Store {
		p.memory = guard.NewMemoryStore(guard.MemoryConfig{Now: now})
		p.tell = func() {
			require.NoError(p, client.Set(p.Context(), redisstore.ClockKey(prefix), now().UnixMilli(), time.Hour).Err())
		}
		return p
	}
}
