package failover_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

// account is a scripted provider that reads its balance.
type account struct {
	*scripted

	mu    sync.Mutex
	left  string
	err   error
	reads int
}

func (a *account) ReadBalance(ctx context.Context) (provider.Balance, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reads++
	if a.left == "hang" {
		<-ctx.Done()
		return provider.Balance{}, ctx.Err()
	}
	return provider.Balance{Provider: a.name, Amount: a.left}, a.err
}

func (a *account) set(left string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left, a.err = left, err
}

// accounts is a fleet of one member a with an account, and b without one.
func accounts(t *testing.T, threshold string) (*fleet, *account, *failover.Chain) {
	t.Helper()
	f := newFleet("a", "b")
	a := &account{scripted: f.members["a"]}
	return f, a, newChain(t, failover.ChainConfig{Name: "paid"},
		failover.Member{Provider: a, Limits: failover.Limits{LowBalance: threshold}, Timeout: time.Second}, f.member("b"))
}

func TestLowBalance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		threshold, left string
		low             bool
	}{
		{"500", "499", true},
		{"500", "500", false},
		{"500", "1024", false},
		{"12.50", "12.49", true},
		{"12.50", "12.5", false},
		{"12.50", "-3.2", true},
		{"0", "0", false},
		{"0", "-0.01", true},
		{"1", "0.99999999", true},
	} {
		t.Run(test.left+" of "+test.threshold, func(t *testing.T) {
			t.Parallel()
			_, a, chain := accounts(t, test.threshold)
			a.set(test.left, nil)
			require.NoError(t, chain.CheckBalances(t.Context()))
			require.Equal(t, test.low, chain.Members()[0].LowBalance)
		})
	}
}

func TestLowBalanceTakesOutOfTheOrder(t *testing.T) {
	t.Parallel()
	f, a, chain := accounts(t, "500")
	send := func() []string {
		_, err := chain.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		return f.journal.asked()
	}
	a.set("10", nil)
	require.Equal(t, []string{"a"}, send(), "nothing is known before the first check")
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.Equal(t, []string{"b"}, send())

	f.members["b"].then(fail(provider.KindBlocked))
	require.Equal(t, []string{"b", "a"}, send(), "as a last resort")
	require.Equal(t, []string{"b"}, send(), "an accepted message does not fill the account")

	a.set("600", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.Equal(t, []string{"a"}, send())
	require.Equal(t, 2, a.reads, "a send never reads a balance")
}

// A member that is low is healthy, and so a better last resort than one that is
// cooling down.
func TestLowBeforeCoolingDown(t *testing.T) {
	t.Parallel()
	f, a, chain := accounts(t, "500")
	f.members["a"].then(fail(provider.KindBlocked))
	f.members["b"].then(fail(provider.KindAuth))
	require.Equal(t, "failed: a blocked, b auth", outcome(chain.Send(t.Context(), codeMessage)))
	a.set("1", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.Equal(t, "a", outcome(chain.Send(t.Context(), codeMessage)))
}

// A balance that cannot be read changes nothing.
func TestUnreadableBalance(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	for _, test := range []struct {
		name string
		left string
		err  error
		want string
	}{
		{"error", "", down, "paid: a: check balance: down"},
		{"no number", "plenty", nil, "paid: a: check balance: a has a balance that is no decimal number"},
		{"no answer in the member's time", "hang", nil, "paid: a: check balance: context deadline exceeded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, a, chain := accounts(t, "500")
				for _, low := range []bool{false, true} {
					a.set(map[bool]string{false: "500", true: "499"}[low], nil)
					require.NoError(t, chain.CheckBalances(t.Context()))
					a.set(test.left, test.err)
					require.EqualError(t, chain.CheckBalances(t.Context()), test.want)
					require.Equal(t, low, chain.Members()[0].LowBalance)
				}
			})
		})
	}
}

// The outermost checks everything inside, each account once, also behind
// wrappers and in several routes.
func TestCheckBalancesInside(t *testing.T) {
	t.Parallel()
	f := newFleet("relay")
	_, a, chain := accounts(t, "500")
	a.set("499", nil)
	router := newRouter(t, failover.RouterConfig{},
		failover.Rule{Countries: []string{"86"}, Provider: wrapped{chain}},
		failover.Rule{Provider: chain})
	composer := newComposer(t, failover.ComposerConfig{First: f.member("relay"), Retry: failover.Member{Provider: router}})
	require.NoError(t, composer.CheckBalances(t.Context()))
	require.True(t, chain.Members()[0].LowBalance)
	require.Equal(t, 1, a.reads)
	require.NoError(t, router.CheckBalances(t.Context()))
	require.Equal(t, 2, a.reads)

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, composer.CheckBalances(cancelled), context.Canceled)
	require.Equal(t, 2, a.reads)
}

// A composer may be embedded in a struct that Go cannot compare.
func TestCheckBalancesInsideAnUncomparableComposer(t *testing.T) {
	t.Parallel()
	_, a, chain := accounts(t, "500")
	a.set("499", nil)
	outer := newChain(t, failover.ChainConfig{},
		failover.Member{Provider: tagged{chain, map[string]string{"team": "shop"}}},
		failover.Member{Provider: tagged{newFleet("c").chain(t, failover.ChainConfig{}, "c"), nil}})
	require.NoError(t, outer.CheckBalances(t.Context()))
	require.True(t, chain.Members()[0].LowBalance)
}

type tagged struct {
	*failover.Chain
	tags map[string]string
}

func TestFullestAccountCounts(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b")
	a, b := &account{scripted: f.members["a"], left: "1"}, &account{scripted: f.members["b"], left: "900"}
	chain := newChain(t, failover.ChainConfig{}, failover.Member{Provider: foreignGroup{a, b, ""}, Limits: failover.Limits{LowBalance: "500"}})
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.False(t, chain.Members()[0].LowBalance)
	a.set("900", nil)
	b.set("499", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.False(t, chain.Members()[0].LowBalance)
	a.set("1", nil)
	require.NoError(t, chain.CheckBalances(t.Context()))
	require.True(t, chain.Members()[0].LowBalance)
}
