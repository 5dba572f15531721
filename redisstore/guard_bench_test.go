package redisstore_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/redisstore"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

// person is a request of somebody new.
func person(i int) guard.Request {
	return guard.Request{
		Phone:   provider.MustParsePhone(fmt.Sprintf("13%09d", (i*7919)%1_000_000_000)),
		Client:  netip.AddrFrom4([4]byte{10, byte(i >> 10), byte(i >> 2), byte(i)}),
		Session: fmt.Sprint("session-", i), Purpose: "login",
	}
}

// recorder keeps the batches that a guard sends.
type recorder struct {
	guard.Store
	batches []guard.Batch
}

func (r *recorder) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	r.batches = append(r.batches, b)
	return r.Store.Reserve(ctx, b)
}

func batches(tb testing.TB, n int) []guard.Batch {
	tb.Helper()
	r := &recorder{Store: guard.NewMemoryStore(guard.MemoryConfig{})}
	g, err := guard.New(guard.Config{Key: secret, Store: r})
	require.NoError(tb, err)
	for i := range n {
		_, err = g.Reserve(tb.Context(), person(i))
		require.NoError(tb, err)
	}
	return r.batches
}

// floorScript reads and writes the same keys with as many bytes, and decides nothing. A
// comment makes it as long as the store's.
func floorScript() *redis.Script {
	text := `local held = redis.call('MGET', unpack(KEYS))
redis.call('TIME')
local row = string.rep('x', 36)
for i = 1, #KEYS do redis.call('SET', KEYS[i], held[i] or row, 'PX', 60000) end
return '1764320000000,0,0,0,0'
`
	return redis.NewScript(text + "--" + strings.Repeat("x", len(redisstore.ReserveSource)-len(text)-2))
}

func BenchmarkGuard(b *testing.B) {
	r := redistest.Server(b)
	client := r.Client(b)
	list := batches(b, 4096)
	ctx := context.Background()
	store, err := redisstore.NewGuard(redisstore.Config{Client: client, Prefix: "bench"})
	require.NoError(b, err)
	var serial atomic.Int64
	rate := func(op func(n int64) error) float64 {
		for range 100 {
			require.NoError(b, op(serial.Add(1)))
		}
		start := time.Now()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := op(serial.Add(1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
		return float64(b.N) / time.Since(start).Seconds()
	}
	keys := func(n int64) []string {
		names := []string{fmt.Sprint("{floor}:", n)}
		for _, k := range list[n%4096].Keys {
			names = append(names, "{floor}:"+k.Name)
		}
		return names
	}
	reserve := func(n int64) error { _, err := store.Reserve(ctx, list[n%4096]); return err }
	raw := redis.NewScript(redisstore.ReserveSource)
	same := func(n int64) error {
		return raw.Run(ctx, client, keys(n), prog(list[n%4096])...).Err()
	}
	floor := floorScript()
	bare := func(n int64) error { return floor.Run(ctx, client, keys(n), prog(list[n%4096])...).Err() }
	_ = same
	for name, op := range map[string]func(int64) error{"reserve": reserve, "floor": bare, "same": same} {
		b.Run(name, func(b *testing.B) { rate2(b, &serial, op) })
	}
	_ = rate
	info, _ := client.Info(ctx, "commandstats").Result()
	for _, l := range strings.Split(info, "\n") {
		if strings.Contains(l, "eval") {
			b.Log(l)
		}
	}
}

func rate2(b *testing.B, serial *atomic.Int64, op func(int64) error) {
	b.Helper()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := op(serial.Add(1)); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func prog(b guard.Batch) []any { l, c := redisstore.Program(b); return []any{l, c} }
