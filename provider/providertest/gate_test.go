package providertest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A gate opens for all at once, and after a while for one alone.
func TestGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := newGate(2)
		passed := make(chan struct{})
		go func() { g.pass(); close(passed) }()
		synctest.Wait()
		g.pass()
		<-passed
		g.pass() // a third passes
		require.Zero(t, time.Since(start))

		lonely := newGate(2)
		lonely.pass()
		require.Equal(t, longestWait, time.Since(start))
	})
}
