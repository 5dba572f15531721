package tencent_test

import (
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return newService(tencentsim.Config{Deliver: true}) },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return tencent.New(tencent.Config{
				SecretID: secretID, SecretKey: secretKey, AppID: appID, Sign: "示例签名", Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
		},
		Message: provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login",
			Params: provider.Params{provider.ParamCode: "042137"},
		},
		Templates: provider.Templates{"login": {ID: "1110", Params: []string{"code"}}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Secrets:   []string{secretID, secretKey},
		Now:       time.Now, // the SDK signs with the system's clock
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness())
}

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }

// start starts a simulated account and a provider for it.
func start(t testing.TB, service *tencentsim.Service) (*tencent.Provider, *sim.Server) {
	t.Helper()
	server := sim.Start(t, service)
	cfg := newConfig(nil)
	cfg.BaseURL = server.URL()
	return newProvider(t, cfg), server
}

// newService is the account of newConfig.
func newService(cfg tencentsim.Config) *tencentsim.Service {
	cfg.SecretID, cfg.SecretKey, cfg.AppID = secretID, secretKey, appID
	return tencentsim.New(cfg)
}
