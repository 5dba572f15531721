package provider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestCaptchaIssuerIsFoundByAs(t *testing.T) {
	t.Parallel()
	issuer, ok := provider.As[provider.CaptchaIssuer](tree(&plain{"ihuyi"}, newAble("bmob")))
	require.True(t, ok)
	captcha, err := issuer.IssueCaptcha(t.Context())
	require.NoError(t, err)
	require.Equal(t, "bmob", captcha.Token)
}
