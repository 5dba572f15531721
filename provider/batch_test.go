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

// What a batch has half sent another provider must not send again.
func TestSendManyDoesNotFailOver(t *testing.T) {
	t.Parallel()
	first, second := newAble("first"), newAble("second")
	first.failure = &provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}
	_, err := provider.SendMany(t.Context(), tree(first, second), provider.Message{Template: "news"}, []provider.Phone{provider.MustParsePhone(someNumber)})
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.Equal(t, []string{"batch news"}, first.asked, "once")
	require.Empty(t, second.asked)
}
