package failover_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// The composers pass the suite that adapters pass, around an adapter and its
// simulator.

const (
	conformAccount = "conformance"
	conformKey     = "conformance-key"
)

func harness(members int, compose func(tb testing.TB, e providertest.Endpoint) (provider.Provider, error)) providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return ihuyisim.New(ihuyisim.Config{Account: conformAccount, APIKey: conformKey})
		},
		New: func(tb testing.TB, e providertest.Endpoint) provider.Provider {
			tb.Helper()
			p, err := compose(tb, e)
			require.NoError(tb, err)
			return p
		},
		Message:   codeMessage,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
		Unlisted:  map[string]provider.Kind{"4999": provider.KindUnknown},
		Secrets:   []string{conformKey},
		Members:   members,
	}
}

// adapter is a member of that name.
func adapter(tb testing.TB, e providertest.Endpoint, name string) failover.Member {
	tb.Helper()
	p, err := ihuyi.New(ihuyi.Config{
		Account: conformAccount, APIKey: conformKey, Name: name, Templates: e.Templates,
		BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
	})
	require.NoError(tb, err)
	return failover.Member{Provider: p}
}

func TestChainConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness(2, func(tb testing.TB, e providertest.Endpoint) (provider.Provider, error) {
		tb.Helper()
		return failover.NewChain(failover.ChainConfig{Now: e.Now}, adapter(tb, e, "one"), adapter(tb, e, "two"))
	}))
}

func TestComposerConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness(2, func(tb testing.TB, e providertest.Endpoint) (provider.Provider, error) {
		tb.Helper()
		return failover.NewComposer(failover.ComposerConfig{First: adapter(tb, e, "first"), Retry: adapter(tb, e, "retry"), Now: e.Now})
	}))
}

func TestRouterConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness(1, func(tb testing.TB, e providertest.Endpoint) (provider.Provider, error) {
		tb.Helper()
		return failover.NewRouter(failover.RouterConfig{Now: e.Now},
			failover.Rule{Countries: []string{"86"}, Provider: adapter(tb, e, "mainland").Provider},
			failover.Rule{Provider: adapter(tb, e, "elsewhere").Provider})
	}))
}
