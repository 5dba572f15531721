package zhenzi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
)

// TestRefusalTellsNoSecret has the service repeat what must not stand in an
// error, in ways that the suite's own echo does not.
func TestRefusalTellsNoSecret(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code, reply string
		want              string
	}{
		{
			name: "the code occurs in the secret", code: "0000", reply: `{"code":110,"data":"` + appSecret + ` 0000"}`,
			want: "zhenzi: send: auth: 110: *** ***",
		},
		{
			name: "the number as an unlisted code", code: "1234", reply: `{"code":13800000000,"data":"x"}`,
			want: "zhenzi: send: unknown: ***: x",
		},
		{
			name: "a listed code stays verbatim", code: "1000", reply: `{"code":1000,"data":"x"}`,
			want: "zhenzi: send: unavailable: 1000: x",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login", "code", tt.code))
			require.EqualError(t, err, tt.want)
		})
	}
}

// TestLostReplyTellsNoNumber has a caller whose references hold what an error
// must not show. The messageId itself is needed whole to ask later.
func TestLostReplyTellsNoNumber(t *testing.T) {
	t.Parallel()
	p, server := newPair(t, sim.Fault{Effect: sim.EffectReply, Status: http.StatusBadGateway})
	m := newMessage("login", "code", "123456")
	m.Ref = "login 13800000000 123456"
	_, err := p.Send(t.Context(), m)
	require.ErrorContains(t, err, "messageId login *** ***-"+messageID+" was not found")
	var lost *zhenzi.LostReplyError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, m.Ref+"-"+messageID, lost.MessageID)
	for _, printed := range []string{err.Error(), lost.Error(), fmt.Sprintf("%v %s", err, lost)} {
		require.NotContains(t, printed, "13800000000")
		require.NotContains(t, printed, "123456")
	}
	require.Equal(t, sendAndLookup, calls(server))
}
