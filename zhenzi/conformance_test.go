package zhenzi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

var byID = provider.Template{ID: "1", Params: []string{provider.ParamCode}}

func harness(login provider.Template) providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return zhenzisim.New(zhenzisim.Config{AppID: appID, AppSecret: appSecret})
		},
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return zhenzi.New(zhenzi.Config{
				AppID: appID, AppSecret: appSecret, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now, Rand: e.Rand,
			})
		},
		Message:   newMessage("login", "code", "042137"),
		Templates: provider.Templates{"login": login},
		Secrets:   []string{appSecret},
		// A lost reply is followed by one lookup, which sends nothing.
		CountsAsSend: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/send.do") },
	}
}

// TestConformance runs the suite on both ways of sending.
func TestConformance(t *testing.T) {
	t.Parallel()
	for name, login := range map[string]provider.Template{"text": {Text: text}, "template": byID} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, harness(login))
		})
	}
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, harness(byID), wiretest.BareResty()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness(byID)) }
