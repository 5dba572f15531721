package redisstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover/failovertest"
	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/redisstore"
)

func newAttempts(tb testing.TB, client redis.UniversalClient, prefix string) *redisstore.Attempts {
	tb.Helper()
	a, err := redisstore.NewAttempts(redisstore.Config{Client: client, Prefix: prefix})
	require.NoError(tb, err)
	return a
}

func TestAttemptsPassTheSuiteInMemory(t *testing.T) {
	t.Parallel()
	failovertest.Run(t, func(t *testing.T) failovertest.Harness {
		t.Helper()
		m := redistest.Mini(t)
		return failovertest.Harness{Store: newAttempts(t, m.Client(t), prefix()), Advance: m.Advance}
	})
}

func TestAttemptsPassTheSuiteOnAServer(t *testing.T) {
	t.Parallel()
	suiteOfAttempts(t, redistest.Server(t).Client(t))
}

func TestAttemptsPassTheSuiteOnACluster(t *testing.T) {
	t.Parallel()
	suiteOfAttempts(t, redistest.Cluster(t).Client(t))
}

func suiteOfAttempts(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	failovertest.Run(t, func(t *testing.T) failovertest.Harness {
		t.Helper()
		name := prefix()
		t.Cleanup(func() { require.Empty(t, redistest.Endless(t, client, "{"+name+"}:")) })
		return failovertest.Harness{Store: newAttempts(t, client, name), Advance: sleep(t)}
	})
}

// TestACountStaysSmall adds so often that the marks of old calls have to go.
func TestACountStaysSmall(t *testing.T) {
	t.Parallel()
	client := redistest.Mini(t).Client(t)
	store := newAttempts(t, client, "small")
	key := strings.Repeat("0a", 32)
	for want := 1; want <= 1200; want++ {
		n, err := store.Add(t.Context(), key, time.Nanosecond+time.Hour)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	require.Less(t, len(client.Get(t.Context(), "{small}:attempts:"+key).Val()), 1700)
	require.NoError(t, store.Forget(t.Context(), key))
	require.Zero(t, client.DBSize(t.Context()).Val())
}
