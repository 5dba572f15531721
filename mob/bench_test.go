package mob_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

func BenchmarkSend(b *testing.B) {
	cfg := newConfig(nil)
	cfg.Rand = nil // the one that programs have
	providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
		return benchmarked(b, cfg, "", client)
	}, newMessage("login", nil), accepted(b))
}

func BenchmarkSendParallel(b *testing.B) {
	cfg := newConfig(nil)
	cfg.Rand = nil
	providertest.BenchmarkSendParallel(b, func(baseURL string) provider.Provider {
		return benchmarked(b, cfg, baseURL, nil)
	}, newMessage("login", nil), accepted(b))
}

func benchmarked(b *testing.B, cfg mob.Config, baseURL string, client *http.Client) provider.Provider {
	b.Helper()
	cfg.BaseURL, cfg.HTTPClient = baseURL, client
	p, err := mob.New(cfg)
	require.NoError(b, err)
	return p
}

func accepted(b *testing.B) providertest.Reply {
	b.Helper()
	return providertest.Reply{ContentType: "text/plain; charset=utf-8", Body: []byte(wiretest.Read(b, "reply-done.json"))}
}
