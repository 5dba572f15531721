package redisstore_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/otp/guard/guardtest"
	"github.com/cnsms/cnsms/redisstore"
)

func TestGuardOnMiniredis(t *testing.T) {
	t.Parallel()
	guardtest.Run(t, guardtest.Harness{New: func(t *testing.T) (guard.Store, func(time.Duration)) {
		t.Helper()
		s := miniredis.RunT(t)
		now := time.Now()
		s.SetTime(now)
		c := redis.NewClient(&redis.Options{Addr: s.Addr()})
		g, err := redisstore.NewGuard(redisstore.Config{Client: c, Prefix: "x"})
		require.NoError(t, err)
		return g, func(d time.Duration) { now = now.Add(d); s.SetTime(now); s.FastForward(d) }
	}})
}
