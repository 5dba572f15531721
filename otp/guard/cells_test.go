package guard

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCellsStaySmall has a key that is busy all the time, and none of its sums is too small.
func TestCellsStaySmall(t *testing.T) {
	t.Parallel()
	for name, exact := range map[string]bool{"exact": true, "in slots": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			var c cells
			var events []int64
			now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC).UnixMilli()
			for range 20_000 {
				now += random.Int64N(millis(2 * time.Minute))
				c.at(now, now, exact).n[Sent]++
				events = append(events, now)
			}
			require.LessOrEqual(t, len(c), maxCells+1)
			for i := 1; i < len(c); i++ {
				require.Greater(t, c[i].start, c[i-1].last(), "two cells overlap")
			}
			for window, slot := range map[time.Duration]time.Duration{
				time.Minute: time.Minute, time.Hour: time.Minute, 20 * time.Hour: time.Hour, 24 * time.Hour: time.Hour, Keep - day: day,
			} {
				n := c.sum(Sum{Series: Sent, From: window}, now)
				require.GreaterOrEqual(t, n, since(events, now-millis(window)), window)
				require.LessOrEqual(t, n, since(events, now-millis(window+slot)), window)
			}
		})
	}
}

func since(events []int64, from int64) (n int64) {
	for _, e := range events {
		if e > from {
			n++
		}
	}
	return n
}
