package zhenzi_test

import (
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/zhenzi"
)

var acceptedReply = providertest.Reply{
	ContentType: "application/json; charset=utf-8", Body: []byte(`{"code":0,"data":"发送成功"}`),
}

// newBenchmarked is a provider with the default source of random bytes.
func newBenchmarked(b *testing.B, client *http.Client, baseURL string) *zhenzi.Provider {
	b.Helper()
	cfg := newConfig(client)
	cfg.Rand, cfg.BaseURL = nil, baseURL
	p, err := zhenzi.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func BenchmarkSend(b *testing.B) {
	for name, m := range map[string]provider.Message{
		"text":     newMessage("login", "code", "042137"),
		"template": newMessage("byID", "code", "042137", "minutes", "5分钟"),
	} {
		b.Run(name, func(b *testing.B) {
			providertest.BenchmarkSend(b, func(client *http.Client) provider.Provider {
				return newBenchmarked(b, client, "")
			}, m, acceptedReply)
		})
	}
}

func BenchmarkSendParallel(b *testing.B) {
	providertest.BenchmarkSendParallel(b, func(baseURL string) provider.Provider {
		return newBenchmarked(b, nil, baseURL)
	}, newMessage("login", "code", "042137"), acceptedReply)
}
