package adapter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

var (
	first   = provider.MustParsePhone("13800138000")
	second  = provider.MustParsePhone("13900139000")
	foreign = provider.MustParsePhone("+1 202 555 0123")
)

func TestPhones(t *testing.T) {
	t.Parallel()
	call := newClient(t, adapter.Config{}).NewSend(provider.Message{})
	require.NoError(t, call.Phones([]provider.Phone{first}))
	for want, to := range map[string][]provider.Phone{"to: no phone numbers": nil, "to[1]: no phone number": {first, {}}} {
		err := call.Phones(to)
		require.ErrorIs(t, err, provider.KindRecipient)
		require.ErrorContains(t, err, want)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	require.Empty(t, adapter.Parts(nil, 2))
	require.Equal(t, [][]provider.Phone{{first}, {second}, {foreign}}, adapter.Parts([]provider.Phone{first, foreign, first, second}, 1))
	require.Equal(t, [][]provider.Phone{{first, second}, {foreign}}, adapter.Parts([]provider.Phone{foreign, first, second, foreign}, 2))
}

func TestResults(t *testing.T) {
	t.Parallel()
	one, two := provider.BatchResult{To: first}, provider.BatchResult{To: second}
	got := adapter.Results([]provider.Phone{second, first, second}, map[provider.Phone]provider.BatchResult{first: one, second: two})
	require.Equal(t, []provider.BatchResult{two, one, two}, got)
}
