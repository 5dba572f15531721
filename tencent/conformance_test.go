package tencent_test

import (
	"encoding/json"
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
		Templates:    provider.Templates{"login": {ID: "1110", Params: []string{"code"}}},
		Foreign:      provider.MustParsePhone("+1 202 555 0123"),
		RefusalReply: refusalReply,
		Secrets:      []string{secretID, secretKey},
		Now:          time.Now, // the SDK signs with the system's clock
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness())
}

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }

// newService is the account of newConfig.
func newService(cfg tencentsim.Config) *tencentsim.Service {
	cfg.SecretID, cfg.SecretKey, cfg.AppID = secretID, secretKey, appID
	return tencentsim.New(cfg)
}

// refusalReply is how Tencent refuses one number on the wire.
func refusalReply(code, text string) providertest.Reply {
	body, err := json.Marshal(map[string]any{"Response": map[string]any{
		"SendStatusSet": []any{map[string]any{
			"SerialNo": "", "PhoneNumber": "+8613800138000", "Fee": 0, "SessionContext": "", "Code": code, "Message": text, "IsoCode": "",
		}},
		"RequestId": "a2a3ce6f-3a6b-4412-adcf-c98f6321ade1",
	}})
	if err != nil {
		panic(err)
	}
	return providertest.Reply{ContentType: "application/json", Body: body}
}
