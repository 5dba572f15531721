package ihuyicodes_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyicodes"
	"github.com/cnsms/cnsms/provider"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	codes := ihuyicodes.Codes()
	require.Len(t, slices.Collect(codes.All()), 31)
	require.True(t, codes.Is("2"))
	for row := range codes.All() {
		require.NotEmpty(t, row.Words, row.Code)
		require.Equal(t, row.Kind == provider.KindThrottled, row.Scope == provider.ScopePhone, row.Code)
	}
	row, ok := codes.Lookup("1112")
	require.True(t, ok)
	require.Equal(t, 3*time.Minute, row.Wait)
}
