package ronglian_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
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
			name: "the code occurs in the token", code: "7654", reply: `{"statusCode":"111143","statusMsg":"` + authToken + ` 7654"}`,
			want: "ronglian: send: auth: 111143: *** ***",
		},
		{
			name: "the code occurs in the signature", code: "BD3B", reply: `{"statusCode":"111109","statusMsg":"` + sig + `"}`,
			want: "ronglian: send: auth: 111109: ***",
		},
		{
			name: "the token as the code", code: "4653", reply: `{"statusCode":"` + authToken + `"}`,
			want: "ronglian: send: unknown: ***",
		},
		{
			name: "the number as the code", code: "4653", reply: `{"statusCode":13800000000}`,
			want: "ronglian: send: unknown: ***",
		},
		{
			name: "a listed code stays verbatim", code: "160038", reply: `{"statusCode":"160038","statusMsg":"x"}`,
			want: "ronglian: send: throttled by phone: 160038: x",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login", tt.code))
			require.EqualError(t, err, tt.want)
		})
	}
}

// TestBatchRefusalTellsNoNumber uses a code that occurs in the numbers.
func TestBatchRefusalTellsNoNumber(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"160042","statusMsg":"13800000000,13800000001 1380"}`}
	results, err := newProvider(t, newConfig(stub.Client())).SendBatch(t.Context(), newMessage("login", "1380"), phones(2))
	require.NoError(t, err)
	for _, result := range results {
		require.EqualError(t, result.Err, "ronglian: send: recipient: 160042: ***,*** ***")
		require.False(t, provider.MayHaveSent(result.Err))
	}
}
