package credential_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/credential"
)

func TestIsClean(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "AKIDz8krbsJ5", "a+b/c==", "~!@#$%^&*()_+|", `"'\`} {
		require.True(t, credential.IsClean(text), "%q", text)
	}
	for _, text := range []string{" ", "a b", "a\n", "\ta", "a\x00", "a\x7f", "a\u00a0", "\u200ba", "a\ufeff", "é", "１", "\xff"} {
		require.False(t, credential.IsClean(text), "%q", text)
	}
}
