package failover_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestRouter(t *testing.T) {
	t.Parallel()
	f := newFleet("codes", "mainland", "nearby", "elsewhere")
	router := newRouter(t, failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Templates: []string{"login", "reset"}, Provider: f.members["codes"]},
		failover.Rule{Countries: []string{"86"}, Provider: f.members["mainland"]},
		failover.Rule{Countries: []string{"852", "853"}, Provider: f.members["nearby"]},
		failover.Rule{Provider: f.members["elsewhere"]},
	)
	for _, test := range []struct {
		phone, template string
		want            string
	}{
		{"13800138000", "login", "codes"},
		{"13800138000", "reset", "codes"},
		{"13800138000", "sale", "mainland"},
		{"+852 5123 4567", "login", "nearby"},
		{"+853 6612 3456", "sale", "nearby"},
		{"+1 202 555 0123", "login", "elsewhere"},
	} {
		t.Run(test.phone+" "+test.template, func(t *testing.T) {
			t.Parallel()
			m := provider.Message{To: provider.MustParsePhone(test.phone), Template: test.template}
			require.Equal(t, test.want, outcome(router.Send(t.Context(), m)))
		})
	}
}

func TestRouterWithoutAMatch(t *testing.T) {
	t.Parallel()
	f := newFleet("mainland")
	router := newRouter(t, failover.RouterConfig{}, failover.Rule{Countries: []string{"86"}, Provider: f.members["mainland"]})
	_, err := router.Send(t.Context(), provider.Message{To: provider.MustParsePhone("+1 202 555 0123"), Template: "login"})
	require.ErrorIs(t, err, provider.KindUnsupported)
	require.False(t, provider.MayHaveSent(err))
	require.EqualError(t, err, `router: no attempt made: send: unsupported: no rule for country 1 and template "login"`)
	require.Empty(t, f.journal.asked())
}

func TestRouterAsksOnlyOne(t *testing.T) {
	t.Parallel()
	f := newFleet("mainland", "elsewhere")
	f.members["mainland"].then(fail(provider.KindUnavailable), fail(provider.KindUnavailable))
	var seen events
	router := newRouter(t, failover.RouterConfig{OnAttempt: seen.add},
		failover.Rule{Countries: []string{"86"}, Provider: f.members["mainland"]},
		failover.Rule{Provider: f.members["elsewhere"]},
	)
	for range 2 { // a router cools nobody down
		require.Equal(t, "failed: mainland unavailable", outcome(router.Send(t.Context(), codeMessage)))
		require.Equal(t, []string{"mainland"}, f.journal.asked())
		require.Equal(t, []string{"mainland"}, providersOf(seen.all()))
	}
}

func TestRouterKeepsItsRules(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	countries := []string{"86"}
	router := newRouter(t, failover.RouterConfig{},
		failover.Rule{Countries: countries, Provider: f.members["a"]}, failover.Rule{Provider: f.members["b"]})
	countries[0] = "1"
	require.Equal(t, "a", outcome(router.Send(t.Context(), codeMessage)))
}

// A route that fails says nothing about the other routes: the chain around the
// router does not leave it out.
func TestRouterInsideChain(t *testing.T) {
	t.Parallel()
	f := newFleet("mainland", "elsewhere", "last")
	router := newRouter(t, failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Provider: f.members["mainland"]},
		failover.Rule{Provider: f.members["elsewhere"]},
	)
	chain := newChain(t, failover.ChainConfig{}, failover.Member{Provider: router}, f.member("last"))
	f.members["mainland"].then(fail(provider.KindUnavailable))
	require.Equal(t, "last", outcome(chain.Send(t.Context(), codeMessage)))
	abroad := provider.Message{To: provider.MustParsePhone("+1 202 555 0123"), Template: "login"}
	require.Equal(t, "elsewhere", outcome(chain.Send(t.Context(), abroad)))
}
