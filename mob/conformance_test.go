package mob_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	account := func() *mobsim.Service { return mobsim.New(mobsim.Config{AppKey: appKey}) }
	harness := providertest.Harness{
		New: func(tb testing.TB, e providertest.Endpoint) provider.Provider {
			p, err := mob.New(mob.Config{
				AppKey: appKey, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
			require.NoError(tb, err)
			return p
		},
		Foreign: provider.MustParsePhone("+1 202 555 0123"),
		Secrets: []string{appKey},
	}

	ownText := harness
	ownText.Service = func(testing.TB) sim.Service { return account() }
	ownText.Message = newMessage("login", nil)
	ownText.Templates = provider.Templates{"login": {}}
	ownText.Unlisted = map[string]provider.Kind{"481": provider.KindUnknown, "201": provider.KindUnknown, "20": provider.KindUnknown}
	ownText.Skip = map[string]string{"missing-parameter": "sendmsg takes no parameters: Mob makes the code and the text"}
	t.Run("sendmsg", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, ownText)
	})

	custom := harness
	custom.Service = func(testing.TB) sim.Service { return account().Custom() }
	custom.Message = newMessage("order", provider.Params{"code": "042137"})
	custom.Templates = provider.Templates{"order": {ID: "1001", Params: []string{"code"}}}
	custom.Unlisted = map[string]provider.Kind{"219": provider.KindUnknown, "470": provider.KindUnknown, "20": provider.KindUnknown}
	t.Run("custom", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, custom)
	})
}
