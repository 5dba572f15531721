package otp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

func TestStartSendCheck(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	v, err := s.Start(t.Context(), start())
	require.NoError(t, err)
	require.True(t, v.Sent)
	require.Equal(t, otp.Pending, v.State)

	code := sms.ExpectCode(t, phone)
	require.Len(t, code, 6)
	_, err = s.Check(t.Context(), check(v.ID, other(code)))
	require.ErrorIs(t, err, otp.WrongCode)

	done, err := s.Check(t.Context(), check(v.ID, " "+code[:3]+" "+code[3:]))
	require.NoError(t, err)
	require.Equal(t, phone, done.Phone)
	require.Equal(t, "login", done.Purpose)

	_, err = s.Check(t.Context(), check(v.ID, code))
	require.ErrorIs(t, err, otp.Used)
}
