package fake_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestVerifier(t *testing.T) {
	t.Parallel()
	sms := &fake.Verifier{}
	r, err := sms.Send(t.Context(), provider.Message{To: anna, Template: "login"})
	require.NoError(t, err)
	require.Equal(t, provider.CodeByProvider, r.Code)
	require.Equal(t, "100001", sms.CodeFor(anna))

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = provider.Verify(ended, sms, r, "100001")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.ErrorIs(t, provider.Verify(t.Context(), sms, r, "100002"), provider.KindCodeMismatch)
	require.NoError(t, provider.Verify(t.Context(), sms, r, "100001"))
	require.ErrorIs(t, provider.Verify(t.Context(), sms, r, "100001"), provider.KindCodeExpired, "a code is used once")

	r, err = sms.Send(t.Context(), provider.Message{To: anna, Template: "login"})
	require.NoError(t, err)
	require.Equal(t, "100002", sms.CodeFor(anna))
	sms.Reset()
	require.ErrorIs(t, provider.Verify(t.Context(), sms, r, "100002"), provider.KindCodeExpired, "a code is forgotten")
}

func TestVerifierFails(t *testing.T) {
	t.Parallel()
	sms := &fake.Verifier{VerifyErr: &provider.Error{Provider: "fake", Op: provider.OpVerify, Kind: provider.KindUnavailable}}
	r, err := sms.Send(t.Context(), provider.Message{To: anna, Template: "login"})
	require.NoError(t, err)
	require.ErrorIs(t, provider.Verify(t.Context(), sms, r, sms.CodeFor(anna)), provider.KindUnavailable)
}
