package acme_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

func BenchmarkSend(b *testing.B) {
	body, err := os.ReadFile("testdata/reply-accepted.json")
	require.NoError(b, err)
	reply := providertest.Reply{ContentType: "application/json", Body: body}
	providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
		p, err := acme.New(acme.Config{
			Key: key, Secret: secret, HTTPClient: client,
			Templates: provider.Templates{"login": {ID: "T1", Params: []string{provider.ParamCode}}},
		})
		require.NoError(b, err)
		return p
	}, newMessage(), reply)
}
