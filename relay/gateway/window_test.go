package gateway

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestNoWindowHoldsMoreThanItsLimit compares a window with a list of every event.
func TestNoWindowHoldsMoreThanItsLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const length = time.Minute
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		var w window
		var now time.Duration
		type event struct {
			at    time.Duration
			place place
		}
		var events []event
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now += time.Duration(rapid.Int64Range(0, int64(length)/3).Draw(t, "pause"))
			if last := len(events) - 1; last >= 0 && rapid.IntRange(0, 9).Draw(t, "take back") == 0 {
				w.takeBack(events[last].place)
				events = events[:last]
				continue
			}
			inWindow, lately := 0, 0
			for _, e := range events {
				if e.at > now-length {
					inWindow++
				}
				if e.at > now-length-length/windowParts-1 {
					lately++
				}
			}
			wait := w.full(limit, now, length)
			require.True(t, inWindow < limit || wait > 0, "the limit holds")
			require.True(t, lately >= limit || wait == 0, "and for a sixtieth longer at most")
			if wait > 0 {
				require.LessOrEqual(t, wait, length+length/windowParts)
				continue
			}
			events = append(events, event{now, w.add(now, length)})
		}
	})
}

func TestAWindowSurvivesAClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	var w window
	w.add(time.Hour, time.Minute)
	for _, now := range []time.Duration{time.Minute, -time.Hour, 0} {
		require.Positive(t, w.full(1, now, time.Minute))
		w.add(now, time.Minute)
	}
	require.Zero(t, w.full(1, 2*time.Hour, time.Minute))
}

func TestHoldersOfWhomNothingCountsAreForgotten(t *testing.T) {
	t.Parallel()
	var u usage
	phone := Principal{Name: "old-phone", Role: RolePhone}
	require.NoError(t, u.request(phone, 0))
	done, err := u.pull(phone)
	require.NoError(t, err)
	u.forget(time.Hour)
	require.Len(t, u.holders, 1, "a pull is open")
	done()
	u.forget(time.Hour)
	require.Empty(t, u.holders)
}
