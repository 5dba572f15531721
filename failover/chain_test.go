package failover_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
)

func TestChainSendsUntilAccepted(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c", "d")
	f.members["a"].then(fail(provider.KindBalance))
	f.members["b"].then(fail(provider.KindBlocked))
	chain := f.chain(t, failover.ChainConfig{}, "a", "b", "c", "d")

	receipt, err := chain.Send(t.Context(), codeMessage)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, f.journal.asked())
	require.Equal(t, provider.Receipt{Provider: "c", ID: "c-id", To: testPhone}, receipt)
}

func TestChainPassesTheMessageOn(t *testing.T) {
	t.Parallel()
	f := newFleet("a")
	m := provider.Message{
		To: testPhone, Template: "login", Params: provider.Params{"code": "1234"},
		Ref: "order-7", Attempt: 3, Captcha: "token",
	}
	_, err := f.chain(t, failover.ChainConfig{}, "a").Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, []provider.Message{m}, f.members["a"].messages())
}

// orders sends n messages that everybody refuses, and returns who was asked for
// each, such as "abc".
func orders(t *testing.T, f *fleet, chain *failover.Chain, n int) []string {
	t.Helper()
	seen := make([]string, n)
	for i := range n {
		for _, member := range f.members {
			member.then(fail(provider.KindBlocked))
		}
		_, err := chain.Send(t.Context(), codeMessage)
		require.ErrorIs(t, err, provider.KindBlocked)
		seen[i] = strings.Join(f.journal.asked(), "")
	}
	return seen
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	chain := f.chain(t, failover.ChainConfig{}, "a", "b", "c")
	require.Equal(t, []string{"abc", "abc", "abc"}, orders(t, f, chain, 3))
}

func TestRotating(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	chain := f.chain(t, failover.ChainConfig{Order: failover.Rotating}, "a", "b", "c")
	require.Equal(t, []string{"abc", "bca", "cab", "abc"}, orders(t, f, chain, 4))
}

func TestWeightedDrawsByTicket(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		tickets []int // a has the first 5 of 8, b the next 2, c the last
		want    string
	}{
		{"lowest tickets", []int{0, 0, 0}, "abc"},
		{"last ticket of a", []int{4, 0, 0}, "abc"},
		{"first ticket of b", []int{5, 0, 0}, "bac"},
		{"last ticket", []int{7, 0, 0}, "cba"},
		{"last tickets of all", []int{7, 6, 0}, "cab"},
		{"middle", []int{6, 5, 0}, "bca"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet("a", "b", "c")
			weights := map[string]int{"a": 5, "b": 2} // and c the default, 1
			tickets := test.tickets
			rand := func(n int) int {
				ticket := tickets[0]
				tickets = tickets[1:]
				require.Less(t, ticket, n)
				return ticket
			}
			chain := f.chain(t, failover.ChainConfig{Order: failover.Weighted, Weights: weights, Rand: rand}, "a", "b", "c")
			require.Equal(t, []string{test.want}, orders(t, f, chain, 1))
		})
	}
}

// Every ticket is drawn once, so the shares come out exactly.
func TestWeightedShares(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	weights := map[string]int{"a": 6, "b": 3, "c": 1}
	ticket := -1
	rand := func(n int) int {
		if n == 10 { // the draw for the first place
			ticket++
			return ticket
		}
		return 0
	}
	chain := f.chain(t, failover.ChainConfig{Order: failover.Weighted, Weights: weights, Rand: rand}, "a", "b", "c")
	first := map[string]int{}
	for range 10 {
		receipt, err := chain.Send(t.Context(), codeMessage)
		require.NoError(t, err)
		first[receipt.Provider]++
	}
	require.Equal(t, map[string]int{"a": 6, "b": 3, "c": 1}, first)
}

func TestWeightedWithTheDefaultRandom(t *testing.T) {
	t.Parallel()
	f := newFleet("a", "b", "c")
	chain := f.chain(t, failover.ChainConfig{Order: failover.Weighted}, "a", "b", "c")
	for _, order := range orders(t, f, chain, 20) {
		require.ElementsMatch(t, []string{"a", "b", "c"}, strings.Split(order, ""), "each member once")
	}
}

func TestOrderOfManyMembers(t *testing.T) {
	t.Parallel()
	names := strings.Split("abcdefghijklmnopqrst", "")
	f := newFleet(names...)
	chain := f.chain(t, failover.ChainConfig{}, names...)
	require.Equal(t, []string{strings.Join(names, "")}, orders(t, f, chain, 1))
}
