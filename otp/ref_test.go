package otp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// TestParseRefReadsWhatGoesOut: a text's Ref names its verification and its number, and
// nothing else passes for one.
func TestParseRefReadsWhatGoesOut(t *testing.T) {
	t.Parallel()
	s, sms := newService(t)
	v := started(t, s)
	ref := sms.Attempts()[0].Message.Ref
	id, number, ok := otp.ParseRef(ref)
	require.True(t, ok)
	require.Equal(t, v.ID, id)
	require.Equal(t, 1, number)
	for _, bad := range []string{"", "order-17", ref[:27], ref + "1", ref[:26] + "00", ref[:26] + "-1", ref[:26] + "+1", ref[:26] + "1 "} {
		_, _, ok := otp.ParseRef(bad)
		require.False(t, ok, bad)
	}
}
