package ihuyi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return ihuyisim.New(ihuyisim.Config{Account: account, APIKey: apiKey})
		},
		New: func(tb testing.TB, e providertest.Endpoint) provider.Provider {
			p, err := ihuyi.New(ihuyi.Config{
				Account: account, APIKey: apiKey, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
			require.NoError(tb, err)
			return p
		},
		Message:      newMessage("login", "042137"),
		Templates:    provider.Templates{"login": {Text: text}},
		RefusalReply: refusalReply,
		Unlisted:     map[string]provider.Kind{"4999": provider.KindUnknown, "200": provider.KindUnknown, "20": provider.KindUnknown},
		Secrets:      []string{apiKey},
	})
}

// refusalReply is how Ihuyi refuses on the wire.
func refusalReply(code, text string) providertest.Reply {
	body, err := json.Marshal(map[string]any{"code": json.Number(code), "msg": text, "smsid": "0"})
	if err != nil {
		panic(err)
	}
	return providertest.Reply{ContentType: "application/json; charset=utf-8", Body: body}
}
