package aliyun_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func TestVerificationTakesCodesOfFourToEightDigits(t *testing.T) {
	t.Parallel()
	v := wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(nil))
	require.NoError(t, provider.CheckCode(v, "login", 4))
	require.NoError(t, provider.CheckCode(v, "login", 8))
	require.ErrorContains(t, provider.CheckCode(v, "login", 9), "4 to 8 digits")
	require.NoError(t, provider.CheckCode(v, "own", 9), "the service makes the code")
}
