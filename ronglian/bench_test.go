package ronglian_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/ronglian"
)

func BenchmarkSend(b *testing.B) {
	reply := providertest.Reply{ContentType: "application/json", Body: []byte(wiretest.Read(b, "reply-accepted.json"))}
	providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
		p, err := ronglian.New(newConfig(client))
		require.NoError(b, err)
		return p
	}, newMessage("login", "042137"), reply)
}

func BenchmarkSendParallel(b *testing.B) {
	reply := providertest.Reply{ContentType: "application/json", Body: []byte(wiretest.Read(b, "reply-accepted.json"))}
	providertest.BenchmarkSendParallel(b, func(baseURL string) provider.Provider {
		cfg := newConfig(nil)
		cfg.BaseURL = baseURL
		p, err := ronglian.New(cfg)
		require.NoError(b, err)
		return p
	}, newMessage("login", "042137"), reply)
}
