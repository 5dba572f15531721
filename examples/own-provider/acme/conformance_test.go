package acme_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return acmesim.New(acmesim.Config{Key: key, Secret: secret})
		},
		New: func(tb testing.TB, e providertest.Endpoint) provider.Provider {
			p, err := acme.New(acme.Config{
				Key: key, Secret: secret, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
			require.NoError(tb, err)
			return p
		},
		Message:   newMessage(),
		Templates: provider.Templates{"login": {ID: "T1", Params: []string{provider.ParamCode}}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Unlisted:  map[string]provider.Kind{"OK": provider.KindUnknown, "okay": provider.KindUnknown, "200": provider.KindUnknown},
		Secrets:   []string{secret},
	})
}
