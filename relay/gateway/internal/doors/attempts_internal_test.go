package doors

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStrangersAreBounded(t *testing.T) {
	t.Parallel()
	a := Attempts{Most: 3, For: time.Minute}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for i := range 5 * mostStrangers / 2 {
		a.Begin(strconv.Itoa(i), now)
		require.LessOrEqual(t, len(a.all), mostStrangers)
	}
}
