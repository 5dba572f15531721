package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestSendManyGoesThroughTheFirstThatCan(t *testing.T) {
	t.Parallel()
	first, second := newAble("first"), newAble("second")
	to := []provider.Phone{provider.MustParsePhone(someNumber), provider.MustParsePhone("+85251234567")}
	results, err := provider.SendMany(t.Context(), tree(first, second), provider.Message{Template: "news"}, to)
	require.NoError(t, err)
	require.Len(t, results, 2)
	for i, result := range results {
		require.NoError(t, result.Err)
		require.Equal(t, to[i], result.To)
		require.Equal(t, "first", result.Receipt.Provider)
	}
	require.Empty(t, second.asked)
}
