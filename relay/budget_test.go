package relay_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
)

// paid is a service that sends.
type paid struct{}

func (paid) Name() string { return "paid" }

func (paid) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{Provider: "paid"}, nil
}

// TestATextOverBudgetTakesThePaidWay: at once, and the relay, whose budget is free again in a
// month, rests for an hour and not for longer.
func TestATextOverBudgetTakesThePaidWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t, func(cfg *gateway.Config) {
			cfg.Budgets = &gateway.Budgets{SIM: gateway.Budget{RecipientsPerMonth: 1}}
		})
		s.phoneOn()
		chain, err := failover.NewChain(failover.ChainConfig{Name: "chain"},
			failover.Member{Provider: newProvider(t, s.config)}, failover.Member{Provider: paid{}})
		require.NoError(t, err)
		sentBy := func(to string) string {
			start := time.Now()
			m := newMessage()
			m.To, err = provider.ParsePhone(to)
			require.NoError(t, err)
			receipt, err := chain.Send(t.Context(), m)
			require.NoError(t, err)
			require.Less(t, time.Since(start), time.Second)
			return receipt.Provider
		}
		require.Equal(t, "relay", sentBy("+8613800138000"))
		<-time.After(time.Minute)
		require.Equal(t, "paid", sentBy("+8613900139000"))
		require.Equal(t, time.Hour, chain.Members()[0].Cooldown)
		require.Equal(t, "paid", sentBy("+8613800138000"), "the relay rests")
		<-time.After(time.Hour)
		require.Equal(t, "relay", sentBy("+8613800138000"), "it may write again to whom it has written")
	})
}
