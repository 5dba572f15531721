package relay_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/relay"
)

func newBenchmarked(b *testing.B, client *http.Client, baseURL string) *relay.Provider {
	b.Helper()
	cfg := newConfig(client)
	cfg.Rand = nil
	if baseURL != "" {
		cfg.BaseURL = baseURL
	}
	p, err := relay.New(cfg)
	require.NoError(b, err)
	return p
}

func BenchmarkSend(b *testing.B) {
	reply := providertest.Reply{ContentType: "application/json", Body: []byte(wiretest.Read(b, "reply-queued.json"))}
	providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
		return newBenchmarked(b, client, "")
	}, newMessage(), reply)
}

func BenchmarkSendParallel(b *testing.B) {
	reply := providertest.Reply{ContentType: "application/json", Body: []byte(wiretest.Read(b, "reply-queued.json"))}
	providertest.BenchmarkSendParallel(b, func(baseURL string) provider.Provider {
		return newBenchmarked(b, nil, baseURL)
	}, newMessage(), reply)
}
