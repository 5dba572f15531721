package acme_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

const key, secret = "acme-key", "acme-secret"

func harness() providertest.Harness {
	return providertest.Harness{
		Service: func(testing.TB) sim.Service { return acmesim.New(acmesim.Config{Key: key, Secret: secret}) },
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			return acme.New(acme.Config{
				Key: key, Secret: secret, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
			})
		},
		Message: provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login", Ref: "order-17",
			Params: provider.Params{provider.ParamCode: "042137"},
		},
		Templates: provider.Templates{"login": {ID: "T1", Params: []string{provider.ParamCode}}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Secrets:   []string{secret},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	providertest.Run(t, harness())
}

func BenchmarkSend(b *testing.B) { providertest.BenchmarkSend(b, harness()) }

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness()) }

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
		_, err := provider.ReadStatus(ctx, p, provider.Receipt{Provider: "acme", ID: "text 1"})
		return err
	})
}

// TestIncompleteReply has replies that lack what only Acme's have.
func TestIncompleteReply(t *testing.T) {
	t.Parallel()
	server, p := providertest.Start(t, harness())
	sim.MustInject(t, server, sim.Fault{Effect: sim.EffectReply, Body: []byte(`{"code":"ok"}`), Times: sim.Forever})
	receipt, err := p.Send(t.Context(), harness().Message)
	require.NoError(t, err)
	require.Empty(t, receipt.ID)
	_, err = provider.ReadBalances(t.Context(), p)
	require.ErrorContains(t, err, "yuan: ")
}

func TestLongestValue(t *testing.T) {
	t.Parallel()
	server, p := providertest.Start(t, harness())
	m := harness().Message
	m.Params = provider.Params{"code": strings.Repeat("一", 21)}
	_, err := p.Send(t.Context(), m)
	require.ErrorContains(t, err, `Params["code"]: longer than 20 characters`)
	require.Empty(t, server.Exchanges())
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := acme.New(acme.Config{Templates: provider.Templates{"login": {Sign: "Acme"}}})
	for _, field := range []string{"Key: ", "Secret: ", `Templates["login"].ID: `, `Templates["login"].Sign: `} {
		require.ErrorContains(t, err, field)
	}
}

// Sends a code in memory. Against the real service, leave HTTPClient out.
func Example() {
	server := sim.New(sim.Config{}, acmesim.New(acmesim.Config{Key: "key", Secret: "secret"}))
	defer server.Close()
	p, err := acme.New(acme.Config{
		Key: "key", Secret: "secret",
		Templates:  provider.Templates{"login": {ID: "T1", Params: []string{"code"}}},
		HTTPClient: &http.Client{Transport: server.Transport()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := p.Send(context.Background(), provider.Message{
		To: provider.MustParsePhone("+86 138-0013-8000"), Template: "login", Params: provider.Params{"code": "042137"},
	})
	fmt.Println(receipt.Provider, receipt.To, err)
	// Output: acme 138****8000 <nil>
}
