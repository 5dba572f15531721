package tencent_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

// TestReply covers what only this service has in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	const status = `"SerialNo":"2433:1","PhoneNumber":"+8613800138000"`
	tests := []struct {
		name, reply string
		status      int
		accepted    bool
		noID        bool
		code        string
	}{
		{name: "number without a plus", reply: accepted("8613800138000"), accepted: true},
		{name: "number behind 00", reply: accepted("008613800138000"), accepted: true},
		{name: "bare number", reply: accepted("13800138000"), accepted: true},
		{name: "byte order mark and space", reply: "\xef\xbb\xbf \r\n" + accepted("13800138000") + "\n", accepted: true},
		{name: "unknown members", accepted: true, reply: `{"New":1,"Response":{"New":{},"SendStatusSet":[{` + status + `,"Code":"Ok","New":[]}]}}`},
		{name: "no fee, no request id", accepted: true, reply: `{"Response":{"SendStatusSet":[{` + status + `,"Code":"Ok"}]}}`},

		{name: "accepted without a SerialNo", reply: `{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"13800138000","Code":"Ok"}]}}`, accepted: true, noID: true},
		{name: "status without a code", reply: `{"Response":{"SendStatusSet":[{` + status + `}]}}`},
		{name: "status that is null", reply: `{"Response":{"SendStatusSet":[null]}}`},
		{name: "another number", reply: accepted("+8613800138001")},
		{name: "number of another country", reply: accepted("+13800138000")},
		{name: "longer number", reply: accepted("+86138001380000")},
		{name: "fee as text", reply: `{"Response":{"SendStatusSet":[{` + status + `,"Code":"Ok","Fee":"1"}]}}`, accepted: true},
		{name: "no status", reply: `{"Response":{"SendStatusSet":[],"RequestId":"x"}}`},
		{name: "error without a code", reply: `{"Response":{"Error":{"Code":"","Message":"x"},"RequestId":"x"}}`},
		{name: "deep and well-formed", reply: `{"Response":` + strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000) + `}`},
		{name: "old form of an error without a name", reply: `{"code":4100,"message":"m"}`},

		{name: "old form of an error", reply: `{"code":4100,"message":"m","codeDesc":"AuthFailure"}`, code: "AuthFailure"},
		{
			name: "error under another HTTP status", status: http.StatusServiceUnavailable, code: "ServiceUnavailable",
			reply: `{"Response":{"Error":{"Code":"ServiceUnavailable","Message":"x"},"RequestId":"x"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: tt.reply, Status: tt.status}
			receipt, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login"))
			stub.Only(t)
			if tt.accepted {
				require.NoError(t, err)
				require.Equal(t, map[bool]string{false: "2433:1", true: ""}[tt.noID], receipt.ID)
				return
			}
			require.Zero(t, receipt)
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, max(tt.status, 200), failure.HTTPStatus)
			if tt.code == "" {
				require.ErrorIs(t, err, provider.KindUnavailable)
				require.True(t, failure.MayHaveSent)
				require.Less(t, len(err.Error()), 200, "the reply is not repeated")
			}
		})
	}
}

// TestCodeThatEchoes has a reply with a text where the code should be.
func TestCodeThatEchoes(t *testing.T) {
	t.Parallel()
	const echo = "InvalidParameterValue: +8613800138000 123456 " + secretID
	for _, reply := range []string{
		`{"Response":{"Error":{"Code":"` + echo + `","Message":"x"}}}`,
		`{"Response":{"SendStatusSet":[{"PhoneNumber":"+8613800138000","Code":"` + echo + `"}]}}`,
	} {
		_, err := newProvider(t, newConfig((&wiretest.Stub{Reply: reply}).Client())).Send(t.Context(), newMessage("login"))
		var failure *provider.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, "InvalidParameterValue: +86*** *** ***", failure.Code)
	}
}
