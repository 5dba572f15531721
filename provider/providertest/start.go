package providertest

import (
	"net/http"
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// Start returns a provider and the simulated service that it talks to, in memory and
// with the clock of the harness, for an adapter's own tests: they script faults, and
// look at what arrived.
func Start(t testing.TB, h Harness) (*sim.Server, provider.Provider) {
	t.Helper()
	h, err := h.complete()
	if err != nil {
		t.Fatalf("providertest: the harness is not usable:\n%v", err)
	}
	if h.Service == nil {
		t.Fatal("providertest: Harness.Service: must not be nil")
	}
	server := sim.New(sim.Config{Now: h.Now}, h.Service(t))
	t.Cleanup(server.Close)
	return server, newProvider(t, h, endpointOf(h, memoryURL, &http.Client{Transport: server.Transport()}))
}
