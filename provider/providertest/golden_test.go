package providertest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/providertest"
)

// nonceHarness is for a toy that sends a nonce.
func nonceHarness() providertest.Harness {
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
	providertest.Golden(t, nonceHarness(), "request-toy.http", nil)
}
