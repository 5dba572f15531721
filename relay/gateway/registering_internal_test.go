package gateway

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCodesThatWereMadeAreBounded(t *testing.T) {
	t.Parallel()
	var r registering
	for n := range 2 * mostMade {
		r.add(hashOf(strconv.Itoa(n)), 0, time.Minute)
	}
	require.Len(t, r.made, mostMade)
	r.add(hashOf("later"), time.Minute, time.Hour)
	require.Len(t, r.made, 1, "those that have ended make room")
}
