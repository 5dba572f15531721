package doors_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newAttempts() *doors.Attempts { return &doors.Attempts{Most: 3, For: time.Minute} }

func TestAttemptsAreCountedForATime(t *testing.T) {
	t.Parallel()
	a := newAttempts()
	for range 3 {
		require.Zero(t, a.Wait("x", noon))
		require.Zero(t, a.Begin("x", noon))
	}
	require.Equal(t, time.Minute, a.Wait("x", noon))
	require.Equal(t, time.Second, a.Begin("x", noon.Add(59500*time.Millisecond)), "at least a second")
	require.Zero(t, a.Begin("y", noon))
	require.Zero(t, a.Begin("x", noon.Add(time.Minute)), "from the first one on")
	require.Zero(t, a.Wait("x", noon.Add(-time.Hour)), "a clock that was set back locks nobody out")
}

func TestAnAttemptThatIsForgivenDoesNotCount(t *testing.T) {
	t.Parallel()
	a := newAttempts()
	a.Forgive("x")
	for range 10 {
		require.Zero(t, a.Begin("x", noon))
		a.Forgive("x")
	}
	for range 3 {
		require.Zero(t, a.Begin("x", noon))
	}
	a.Forgive("x")
	require.Zero(t, a.Begin("x", noon))
	require.Positive(t, a.Begin("x", noon))
}

func TestManyAttemptsAtOnceAreNoMoreThanManyInTurn(t *testing.T) {
	t.Parallel()
	a := newAttempts()
	var begun atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if a.Begin("x", noon) == 0 {
				begun.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 3, begun.Load())
}

func TestWhoHasManyAddressesKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	a := newAttempts()
	for i := range 30_000 {
		require.Zero(t, a.Begin(strconv.Itoa(i), noon))
	}
	require.Zero(t, a.Wait("somebody else", noon))
	for i := range 20_000 {
		a.Begin(strconv.Itoa(i), noon.Add(time.Minute))
	}
	require.Zero(t, a.Begin("somebody else", noon.Add(time.Minute)))
}

func TestNeighbourhood(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64",
		"2001:db8::2%eth0": "2001:db8::/64", "2001:db8:0:1::1": "2001:db8:0:1::/64", "@": "@", "": "",
	} {
		require.Equal(t, want, doors.Neighbourhood(address), address)
	}
}
