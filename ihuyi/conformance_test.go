package ihuyi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// TestConformance runs the suite on both interfaces, both ways of sending, and
// both products.
func TestConformance(t *testing.T) {
	t.Parallel()
	mainland, wholeText := newMessage("login", "042137"), provider.Template{Text: text}
	byID := provider.Template{ID: "1", Params: []string{provider.ParamCode}}
	foreign := provider.MustParsePhone("+1 202 555 0123")
	abroad := newMessage("login", "042137")
	abroad.To = foreign
	noBalance := map[string]string{"balance": "no source tells where the newer interface has the balance of international accounts"}
	tests := []struct {
		name          string
		api           ihuyi.API
		international bool
		message       provider.Message
		foreign       provider.Phone
		login         provider.Template
		skip          map[string]string
	}{
		{name: "text", message: mainland, login: wholeText},
		{name: "template", message: mainland, login: byID},
		{name: "international", international: true, message: abroad, foreign: foreign, login: wholeText},
		{name: "newer text", api: ihuyi.APINewer, message: mainland, login: wholeText},
		{name: "newer template", api: ihuyi.APINewer, message: mainland, login: byID},
		{name: "newer international", api: ihuyi.APINewer, international: true, message: abroad, foreign: foreign, login: wholeText, skip: noBalance},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			providertest.Run(t, providertest.Harness{
				Service: func(testing.TB) sim.Service {
					return ihuyisim.New(ihuyisim.Config{Account: account, APIKey: apiKey, International: tt.international})
				},
				New: func(tb testing.TB, e providertest.Endpoint) provider.Provider {
					tb.Helper()
					p, err := ihuyi.New(ihuyi.Config{
						Account: account, APIKey: apiKey, API: tt.api, International: tt.international, Templates: e.Templates,
						BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
					})
					require.NoError(tb, err)
					return p
				},
				Message:   tt.message,
				Templates: provider.Templates{"login": tt.login},
				Foreign:   tt.foreign,
				Unlisted: map[string]provider.Kind{
					"4999": provider.KindUnknown, "200": provider.KindUnknown, "20": provider.KindUnknown, "1": provider.KindUnknown,
				},
				Secrets: []string{apiKey},
				Skip:    tt.skip,
			})
		})
	}
}
