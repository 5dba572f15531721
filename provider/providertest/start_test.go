package providertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/providertest"
)

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
