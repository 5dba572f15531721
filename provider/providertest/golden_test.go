package providertest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/providertest"
)

// nonceHarness is for a toy that sends a nonce.
func nonceHarness(t *testing.T) providertest.Harness {
	t.Helper()
	h := toyHarness(flaw{})
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		e.BaseURL = "https://toy.invalid"
		nonce, err := adapter.NewID(e.Rand)
		return newToy(e, flaw{wire: func(r *http.Request) {
			r.Header.Set("Toy-Nonce", nonce)
			r.Header.Set("Toy-Time", e.Now().UTC().Format(time.DateOnly))
		}}), err
	}
	return h
}

// TestGoldenIsTheSameEveryTime: neither the clock nor chance is in a golden.
func TestGoldenIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	providertest.Golden(t, nonceHarness(t), "request-toy.http", nil)
}

func TestStart(t *testing.T) {
	t.Parallel()
	server, p := providertest.Start(t, toyHarness(flaw{}))
	receipt, err := p.Send(t.Context(), toyMessage)
	require.NoError(t, err)
	require.Len(t, server.Texts(), 1)
	require.Equal(t, receipt.ID, server.Texts()[0].ID)
	require.True(t, receipt.At.Equal(server.Texts()[0].At), "both have the clock of the harness")
}

func TestStartWithoutService(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.Service = nil
	r := record(t, func(r *recorder) { providertest.Start(r, h) })
	require.Contains(t, r.text(), "Harness.Service: must not be nil")
	h.New = nil
	r = record(t, func(r *recorder) { providertest.Start(r, h) })
	require.Contains(t, r.text(), "Harness.New: must not be nil")
}
