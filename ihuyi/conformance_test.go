package ihuyi_test

import (
	"testing"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// harness is for a mainland account that sends whole texts, unless adjusted.
func harness(adjust func(cfg *ihuyi.Config)) providertest.Harness {
	adjusted := func(cfg ihuyi.Config) ihuyi.Config {
		adjust(&cfg)
		return cfg
	}
	return providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return ihuyisim.New(ihuyisim.Config{
				Account: account, APIKey: apiKey, International: adjusted(ihuyi.Config{}).International,
			})
		},
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return ihuyi.New(adjusted(ihuyi.Config{
				Account: account, APIKey: apiKey, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			}))
		},
		Message:   newMessage("login", "042137"),
		Templates: provider.Templates{"login": {Text: text}},
		Secrets:   []string{apiKey},
	}
}

// TestConformance runs the suite on both interfaces, both ways of sending, and
// both products.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, api := range []ihuyi.API{ihuyi.APIClassic, ihuyi.APINewer} {
		texts := harness(func(cfg *ihuyi.Config) { cfg.API = api })
		byID := texts
		byID.Templates = provider.Templates{"login": {ID: "1", Params: []string{provider.ParamCode}}}
		abroad := harness(func(cfg *ihuyi.Config) { cfg.API, cfg.International = api, true })
		abroad.Foreign = provider.MustParsePhone("+1 202 555 0123")
		abroad.Message.To = abroad.Foreign
		if api == ihuyi.APINewer {
			abroad.Skip = map[string]string{"balance": "no source tells where the newer interface has the balance of international accounts"}
		}
		for name, h := range map[string]providertest.Harness{"text": texts, "template": byID, "international": abroad} {
			t.Run(api.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				providertest.Run(t, h)
			})
		}
	}
}

func BenchmarkSend(b *testing.B) {
	providertest.BenchmarkSend(b, harness(func(*ihuyi.Config) {}), wiretest.BareResty())
}

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness(func(*ihuyi.Config) {})) }
