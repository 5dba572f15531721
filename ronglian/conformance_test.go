package ronglian_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return newService(rongliansim.Config{}) },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return ronglian.New(ronglian.Config{
				AccountSID: accountSID, AuthToken: authToken, AppID: appID, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
		},
		Message: provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login",
			Params: provider.Params{provider.ParamCode: "042137"},
		},
		Templates:     provider.Templates{"login": {ID: "1", Params: []string{"code"}, Text: "Your code is {code}"}},
		Foreign:       provider.MustParsePhone("+1 202 555 0123"),
		Secrets:       []string{authToken},
		SharedBatchID: true,
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness())
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, harness(), wiretest.BareResty()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }

// newService is the account of newConfig.
func newService(cfg rongliansim.Config) *rongliansim.Service {
	cfg.AccountSID, cfg.AuthToken, cfg.AppID = accountSID, authToken, appID
	return rongliansim.New(cfg)
}

// newSimulated plays the account of newConfig, and returns a provider for it.
func newSimulated(t *testing.T, cfg rongliansim.Config) (*sim.Server, *ronglian.Provider) {
	t.Helper()
	s := sim.New(sim.Config{Now: func() time.Time { return at }}, newService(cfg))
	return s, newProvider(t, &http.Client{Transport: s.Transport()})
}
