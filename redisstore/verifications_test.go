package redisstore_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/storetest"
	"github.com/cnsms/cnsms/redisstore"
)

var deployments atomic.Int32

// prefix returns the prefix of a deployment that no other test has.
func prefix() string { return fmt.Sprint("test", deployments.Add(1)) }

func newVerifications(tb testing.TB, client redis.UniversalClient, prefix string) *redisstore.Verifications {
	tb.Helper()
	v, err := redisstore.NewVerifications(redisstore.Config{Client: client, Prefix: prefix})
	require.NoError(tb, err)
	return v
}

func TestO26VerificationsPassTheSuiteInMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		t.Helper()
		m := redistest.Mini(t)
		return harness(t, m.Client(t), m.Advance, m.Now)
	})
}

func TestO26VerificationsPassTheSuiteOnAServer(t *testing.T) {
	t.Parallel()
	client := redistest.Server(t).Client(t)
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		t.Helper()
		return harness(t, client, sleep(t), nil)
	})
}

func TestO26VerificationsPassTheSuiteOnACluster(t *testing.T) {
	t.Parallel()
	client := redistest.Cluster(t).Client(t)
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		t.Helper()
		return harness(t, client, sleep(t), nil)
	})
}

// harness is a store in an empty part of a Redis.
func harness(t *testing.T, client redis.UniversalClient, advance func(time.Duration), now func() time.Time) storetest.Harness {
	t.Helper()
	name := prefix()
	space := "{" + name + "}:"
	return storetest.Harness{
		Store: newVerifications(t, client, name), Advance: advance, Now: now,
		Endless: func() []string { return redistest.Endless(t, client, space) },
		Len:     func() int { return len(redistest.Keys(t, client, space+"otp:")) - 1 }, // without the clock
	}
}

// sleep waits until the time is over: the clock of a real server cannot be moved.
func sleep(t *testing.T) func(d time.Duration) {
	t.Helper()
	return func(d time.Duration) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-t.Context().Done():
		}
	}
}
