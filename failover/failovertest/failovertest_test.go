package failovertest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
)

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newHarness(t *testing.T) Harness {
	t.Helper()
	c := &clock{now: time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)}
	store, err := failover.NewMemoryStore(failover.MemoryStoreConfig{Now: c.Now})
	require.NoError(t, err)
	return Harness{Store: store, Advance: c.Advance}
}

func TestMemoryStorePasses(t *testing.T) {
	t.Parallel()
	Run(t, newHarness)
}

// broken changes what a good store does.
type broken struct {
	failover.AttemptStore
	add    func(ctx context.Context, key string, window time.Duration) (int, error)
	forget func(ctx context.Context, key string) error
}

func (b *broken) Add(ctx context.Context, key string, window time.Duration) (int, error) {
	if b.add != nil {
		return b.add(ctx, key, window)
	}
	return b.AttemptStore.Add(ctx, key, window)
}

func (b *broken) Forget(ctx context.Context, key string) error {
	if b.forget != nil {
		return b.forget(ctx, key)
	}
	return b.AttemptStore.Forget(ctx, key)
}

// A suite that cannot fail proves nothing: each of these stores breaks one rule
// and is caught by the case for it.
func TestBrokenStoresFail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		sabotage func(b *broken, good failover.AttemptStore)
		caughtBy []string
	}{
		{
			name: "counts from zero",
			sabotage: func(b *broken, good failover.AttemptStore) {
				b.add = func(ctx context.Context, key string, window time.Duration) (int, error) {
					n, err := good.Add(ctx, key, window)
					return n - 1, err
				}
			},
			caughtBy: []string{"counts from one", "counts atomically"},
		},
		{
			name: "one count for all keys",
			sabotage: func(b *broken, good failover.AttemptStore) {
				b.add = func(ctx context.Context, _ string, window time.Duration) (int, error) {
					return good.Add(ctx, oneKey, window)
				}
			},
			caughtBy: []string{"keys apart", "windows apart"},
		},
		{
			name: "never lapses",
			sabotage: func(b *broken, good failover.AttemptStore) {
				b.add = func(ctx context.Context, key string, _ time.Duration) (int, error) {
					return good.Add(ctx, key, 24*time.Hour)
				}
			},
			caughtBy: []string{"lapses", "windows apart", "latest window counts"},
		},
		{
			name: "always the first window",
			sabotage: func(b *broken, good failover.AttemptStore) {
				b.add = func(ctx context.Context, key string, _ time.Duration) (int, error) {
					return good.Add(ctx, key, Window/3)
				}
			},
			caughtBy: []string{"renews", "windows apart"},
		},
		{
			name: "forgets nothing",
			sabotage: func(b *broken, _ failover.AttemptStore) {
				b.forget = func(ctx context.Context, _ string) error { return ctx.Err() }
			},
			caughtBy: []string{"forgets"},
		},
		{
			name: "reads, then writes",
			sabotage: func(b *broken, _ failover.AttemptStore) {
				var mu sync.Mutex
				counts := map[string]int{}
				var both sync.WaitGroup
				both.Add(2)
				b.add = func(_ context.Context, key string, _ time.Duration) (int, error) {
					mu.Lock()
					read := counts[key]
					mu.Unlock()
					if key == racedKey {
						both.Done()
						both.Wait() // both callers have read before either writes
					}
					mu.Lock()
					defer mu.Unlock()
					counts[key] = read + 1
					return read + 1, nil
				}
			},
			caughtBy: []string{"one first attempt"},
		},
		{
			name: "does not look at the context",
			sabotage: func(b *broken, good failover.AttemptStore) {
				b.add = func(ctx context.Context, key string, window time.Duration) (int, error) {
					return good.Add(context.WithoutCancel(ctx), key, window)
				}
			},
			caughtBy: []string{"finished context"},
		},
		{
			name: "an unknown key is an error",
			sabotage: func(b *broken, _ failover.AttemptStore) {
				b.forget = func(context.Context, string) error { return context.DeadlineExceeded }
			},
			caughtBy: []string{"forgets the unknown", "finished context"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range test.caughtBy {
				h := newHarness(t)
				b := &broken{AttemptStore: h.Store}
				test.sabotage(b, h.Store)
				h.Store = b
				require.Error(t, caseNamed(t, name).check(t.Context(), h), "case %q", name)
			}
		})
	}
}

func caseNamed(t *testing.T, name string) testCase {
	t.Helper()
	i := slices.IndexFunc(cases, func(c testCase) bool { return c.name == name })
	require.GreaterOrEqual(t, i, 0, "no case %q", name)
	return cases[i]
}

// racedKey is the first key of the case "one first attempt".
const racedKey = "0000000000000000000000000000000000000000000000000000000000000000"
