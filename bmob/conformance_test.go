package bmob_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	plain := bmob.Config{AppID: appID, RESTKey: restKey}
	harness := providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return bmobsim.New(bmobsim.Config{AppID: appID, RESTKey: restKey, SecretKey: secretKey, SafeCode: safeCode})
		},
		New:          build(plain),
		Message:      newMessage("login", nil),
		Templates:    provider.Templates{"login": {}},
		RefusalReply: refusalReply,
		Secrets:      []string{restKey},
		Skip:         map[string]string{"missing-parameter": "requestSmsCode takes no parameters: Bmob makes the code and the text"},
	}
	t.Run("requestSmsCode", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, harness)
	})

	signing := harness
	signing.New = build(bmob.Config{SecretKey: secretKey, SafeCode: safeCode, VerifyInBody: true})
	signing.Secrets = []string{secretKey, safeCode}
	t.Run("signed", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, signing)
	})

	text := harness
	text.Message = newMessage("order", provider.Params{"code": "042137"})
	text.Templates = provider.Templates{"order": {ID: "订单", Params: []string{"code"}}}
	text.Skip = nil
	t.Run("requestSms", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, text)
	})
}

func build(cfg bmob.Config) func(testing.TB, providertest.Endpoint) provider.Provider {
	return func(e providertest.Endpoint) (provider.Provider, error) {
		own := cfg
		own.Templates, own.BaseURL, own.Timeout, own.HTTPClient, own.Now = e.Templates, e.BaseURL, e.Timeout, e.HTTPClient, e.Now
		return bmob.New(own)
	}
}

// refusalReply is how Bmob refuses on the wire.
func refusalReply(code, text string) providertest.Reply {
	answer, status := map[string]any{"code": json.Number(code), "error": text}, http.StatusBadRequest
	if code == "401" || code == "500" {
		delete(answer, "code")
		status, _ = strconv.Atoi(code)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return providertest.Reply{Status: status, ContentType: "application/json; charset=utf-8", Body: body}
}
