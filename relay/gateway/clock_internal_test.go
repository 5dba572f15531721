package gateway

import (
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// set returns a time that the machine's clock would give at the same moment if somebody had
// set it by some seconds: a time.Time of time.Now carries both clocks, the one that can be
// set in the upper bits of its first word.
func set(t *testing.T, now time.Time, seconds int64) time.Time {
	t.Helper()
	was := now
	*(*uint64)(unsafe.Pointer(&now)) += uint64(seconds) << 30
	require.Equal(t, time.Duration(seconds)*time.Second, now.Round(0).Sub(was.Round(0)), "the clock shows another time")
	require.Zero(t, now.Sub(was), "but no time has passed")
	return now
}

// TestSettingTheMachinesClockChangesNothing sets the clock back an hour, and a year ahead,
// while a lease of ten seconds runs: it ends after ten seconds.
func TestSettingTheMachinesClockChangesNothing(t *testing.T) {
	t.Parallel()
	start := time.Now()
	wall := start
	now := monotonic(func() time.Time { return wall })
	job := Job{Deadline: start.Add(time.Hour)}.Offered(Pull{Phone: "phone", Lease: "l", LeaseFor: 10 * time.Second, Now: now()})
	for _, seconds := range []int64{-3600, 365 * 24 * 3600, 0} {
		wall = set(t, start.Add(9*time.Second), seconds)
		require.True(t, now().Before(job.LeaseEnd))
		wall = set(t, start.Add(10*time.Second), seconds)
		require.False(t, now().Before(job.LeaseEnd))
	}
}
