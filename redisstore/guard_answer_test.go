package redisstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/redistest"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/redisstore"
)

func TestAnswersOfReserve(t *testing.T) {
	t.Parallel()
	out, err := redisstore.ReadOutcome("1000,2,1,0,65,3,4,5,6000")
	require.NoError(t, err)
	require.Equal(t, guard.Challenge, out.Effect)
	require.Equal(t, guard.Flags(65), out.Flags)
	require.Len(t, out.Hits, 1)
	for _, bad := range []any{nil, int64(1), "", "1,2", "1,2,3,4,5,6", "1,4,0,0,0", "1,-1,0,0,0", "1,0,0,0,-1", "1,0,0,0,4294967296", "1,0,0,0,x"} {
		_, err := redisstore.ReadOutcome(bad)
		require.ErrorContains(t, err, "makes no sense", bad)
	}
}

func FuzzAnswersOfReserve(f *testing.F) {
	f.Add("1000,2,1,0,65,3,4,5,6000")
	f.Fuzz(func(t *testing.T, text string) {
		out, err := redisstore.ReadOutcome(text)
		if err == nil {
			require.LessOrEqual(t, out.Effect, guard.Refuse)
		}
	})
}

// What somebody else wrote under a counter's key counts something or nothing, and the
// counter goes on.
func TestGuardWithADamagedCounter(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*redistest.Redis{"server": redistest.Server(t), "in memory": &redistest.Mini(t).Redis} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := r.Client(t)
			s := newGuard(t, client, "damaged")
			b := guard.Batch{Keys: []guard.Key{{Name: "n"}}, Record: true}
			for _, window := range []guard.Sum{{From: guard.Keep}, {Today: true}, {From: guard.Keep, Series: guard.Money}} {
				b.Checks = append(b.Checks, guard.Check{Count: window, Floor: -1, Effect: guard.Refuse})
			}
			for _, text := range []string{"", "x", "123456", "1234567890", string(make([]byte, 36)), string(make([]byte, 100)), "\xff\xff\xff\xff\xff\xff" + string(make([]byte, 40))} {
				require.NoError(t, client.Set(t.Context(), "{damaged}:guard:counter:n", text, guard.Keep).Err())
				for want := range int64(3) {
					out, err := s.Reserve(t.Context(), b)
					require.NoError(t, err, "%q", text)
					require.Equal(t, want, out.Hits[0].Count)
				}
			}
		})
	}
}
