package fake_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestBalanceReader(t *testing.T) {
	t.Parallel()
	sms := &fake.BalanceReader{Unit: provider.UnitYuan}
	balance, err := sms.ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, provider.Balance{Provider: "fake", Amount: "0", Unit: provider.UnitYuan}, balance)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = sms.ReadBalance(ended)
	require.ErrorIs(t, err, context.Canceled)

	sms.BalanceErr = &provider.Error{Provider: "fake", Op: provider.OpBalance, Kind: provider.KindAuth}
	_, err = provider.ReadBalances(t.Context(), sms)
	require.ErrorIs(t, err, provider.KindAuth)
}
