package redistest_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
)

// TestProxyCutsAfterTheServerHasDone has a client that asks again count twice.
func TestProxyCutsAfterTheServerHasDone(t *testing.T) {
	t.Parallel()
	m := redistest.Mini(t)
	cuts := 0
	through := redistest.Redis{Addrs: []string{redistest.Proxy(t, m.Addrs[0], func(sent []byte) bool {
		if bytes.Contains(sent, []byte("incr")) && cuts == 0 {
			cuts++
			return true
		}
		return false
	})}}
	client := through.Client(t)
	require.NoError(t, client.Set(t.Context(), "n", 0, time.Minute).Err())
	require.EqualValues(t, 2, client.Incr(t.Context(), "n").Val())
	require.Equal(t, 1, cuts)

	cuts = 0
	careful := through.Client(t, func(o *redis.UniversalOptions) { o.MaxRetries = -1 })
	require.Error(t, careful.Incr(t.Context(), "n").Err())
	require.Equal(t, "3", m.Client(t).Get(t.Context(), "n").Val())
}
