package ihuyi_test

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
		sent              bool
	}{
		{
			name: "the code occurs in the key", code: "0123", reply: `{"code":405,"msg":"` + apiKey + ` 0123"}`,
			want: "ihuyi: send: auth: 405: *** ***; remedy: check Config.Account and Config.APIKey: each product has its own",
		},
		{
			name: "the dynamic password", code: "1234", reply: `{"code":40502,"msg":"680adc17eee8876563df6588a1551578"}`,
			want: "ihuyi: send: auth: 40502: ***; remedy: check Config.APIKey, then the server's clock",
		},
		{
			name: "the number as an unlisted code", code: "1234", reply: `{"code":13800000000,"msg":"x"}`,
			want: "ihuyi: send: unknown: ***: x (may have been sent)", sent: true,
		},
		{
			name: "the one-time code as an unlisted code", code: "1234", reply: `{"code":"1234","msg":"x"}`,
			want: "ihuyi: send: unknown: ***: x (may have been sent)", sent: true,
		},
		{
			name: "a listed code stays verbatim", code: "4051", reply: `{"code":4051,"msg":"x"}`,
			want: "ihuyi: send: balance: 4051: x; remedy: top up in the console",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply}
			_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login", tt.code))
			require.EqualError(t, err, tt.want)
			require.Equal(t, tt.sent, provider.MayHaveSent(err))
		})
	}
}
