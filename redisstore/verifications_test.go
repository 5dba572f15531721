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
	storetest.Run(t, inMemory)
}

func TestO26VerificationsPassTheSuiteOnAServer(t *testing.T) {
	t.Parallel()
	storetest.Run(t, on(redistest.Server(t).Client(t)))
}

func TestO26VerificationsPassTheSuiteOnACluster(t *testing.T) {
	t.Parallel()
	storetest.Run(t, on(redistest.Cluster(t).Client(t)))
}

func TestO26ServicesRaceAndDieInMemory(t *testing.T) {
	t.Parallel()
	storetest.RunServices(t, inMemory)
}

func TestO26ServicesRaceAndDieOnAServer(t *testing.T) {
	t.Parallel()
	storetest.RunServices(t, on(redistest.Server(t).Client(t)))
}

func TestO26ServicesRaceAndDieOnACluster(t *testing.T) {
	t.Parallel()
	storetest.RunServices(t, on(redistest.Cluster(t).Client(t)))
}

// inMemory is a store on a Redis in memory, whose clock can be moved.
func inMemory(t *testing.T) storetest.Harness {
	t.Helper()
	m := redistest.Mini(t)
	h := harness(t, m.Client(t))
	h.Advance, h.Now = m.Advance, m.Now
	return h
}

// on returns what makes stores on a real Redis, each with a prefix of its own.
func on(client redis.UniversalClient) func(t *testing.T) storetest.Harness {
	return func(t *testing.T) storetest.Harness {
		t.Helper()
		h := harness(t, client)
		h.Advance = sleep(t)
		return h
	}
}

// harness is a store in an empty part of a Redis.
func harness(t *testing.T, client redis.UniversalClient) storetest.Harness {
	t.Helper()
	name := prefix()
	space := "{" + name + "}:"
	return storetest.Harness{
		Store:   newVerifications(t, client, name),
		Endless: func() []string { return redistest.Endless(t, client, space) },
		Dump:    func() string { return redistest.Dump(t, client, space) },
		Len:     func() int { return len(redistest.Keys(t, client, space)) - 1 }, // without the clock
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
