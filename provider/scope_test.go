package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestM6ScopeText(t *testing.T) {
	t.Parallel()
	for scope, name := range map[provider.Scope]string{provider.ScopeNone: "none", provider.ScopePhone: "phone", provider.ScopeAccount: "account"} {
		text, err := scope.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		back := provider.Scope(99)
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, scope, back)
	}
	for _, scope := range []provider.Scope{-1, 3} {
		_, err := scope.MarshalText()
		require.ErrorContains(t, err, "scope: no such scope: ")
	}
	for _, text := range []string{"", "Phone", "1"} {
		scope := provider.ScopeAccount
		require.ErrorContains(t, scope.UnmarshalText([]byte(text)), "scope: no such scope: ")
		require.Equal(t, provider.ScopeAccount, scope, "a failed read changes nothing")
	}
}
