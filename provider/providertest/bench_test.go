package providertest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

var accepted = providertest.Reply{ContentType: "application/json", Body: []byte(`{"result":"OK","id":"toy-1"}`)}

func BenchmarkSend(b *testing.B) {
	providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
		return newToy(providertest.Endpoint{
			BaseURL: "http://toy.invalid", HTTPClient: client, Now: time.Now, Templates: toyHarness(flaw{}).Templates,
		}, flaw{})
	}, toyMessage, accepted)
}

func BenchmarkSendParallel(b *testing.B) {
	providertest.BenchmarkSendParallel(b, func(baseURL string) provider.Provider {
		return newToy(providertest.Endpoint{BaseURL: baseURL, Now: time.Now, Templates: toyHarness(flaw{}).Templates}, flaw{})
	}, toyMessage, accepted)
}
