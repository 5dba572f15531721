package acme_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

// TestRequest compares with the requests of testdata/README.md.
func TestRequest(t *testing.T) {
	t.Parallel()
	h := harness()
	h.Now = func() time.Time { return time.Unix(1700000000, 0) }
	providertest.Golden(t, h, "request-send.http", nil)
	providertest.Golden(t, h, "request-balance.http", func(ctx context.Context, p provider.Provider) error {
		_, err := provider.ReadBalances(ctx, p)
		return err
	})
	providertest.Golden(t, h, "request-status.http", func(ctx context.Context, p provider.Provider) error {
		_, err := provider.ReadStatus(ctx, p, provider.Receipt{Provider: "acme", ID: "text-1"})
		return err
	})
}

func TestLongestValue(t *testing.T) {
	t.Parallel()
	p, err := harness().New(providertest.Endpoint{Templates: harness().Templates})
	require.NoError(t, err)
	m := harness().Message
	m.Params = provider.Params{"code": "一二三四五六七八九十一二三四五六七八九十一"}
	_, err = p.Send(t.Context(), m)
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, `acme: send: template: Params["code"]: longer than 20 characters`)
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := acme.New(acme.Config{
		Templates: provider.Templates{"text": {Text: "{code}"}, "sign": {ID: "1", Sign: "Acme"}},
		BaseURL:   "http://text.acme.example", Timeout: -1,
	})
	for _, field := range []string{"Key: ", "Secret: ", `Templates["text"].ID: `, `Templates["sign"].Sign: `, "BaseURL: ", "Timeout: "} {
		require.ErrorContains(t, err, field)
	}
}
