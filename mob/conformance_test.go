package mob_test

import (
	"testing"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// harness is for texts and codes of Mob's own.
func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return mobsim.New(mobsim.Config{AppKey: appKey}) },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return mob.New(mob.Config{
				AppKey: appKey, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now, Rand: e.Rand,
			})
		},
		Message:   newMessage("login", nil),
		Templates: provider.Templates{"login": {}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Secrets:   []string{appKey},
		Skip:      map[string]string{"missing-parameter": "sendmsg takes no parameters: Mob makes the code and the text"},
	}
}

// customHarness is for templates that the caller fills.
func customHarness() providertest.Harness {
	h := harness()
	h.Service = func(testing.TB) sim.Service { return mobsim.New(mobsim.Config{AppKey: appKey}).Custom() }
	h.Message = newMessage("order", provider.Params{"code": "042137"})
	h.Templates = provider.Templates{"order": {ID: "1001", Params: []string{"code"}}}
	h.Skip = nil
	return h
}

func TestConformance(t *testing.T) {
	t.Parallel()
	t.Run("sendmsg", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, harness())
	})
	t.Run("custom", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, customHarness())
	})
}

func BenchmarkSend(b *testing.B) {
	providertest.BenchmarkSend(b, customHarness(), wiretest.BareResty())
}

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }
