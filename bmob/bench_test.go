package bmob_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

func BenchmarkSend(b *testing.B) {
	providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
		return benchmarked(b, "", client)
	}, newMessage("register", nil), accepted(b))
}

func BenchmarkSendParallel(b *testing.B) {
	providertest.BenchmarkSendParallel(b, func(baseURL string) provider.Provider {
		return benchmarked(b, baseURL, nil)
	}, newMessage("register", nil), accepted(b))
}

func benchmarked(b *testing.B, baseURL string, client *http.Client) provider.Provider {
	b.Helper()
	cfg := newConfig(client)
	cfg.BaseURL = baseURL
	p, err := bmob.New(cfg)
	require.NoError(b, err)
	return p
}

func accepted(b *testing.B) providertest.Reply {
	b.Helper()
	return providertest.Reply{ContentType: "application/json", Body: []byte(wiretest.Read(b, "reply-accepted.json"))}
}
