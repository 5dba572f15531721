package ronglian_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestTrialTakesCodesOfUpToFourDigits(t *testing.T) {
	t.Parallel()
	p := newProvider(t, nil, trial)
	require.NoError(t, provider.CheckCode(p, "login", 4))
	require.ErrorContains(t, provider.CheckCode(p, "login", 6), "up to 4 digits")
	require.NoError(t, provider.CheckCode(p, "other", 6), "a template that is not mapped")
	require.NoError(t, provider.CheckCode(newProvider(t, nil), "login", 8))
}
