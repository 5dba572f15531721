package acme_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service {
			return acmesim.New(acmesim.Config{Key: key, Secret: secret})
		},
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return acme.New(acme.Config{
				Key: key, Secret: secret, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
		},
		Message:      newMessage(),
		Templates:    provider.Templates{"login": {ID: "T1", Params: []string{provider.ParamCode}}},
		Foreign:      provider.MustParsePhone("+1 202 555 0123"),
		RefusalReply: refusalReply,
		Secrets:      []string{secret},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness())
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, harness()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }

// refusalReply is how Acme refuses on the wire.
func refusalReply(code, text string) providertest.Reply {
	body, err := json.Marshal(map[string]string{"code": code, "message": text})
	if err != nil {
		panic(err)
	}
	return providertest.Reply{Status: http.StatusUnprocessableEntity, ContentType: "application/json", Body: body}
}
