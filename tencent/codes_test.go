package tencent_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent"
)

// TestFamilies has a code that is in no table for every code without a dot: it means
// the same.
func TestFamilies(t *testing.T) {
	t.Parallel()
	codes := tencent.Codes()
	for row := range codes.All() {
		if strings.Contains(row.Code, ".") || row.OK {
			continue
		}
		family, listed := codes.Lookup(row.Code + ".New.Newer")
		require.True(t, listed && family.IsFamily(), row.Code)
		require.Equal(t, row.Kind, family.Kind, row.Code)
		require.Equal(t, row.Scope, family.Scope, row.Code)
		require.Equal(t, row.MayHaveSent, family.MayHaveSent, row.Code)
	}
}

// levels are the two places of a reply in which a code may stand.
var levels = map[string]func(code, text string) any{
	"request": func(code, text string) any {
		return map[string]any{"Error": map[string]any{"Code": code, "Message": text}, "RequestId": "R-1"}
	},
	"number": func(code, text string) any {
		return map[string]any{"RequestId": "R-1", "SendStatusSet": []any{
			map[string]any{"SerialNo": "", "PhoneNumber": "+8613800138000", "Fee": 0, "Code": code, "Message": text, "IsoCode": ""},
		}}
	},
}

// TestLevels refuses the whole request, and one number: a code means the same in both
// places.
func TestLevels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, words string
		want        provider.Error
	}{
		{
			code: "LimitExceeded.PhoneNumberThirtySecondLimit",
			want: provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: 30 * time.Second},
		},
		{code: "LimitExceeded.New", want: provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopeAccount}},
		{code: "FailedOperation.New", want: provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}},
		{code: "FailedOperation.SignatureIncorrectOrUnapproved", want: provider.Error{Kind: provider.KindSignature}},
		{code: "Surprise.InternalError", want: provider.Error{Kind: provider.KindUnknown, MayHaveSent: true}},
		{code: "internalerror", want: provider.Error{Kind: provider.KindUnknown, MayHaveSent: true}},
		{
			code: "InternalError", words: "number +8613800138000, code 123456, key " + secretID + " " + secretKey + " TEMPORARYTOKEN",
			want: provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true, Text: "number +86***, code ***, key *** *** ***"},
		},
	}
	for level, response := range levels {
		for _, tt := range tests {
			t.Run(level+"/"+tt.code, func(t *testing.T) {
				t.Parallel()
				reply, err := json.Marshal(map[string]any{"Response": response(tt.code, tt.words)})
				require.NoError(t, err)
				cfg := newConfig((&wiretest.Stub{Reply: string(reply)}).Client())
				cfg.Token = "TEMPORARYTOKEN"
				_, err = newProvider(t, cfg).Send(t.Context(), newMessage("login"))
				var failure *provider.Error
				require.ErrorAs(t, err, &failure)
				require.Equal(t, tt.code, failure.Code)
				require.Equal(t, tt.want.Kind, failure.Kind)
				require.Equal(t, tt.want.Scope, failure.Scope)
				require.Equal(t, tt.want.MayHaveSent, failure.MayHaveSent)
				require.Equal(t, tt.want.RetryAfter, failure.RetryAfter)
				require.Equal(t, tt.want.Text+" (request R-1)", failure.Text)
			})
		}
	}
}

// TestOkAsAnError is a whole request refused with the word of success.
func TestOkAsAnError(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Response":{"Error":{"Code":"Ok","Message":"send success"},"RequestId":"R-1"}}`}
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login"))
	require.EqualError(t, err, "tencent: send: unknown: Ok: send success (request R-1) (may have been sent)")
}
