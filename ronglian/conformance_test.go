package ronglian_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
	"github.com/cnsms/cnsms/sim"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Harness{
		Service: func(testing.TB) sim.Service { return newService(rongliansim.Config{}) },
		New: func(tb testing.TB, e providertest.Endpoint) provider.Provider {
			p, err := ronglian.New(ronglian.Config{
				AccountSID: accountSID, AuthToken: authToken, AppID: appID, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
			require.NoError(tb, err)
			return p
		},
		Message: provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login",
			Params: provider.Params{provider.ParamCode: "042137"},
		},
		Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}, Text: "Your code is {code}"}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Unlisted: map[string]provider.Kind{
			"0": provider.KindUnknown, "00000": provider.KindUnknown, "0000000": provider.KindUnknown,
			"000001": provider.KindUnknown, "200": provider.KindUnknown, "199999": provider.KindUnknown,
			"160023": provider.KindUnknown, "16003": provider.KindUnknown, "0160038": provider.KindUnknown,
			"+60038": provider.KindUnknown, "160038 ": provider.KindUnknown, "172001": provider.KindUnknown,
			"99999999999999999999": provider.KindUnknown,
		},
		Secrets:       []string{authToken},
		SharedBatchID: true,
	})
}

// newService is the account of newConfig.
func newService(cfg rongliansim.Config) *rongliansim.Service {
	cfg.AccountSID, cfg.AuthToken, cfg.AppID = accountSID, authToken, appID
	return rongliansim.New(cfg)
}

// newSimulated plays the account of newConfig, and returns a provider for it.
func newSimulated(t *testing.T, cfg rongliansim.Config) (*sim.Server, *ronglian.Provider) {
	t.Helper()
	s := sim.New(sim.Config{Now: func() time.Time { return at }}, newService(cfg))
	return s, newProvider(t, newConfig(&http.Client{Transport: s.Transport()}))
}
