package guard_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

func TestCountsByRuleAndVerdict(t *testing.T) {
	t.Parallel()
	enemy := provider.MustParsePhone("13800138001")
	w := newWorld(t, func(c *guard.Config) { c.DenyPhones = []provider.Phone{enemy} })
	require.Empty(t, w.Counts())
	me := w.request()
	w.allow(me)
	w.ask(me)
	w.ask(me)
	w.ask(w.stranger(enemy))
	require.Equal(t, []guard.Count{
		{Rule: "", Would: guard.Allowed, N: 1}, {Rule: "R1", Would: guard.Refused, N: 2}, {Rule: "deny", Would: guard.Refused, N: 1},
	}, w.Counts())
	w = newWorld(t, func(c *guard.Config) { c.Store = broken{} })
	w.allow(w.request())
	require.Equal(t, []guard.Count{{Would: guard.Allowed, Degraded: true, N: 1}}, w.Counts())
}

// Whatever is asked, every decision is counted once, under a name that the documentation has.
func TestCountsLoseNothingUnderConcurrency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *guard.Config) { c.RecordOnly = true })
	requests := make([]guard.Request, 16)
	for i := range requests {
		requests[i] = w.request()
	}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for range 50 {
				_, _ = w.Reserve(t.Context(), requests[i%4])
				w.Counts()
			}
		})
	}
	all.Wait()
	total := uint64(0)
	for _, c := range w.Counts() {
		total += c.N
	}
	require.Equal(t, uint64(16*50), total)
}
