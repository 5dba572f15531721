package failover_test

import (
	"testing"

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

func harness(members int, compose func(e providertest.Endpoint) (provider.Provider, error)) providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return ihuyisim.New(ihuyisim.Config{Account: conformAccount, APIKey: conformKey})
		},
		New:       compose,
		Message:   codeMessage,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
		Secrets:   []string{conformKey},
		Members:   members,
	}
}

// members are adapters of those names. Their configuration is known to be good.
func members(e providertest.Endpoint, names ...string) []failover.Member {
	all := make([]failover.Member, len(names))
	for i, name := range names {
		p, err := ihuyi.New(ihuyi.Config{
			Account: conformAccount, APIKey: conformKey, Name: name, Templates: e.Templates,
			BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
		})
		if err != nil {
			panic(err)
		}
		all[i] = failover.Member{Provider: p}
	}
	return all
}

func TestChainConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness(2, func(e providertest.Endpoint) (provider.Provider, error) {
		return failover.NewChain(failover.ChainConfig{Now: e.Now}, members(e, "one", "two")...)
	}))
}

func TestComposerConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness(2, func(e providertest.Endpoint) (provider.Provider, error) {
		m := members(e, "first", "retry")
		return failover.NewComposer(failover.ComposerConfig{First: m[0], Retry: m[1], Now: e.Now})
	}))
}

func TestRouterConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness(1, func(e providertest.Endpoint) (provider.Provider, error) {
		m := members(e, "mainland", "elsewhere")
		return failover.NewRouter(failover.RouterConfig{Now: e.Now},
			failover.Rule{Countries: []string{"86"}, Provider: m[0].Provider}, failover.Rule{Provider: m[1].Provider})
	}))
}
