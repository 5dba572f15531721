package redistest_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
)

func TestServer(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	require.NoError(t, client.Set(t.Context(), "a", "1", time.Minute).Err())
	require.Equal(t, "1", client.Get(t.Context(), "a").Val())
}

func TestServersAreApart(t *testing.T) {
	t.Parallel()
	one, other := redistest.Server(t).Client(t), redistest.Server(t).Client(t)
	require.NoError(t, one.Set(t.Context(), "a", "1", time.Minute).Err())
	require.ErrorIs(t, other.Get(t.Context(), "a").Err(), redis.Nil)
}

func TestServerEndsWithItsTest(t *testing.T) { //nolint:tparallel // The server is to be over before the line after it.
	t.Parallel()
	var addr string
	t.Run("inside", func(t *testing.T) {
		addr = redistest.Server(t).Addrs[0]
	})
	if addr == "" {
		t.Skip("there is no redis-server")
	}
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer client.Close()
	require.ErrorContains(t, client.Ping(t.Context()).Err(), "refused")
}

func TestClusterTakesWritesEverywhere(t *testing.T) {
	t.Parallel()
	r := redistest.Cluster(t)
	require.Len(t, r.Addrs, 3)
	client := r.Client(t)
	var want []string
	for i := range 100 {
		key := fmt.Sprintf("key %02d", i)
		require.NoError(t, client.Set(t.Context(), key, i, time.Minute).Err())
		want = append(want, key)
	}
	require.Equal(t, want, redistest.Keys(t, client, "key "))
	require.ErrorContains(t, client.Eval(t.Context(), "return 1", []string{"a", "b"}).Err(), "CROSSSLOT")
}

func TestMiniMovesItsClock(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	client := m.Client(t)
	require.NoError(t, client.Set(t.Context(), "a", "1", time.Minute).Err())
	before := client.Time(t.Context()).Val()
	require.Equal(t, m.Now().UnixMilli(), before.UnixMilli())
	m.Advance(59 * time.Second)
	require.Equal(t, "1", client.Get(t.Context(), "a").Val())
	m.Advance(time.Second)
	require.ErrorIs(t, client.Get(t.Context(), "a").Err(), redis.Nil)
	require.Equal(t, time.Minute, client.Time(t.Context()).Val().Sub(before))
	m.SetTime(before)
	require.Equal(t, before.UnixMilli(), client.Time(t.Context()).Val().UnixMilli())
	m.Fail("LOADING")
	require.ErrorContains(t, client.Get(t.Context(), "a").Err(), "LOADING")
}

func TestDumpShowsEverything(t *testing.T) {
	t.Parallel()
	client := redistest.Mini(t).Client(t)
	ctx := t.Context()
	require.NoError(t, client.Set(ctx, "a:string", "one", time.Minute).Err())
	require.NoError(t, client.HSet(ctx, "a:hash", "field", "two").Err())
	require.NoError(t, client.SAdd(ctx, "a:set", "three").Err())
	require.NoError(t, client.ZAdd(ctx, "a:zset", redis.Z{Score: 4, Member: "four"}).Err())
	require.NoError(t, client.RPush(ctx, "a:list", "five").Err())
	require.NoError(t, client.Set(ctx, "b", "six", time.Minute).Err())
	dump := redistest.Dump(t, client, "a:")
	for _, want := range []string{"a:string string one\n", "a:hash hash map[field:two]\n", "a:set set [three]\n", "four", "a:list list [five]\n"} {
		require.Contains(t, dump, want)
	}
	require.NotContains(t, dump, "six")
	require.Equal(t, []string{"a:hash", "a:list", "a:set", "a:zset"}, redistest.Endless(t, client, ""))
}

// TestWithoutServer looks at what a test does where nothing is installed.
func TestWithoutServer(t *testing.T) {
	if os.Getenv("CI") == "true" {
		t.Setenv("CI", "")
	}
	t.Setenv("PATH", t.TempDir())
	t.Run("skips", func(t *testing.T) {
		t.Cleanup(func() { require.True(t, t.Skipped()) })
		redistest.Server(t)
		require.Fail(t, "a server without a program")
	})
}
