package acme_test

import (
	"testing"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

const (
	key    = "acme-key"
	secret = "acme-secret"
)

func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return acmesim.New(acmesim.Config{Key: key, Secret: secret}) },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return acme.New(acme.Config{
				Key: key, Secret: secret, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
		},
		Message: provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login", Ref: "order-17",
			Params: provider.Params{provider.ParamCode: "042137"},
		},
		Templates: provider.Templates{"login": {ID: "T1", Params: []string{provider.ParamCode}}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Secrets:   []string{secret},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness())
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, harness()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }
