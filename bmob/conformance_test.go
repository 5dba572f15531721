package bmob_test

import (
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
		New:       build(plain),
		Message:   newMessage("login", nil),
		Templates: provider.Templates{"login": {}},
		Unlisted:  map[string]provider.Kind{"10099": provider.KindUnknown, "0": provider.KindUnknown, "200": provider.KindUnknown},
		Secrets:   []string{restKey},
		Skip:      map[string]string{"missing-parameter": "requestSmsCode takes no parameters: Bmob makes the code and the text"},
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
	return func(tb testing.TB, e providertest.Endpoint) provider.Provider {
		own := cfg
		own.Templates, own.BaseURL, own.Timeout, own.HTTPClient, own.Now = e.Templates, e.BaseURL, e.Timeout, e.HTTPClient, e.Now
		p, err := bmob.New(own)
		require.NoError(tb, err)
		return p
	}
}
