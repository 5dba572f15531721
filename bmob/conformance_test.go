package bmob_test

import (
	"testing"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// harness is for texts and codes of Bmob's own, with credentials as configured.
func harness(cfg bmob.Config) providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return bmobsim.New(bmobsim.Config{AppID: appID, RESTKey: restKey, SecretKey: secretKey, SafeCode: safeCode})
		},
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			own := cfg
			own.Templates, own.BaseURL, own.Timeout, own.HTTPClient = e.Templates, e.BaseURL, e.Timeout, e.HTTPClient
			own.Now, own.Rand = e.Now, e.Rand
			return bmob.New(own)
		},
		Message:   newMessage("login", nil),
		Templates: provider.Templates{"login": {}},
		Secrets:   []string{restKey},
		Skip:      map[string]string{"missing-parameter": "requestSmsCode takes no parameters: Bmob makes the code and the text"},
	}
}

var plain = bmob.Config{AppID: appID, RESTKey: restKey}

// textHarness is for templates that the caller fills.
func textHarness() providertest.Harness {
	h := harness(plain)
	h.Message = newMessage("order", provider.Params{"code": "042137"})
	h.Templates = provider.Templates{"order": {ID: "订单", Params: []string{"code"}}}
	h.Skip = nil
	return h
}

func TestConformance(t *testing.T) {
	t.Parallel()
	signing := harness(bmob.Config{SecretKey: secretKey, SafeCode: safeCode, VerifyInBody: true})
	signing.Secrets = []string{secretKey, safeCode}
	for name, h := range map[string]providertest.Harness{
		"requestSmsCode": harness(plain), "signed": signing, "requestSms": textHarness(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, h)
		})
	}
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, textHarness(), wiretest.BareResty()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness(plain)) }
