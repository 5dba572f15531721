package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/provider"
)

// TestC12EveryKnownCauseHasARemedy: a service that refuses the credentials, or has no
// money left to send for, has a cause that a person can remove.
func TestC12EveryKnownCauseHasARemedy(t *testing.T) {
	t.Parallel()
	for _, adapter := range catalog.Adapters() {
		for row := range adapter.Codes.All() {
			if row.Kind == provider.KindAuth || row.Kind == provider.KindBalance {
				require.NotEmpty(t, row.Remedy, "%s: %s", adapter.Name, row.Code)
				require.NotEmpty(t, row.RemedyZH, "%s: %s", adapter.Name, row.Code)
			}
		}
	}
}
