package gateway_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

func TestQuotaError(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, &gateway.QuotaError{RetryAt: noon}, "2026-11-21T12:00:00Z")
}
