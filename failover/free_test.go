package failover_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// free is a message that may not cost money.
func free(attempt int) provider.Message {
	m := codeMessage
	m.Attempt, m.FreeOnly = attempt, true
	return m
}

func TestFreeOnlyAsksFirstAlone(t *testing.T) {
	t.Parallel()
	for attempt := range 4 {
		f, composer := story(t)
		require.Equal(t, "relay", outcome(composer.Send(t.Context(), free(attempt))))
		f.members["relay"].then(fail(provider.KindUnavailable))
		_, err := composer.Send(t.Context(), free(attempt))
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.False(t, provider.MayHaveSent(err))
		require.Equal(t, []string{"relay", "relay"}, f.journal.asked())
		require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)), "they count as attempts")
	}
}

func TestFreeOnlyIsNoRetryThatMaxRetriesCounts(t *testing.T) {
	t.Parallel()
	_, composer := story(t, func(cfg *failover.ComposerConfig) { cfg.MaxRetries = 1 })
	for range 5 {
		require.Equal(t, "relay", outcome(composer.Send(t.Context(), free(2))))
	}
	require.Equal(t, "paid", outcome(composer.Send(t.Context(), codeMessage)))
	require.ErrorIs(t, second(composer.Send(t.Context(), codeMessage)), provider.KindThrottled)
	require.Equal(t, "relay", outcome(composer.Send(t.Context(), free(2))))
}

func second(_ provider.Receipt, err error) error { return err }

// TestFreeOnlySkipsWhatHasAPrice holds in every composer, and in one inside another.
func TestFreeOnlySkipsWhatHasAPrice(t *testing.T) {
	t.Parallel()
	f := newFleet("dear", "relay", "dearer")
	priced := func(name string) failover.Member {
		m := f.member(name)
		m.Price = failover.Fen
		return m
	}
	chain := newChain(t, failover.ChainConfig{}, priced("dear"), f.member("relay"), priced("dearer"))
	for name, p := range map[string]provider.Provider{
		"chain":    chain,
		"router":   newRouter(t, failover.RouterConfig{}, failover.Rule{Provider: chain}),
		"composer": newComposer(t, failover.ComposerConfig{First: failover.Member{Provider: chain}, Retry: priced("dearer")}),
	} {
		require.Equal(t, "relay", outcome(p.Send(t.Context(), free(2))), name)
	}
	f.members["relay"].then(fail(provider.KindUnavailable))
	_, err := chain.Send(t.Context(), free(1))
	require.Equal(t, []failover.Skipped{{Provider: "dear", Reason: failover.SkipPrice}, {Provider: "dearer", Reason: failover.SkipPrice}}, failure(t, err).Skipped)

	_, err = newChain(t, failover.ChainConfig{}, priced("dear")).Send(t.Context(), free(1))
	require.ErrorIs(t, err, provider.KindUnsupported)
	require.ErrorContains(t, err, "free way")
	require.NotContains(t, f.journal.asked(), "dear")
}

func TestHasFreeWay(t *testing.T) {
	t.Parallel()
	f := newFleet("relay", "dear", "dearer")
	priced := func(name string) failover.Member {
		m := f.member(name)
		m.Price = failover.Fen
		return m
	}
	inside := func(p provider.Provider) failover.Member { return failover.Member{Provider: p} }
	composer := func(first, retry failover.Member) *failover.Composer {
		return newComposer(t, failover.ComposerConfig{First: first, Retry: retry})
	}
	mixed := newChain(t, failover.ChainConfig{}, priced("dear"), f.member("relay"))
	require.True(t, composer(f.member("relay"), priced("dear")).HasFreeWay())
	require.True(t, composer(inside(mixed), priced("dearer")).HasFreeWay())
	require.True(t, composer(inside(composer(f.member("relay"), priced("dear"))), priced("dearer")).HasFreeWay())
	require.False(t, composer(priced("dear"), f.member("relay")).HasFreeWay())
	require.False(t, composer(inside(composer(priced("dear"), f.member("relay"))), priced("dearer")).HasFreeWay())
	require.False(t, composer(inside(newChain(t, failover.ChainConfig{}, priced("dear"))), f.member("relay")).HasFreeWay())
	require.False(t, new(failover.Composer).HasFreeWay())
}
