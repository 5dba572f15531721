package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestReadBalancesAsksEveryone(t *testing.T) {
	t.Parallel()
	first, broken, last := newAble("first"), newAble("broken"), newAble("last")
	broken.failure = &provider.Error{Provider: "broken", Op: provider.OpBalance, Kind: provider.KindAuth}
	balances, err := provider.ReadBalances(t.Context(), tree(first, broken, last, first))
	require.ErrorIs(t, err, provider.KindAuth)
	require.Equal(t, []provider.Balance{
		{Provider: "first", Amount: "12.50", Unit: provider.UnitYuan},
		{Provider: "last", Amount: "12.50", Unit: provider.UnitYuan},
	}, balances)
	require.Len(t, first.asked, 1, "a member that stands twice is asked once")

	balances, err = provider.ReadBalances(t.Context(), first)
	require.NoError(t, err)
	require.Len(t, balances, 1)
}
