package provider_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestKindNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range provider.Kinds() {
		require.NotEmpty(t, kind.String())
		require.NotContains(t, kind.String(), "Kind(")
		require.False(t, seen[kind.String()], "two kinds are called %q", kind)
		seen[kind.String()] = true
	}
	require.Equal(t, "Kind(14)", provider.Kind(len(provider.Kinds())).String())
	require.Equal(t, "Kind(99)", provider.Kind(99).String())
	require.Equal(t, "Kind(-1)", provider.Kind(-1).String())
}

func TestKindText(t *testing.T) {
	t.Parallel()
	for _, kind := range provider.Kinds() {
		text, err := kind.MarshalText()
		require.NoError(t, err)
		require.Equal(t, kind.String(), string(text))

		back := provider.KindConfig
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, kind, back)
	}
}

func TestKindTextRefuses(t *testing.T) {
	t.Parallel()
	for _, kind := range []provider.Kind{-1, provider.Kind(len(provider.Kinds()))} {
		_, err := kind.MarshalText()
		require.ErrorContains(t, err, "kind: no such kind: "+fmt.Sprint(int(kind)))
	}
	for _, text := range []string{"", "Balance", "4", "Kind(4)"} {
		kind := provider.KindBalance
		require.EqualError(t, kind.UnmarshalText([]byte(text)), fmt.Sprintf("kind: no such kind: %q", text))
		require.Equal(t, provider.KindBalance, kind, "a failed read changes nothing")
	}
}
