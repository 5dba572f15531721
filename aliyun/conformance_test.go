package aliyun_test

import (
	"testing"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// newAccount is the simulated account of newConfig and newVerificationConfig.
func newAccount(cfg aliyunsim.Config) *aliyunsim.Service {
	cfg.AccessKeyID, cfg.AccessKeySecret = keyID, keySecret
	return aliyunsim.New(cfg)
}

// harness is for 短信服务.
func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return newAccount(aliyunsim.Config{Deliver: true}) },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return aliyun.New(aliyun.Config{
				AccessKeyID: keyID, AccessKeySecret: keySecret, Sign: "示例签名", Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now, Rand: e.Rand,
			})
		},
		Message:       login,
		Templates:     provider.Templates{"login": {ID: "SMS_154950909", Params: []string{"code"}}},
		Foreign:       provider.MustParsePhone("+1 202 555 0123"),
		Secrets:       []string{keyID, keySecret},
		SharedBatchID: true,
	}
}

// codeHarness is for 短信认证 with the caller's codes.
func codeHarness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return newAccount(aliyunsim.Config{Deliver: true}).Verification() },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return aliyun.NewVerification(aliyun.VerificationConfig{
				AccessKeyID: keyID, AccessKeySecret: keySecret, Sign: "速通互联验证码", Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now, Rand: e.Rand,
			})
		},
		Message:   newMessage("login", provider.Params{"code": "042137", "min": "5"}),
		Templates: provider.Templates{"login": {ID: "100001", Params: []string{"code", "min"}}},
		Secrets:   []string{keyID, keySecret},
	}
}

// ownCodeHarness is for 短信认证 with codes of the service's own.
func ownCodeHarness() providertest.Harness {
	h := codeHarness()
	h.Message = newMessage("login", nil)
	h.Templates = provider.Templates{"login": {ID: "100001"}}
	h.Skip = map[string]string{"missing-parameter": "the service makes the code, and minutes are the configuration's"}
	return h
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]providertest.Harness{
		"texts": harness(), "codes": codeHarness(), "own-codes": ownCodeHarness(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, h)
		})
	}
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, harness(), wiretest.BareResty()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }

func FuzzVerificationReply(f *testing.F) { providertest.FuzzReply(f, codeHarness()) }
