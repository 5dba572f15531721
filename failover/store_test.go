package failover_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
)

func newMemoryStore(t *testing.T, cfg failover.MemoryStoreConfig) *failover.MemoryStore {
	t.Helper()
	store, err := failover.NewMemoryStore(cfg)
	require.NoError(t, err)
	return store
}

// add counts one attempt and returns its number.
func add(t *testing.T, store failover.AttemptStore, key string, window time.Duration) int {
	t.Helper()
	n, err := store.Add(t.Context(), key, window)
	require.NoError(t, err)
	return n
}

func TestMemoryStoreSweeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore(t, failover.MemoryStoreConfig{})
		for i := range 1000 {
			add(t, store, strconv.Itoa(i), time.Minute)
		}
		require.Equal(t, 1000, store.Len())
		elapse(time.Minute)
		require.Equal(t, 1, add(t, store, "500", time.Minute))
		require.Equal(t, 1, store.Len())
	})
}

// A lapsed count behind a longer window is not counted, though not yet swept.
func TestMemoryStoreMixedWindows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore(t, failover.MemoryStoreConfig{})
		add(t, store, "long", time.Hour)
		add(t, store, "short", time.Minute)
		elapse(2 * time.Minute)
		require.Equal(t, 1, add(t, store, "short", time.Minute))
		require.Equal(t, 2, add(t, store, "long", time.Hour))
		elapse(2 * time.Hour)
		require.Equal(t, 1, add(t, store, "new", time.Minute))
		require.Equal(t, 1, store.Len())
	})
}

func TestMemoryStoreIsBounded(t *testing.T) {
	t.Parallel()
	store := newMemoryStore(t, failover.MemoryStoreConfig{MaxKeys: 3})
	for _, key := range []string{"a", "b", "c"} {
		require.Equal(t, 1, add(t, store, key, time.Hour))
	}
	require.Equal(t, 2, add(t, store, "a", time.Hour))
	require.Equal(t, 1, add(t, store, "d", time.Hour), "drops b, which has waited longest")
	require.Equal(t, 3, store.Len())
	require.Equal(t, 3, add(t, store, "a", time.Hour))
	require.Equal(t, 2, add(t, store, "c", time.Hour))
	require.Equal(t, 1, add(t, store, "b", time.Hour))
}

func TestMemoryStoreForgets(t *testing.T) {
	t.Parallel()
	store := newMemoryStore(t, failover.MemoryStoreConfig{})
	add(t, store, "a", time.Hour)
	require.NoError(t, store.Forget(t.Context(), "a"))
	require.Zero(t, store.Len())
}

func TestMemoryStoreConfig(t *testing.T) {
	t.Parallel()
	_, err := failover.NewMemoryStore(failover.MemoryStoreConfig{MaxKeys: -1})
	require.EqualError(t, err, "memory store: config: MaxKeys: must not be negative")
}
