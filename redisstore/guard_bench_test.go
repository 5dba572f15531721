package redisstore_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/redisstore"
)

// recorder keeps the batches that a guard sends.
type recorder struct {
	guard.Store
	batches []guard.Batch
}

func (r *recorder) Reserve(ctx context.Context, b guard.Batch) (guard.Outcome, error) {
	r.batches = append(r.batches, b)
	return r.Store.Reserve(ctx, b)
}

// batches are what a guard asks for people who are new.
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

const people = 5000

// bench measures the store and raw calls of EVALSHA in turns, eight at a time.
type bench struct {
	*testing.B
	client  redis.UniversalClient
	store   *redisstore.Guard
	batches []guard.Batch // of some people
	serial  int
}

// BenchmarkGuard measures decisions about new people of a site that verifies what it sends,
// on its first day and after a fortnight. "×raw" is the rate as a share of the rate of a
// raw EVALSHA whose script is as long and reads and writes the same keys, as many
// bytes, but decides nothing; "×script" is the same for the store's own script with arguments
// that are ready.
func BenchmarkGuard(b *testing.B) {
	for name, history := range map[string]bool{"first day": false, "after a fortnight": true} {
		b.Run(name, func(b *testing.B) {
			client := redistest.Server(b).Client(b)
			m := &bench{B: b, client: client, store: newGuard(b, client, "bench"), batches: batches(b, people)}
			if history {
				m.fortnight()
			}
			m.run()
		})
	}
}

func (m *bench) run() {
	floor, raw := m.floor(), redis.NewScript(redisstore.ReserveSource)
	var ours, same, least time.Duration
	for m.Loop() {
		ours += m.spend(m.reserve)
		same += m.spend(func(b guard.Batch, n int) error { return m.call(raw, "guard:counter:", b, n) })
		least += m.spend(func(b guard.Batch, n int) error { return m.call(floor, "floor:", b, n) })
	}
	m.ReportMetric(float64(ours.Microseconds())/float64(m.N*chunk), "µs/decision")
	m.ReportMetric(float64(least)/float64(ours), "×raw")
	m.ReportMetric(float64(same)/float64(ours), "×script")
	for name, pattern := range map[string]string{"B/number": "n:*", "B/site": "all:"} {
		keys := redistest.Keys(m, m.client, "{bench}:guard:counter:"+strings.TrimSuffix(pattern, "*"))
		size, err := m.client.MemoryUsage(m.Context(), keys[0]).Result()
		require.NoError(m, err)
		m.ReportMetric(float64(size), name)
	}
}

// chunk is less than R6 lets through in two minutes.
const chunk = 24

// spend does something for a chunk of new people and returns how long that took.
func (m *bench) spend(do func(b guard.Batch, n int) error) time.Duration {
	first := m.serial
	m.serial += chunk
	list := make([]guard.Batch, chunk)
	for i := range list {
		list[i] = m.person(first + i)
	}
	var all sync.WaitGroup
	start := time.Now()
	for w := range 8 {
		all.Go(func() {
			for i := w; i < chunk; i += 8 {
				if err := do(list[i], first+i); err != nil {
					m.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	spent := time.Since(start)
	for i, b := range list { // the site verifies them
		s := guard.Settlement{ID: fmt.Sprint(first + i), Keys: b.Keys, At: start, What: guard.Verified}
		require.NoError(m, m.store.Settle(m.Context(), s))
	}
	return spent
}

// person returns the batch of somebody new: only the site's own keys are known.
func (m *bench) person(n int) guard.Batch {
	b := m.batches[n%people]
	b.Keys = slices.Clone(b.Keys)
	for i, k := range b.Keys {
		if !shared[k.Name[:strings.Index(k.Name, ":")]] {
			b.Keys[i].Name += fmt.Sprint(".", n/people)
		}
	}
	return b
}

// shared are the kinds of keys that everybody has: site, purpose, carrier.
var shared = map[string]bool{"all": true, "u": true, "k": true}

func (m *bench) reserve(b guard.Batch, _ int) error {
	out, err := m.store.Reserve(m.Context(), b)
	if err == nil && out.Effect > guard.FreeOnly {
		err = fmt.Errorf("not let through: %+v", out.Hits)
	}
	return err
}

func (m *bench) call(s *redis.Script, counters string, b guard.Batch, n int) error {
	keys := make([]string, 0, 16)
	keys = append(keys, fmt.Sprint("{bench}:guard:call:raw", n))
	for _, k := range b.Keys {
		keys = append(keys, "{bench}:"+counters+k.Name)
	}
	list, constants := redisstore.Program(b)
	return s.Run(m.Context(), m.client, keys, list, constants).Err()
}

// floor is the raw script. A comment makes it as long as the store's.
func (m *bench) floor() *redis.Script {
	for _, key := range redistest.Keys(m, m.client, "{bench}:guard:counter:") {
		to := strings.Replace(key, "guard:counter:", "floor:", 1)
		require.NoError(m, m.client.Copy(m.Context(), key, to, 0, true).Err())
	}
	text := `local held = redis.call('MGET', unpack(KEYS))
redis.call('TIME')
local row = string.rep('x', 36)
for i = 1, #KEYS do
  redis.call('SET', KEYS[i], held[i] or row, 'PX', 60000)
end
return '1764320000000,0,0,0,0'
`
	return redis.NewScript(text + "--" + strings.Repeat("x", len(redisstore.ReserveSource)-len(text)-2))
}

// fortnight fills the counters of the site with what a busy one has.
func (m *bench) fortnight() {
	s, c := newGuardWithClock(m, m.client, "bench")
	end := time.Now()
	c.now = end.Add(-14 * 24 * time.Hour)
	for n := 0; c.now.Before(end); n++ {
		step := 10 * time.Second
		if left := end.Sub(c.now); left > 50*time.Hour {
			step = 3 * time.Hour
		} else if left > 2*time.Hour {
			step = 15 * time.Minute
		}
		require.NoError(m, m.client.Set(m.Context(), redisstore.ClockKey("bench"), c.now.UnixMilli(), time.Hour).Err())
		keys := slices.DeleteFunc(m.person(n).Keys, func(k guard.Key) bool { return !shared[k.Name[:strings.Index(k.Name, ":")]] })
		out, err := s.Reserve(m.Context(), guard.Batch{Keys: keys})
		require.NoError(m, err)
		require.NoError(m, s.Settle(m.Context(), guard.Settlement{ID: fmt.Sprint("old", n), Keys: keys, At: out.Now, What: guard.Verified}))
		c.now = c.now.Add(step)
	}
}
