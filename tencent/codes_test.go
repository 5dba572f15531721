package tencent

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// levels are the two places of a reply in which a code may stand.
var levels = map[string]func(code, text string) any{
	"request": func(code, text string) any {
		return map[string]any{"Error": map[string]any{"Code": code, "Message": text}, "RequestId": "R-1"}
	},
	"number": func(code, text string) any {
		return map[string]any{"RequestId": "R-1", "SendStatusSet": []any{map[string]any{
			"SerialNo": "", "PhoneNumber": "+8613800138000", "Fee": 0, "Code": code, "Message": text, "IsoCode": "",
		}}}
	},
}

// sendRefused sends, and the service answers with a code.
func sendRefused(t *testing.T, level, code, text string) *provider.Error {
	t.Helper()
	body, err := json.Marshal(map[string]any{"Response": levels[level](code, text)})
	require.NoError(t, err)
	stub := &wiretest.Stub{Reply: string(body)}
	p, err := New(Config{
		SecretID: "AKIDEXAMPLE", SecretKey: "FAKEKEY", AppID: "1400006666", Sign: "签名", HTTPClient: stub.Client(),
		Templates: provider.Templates{"login": {ID: "1110", Params: []string{"code"}}},
	})
	require.NoError(t, err)
	_, err = p.Send(t.Context(), provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "123456"},
	})
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	stub.Only(t)
	return failure
}

// TestEveryCode sends once per row of the service's table and per level: wire
// reply in, kind and verbatim code out. The simulator's table is a second
// transcription of the vendor's, so a slip in either shows here.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	rows := tencentsim.New(tencentsim.Config{}).Refusals()
	require.Len(t, rows, len(meanings), "both tables have the same rows")
	for level := range levels {
		for _, row := range rows {
			t.Run(level+"/"+row.Code, func(t *testing.T) {
				t.Parallel()
				failure := sendRefused(t, level, row.Code, row.Text)
				require.Equal(t, row.Code, failure.Code)
				require.Equal(t, row.Kind, failure.Kind)
				require.Equal(t, row.Scope, failure.Scope)
				require.Equal(t, row.MayHaveSent, failure.MayHaveSent)
				require.Equal(t, row.Text+" (request R-1)", failure.Text)
			})
		}
	}
}

func TestUnlistedCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code string
		want meaning
	}{
		{code: "AuthFailure", want: credentials},
		{code: "AuthFailure.New", want: credentials},
		{code: "UnauthorizedOperation.New", want: credentials},
		{code: "RequestLimitExceeded.New", want: accountLimit},
		{code: "LimitExceeded.New", want: accountLimit},
		{code: "InvalidParameter.New", want: badRequest},
		{code: "InvalidParameterValue.New.Newer", want: badRequest},
		{code: "MissingParameter.New", want: badRequest},
		{code: "UnsupportedOperation.New", want: badRequest},
		{code: "FailedOperation.New", want: unclear},
		{code: "InternalError.New", want: unclear},
		{code: "Surprise", want: meaning{}},
		{code: "Surprise.InternalError", want: meaning{}},
		{code: "internalerror", want: meaning{}},
		{code: "OK", want: meaning{}},
		{code: "ok", want: meaning{}},
	}
	for level := range levels {
		for _, tt := range tests {
			t.Run(level+"/"+tt.code, func(t *testing.T) {
				t.Parallel()
				failure := sendRefused(t, level, tt.code, "")
				require.Equal(t, tt.code, failure.Code)
				require.Equal(t, tt.want, meaning{failure.Kind, failure.Scope, failure.MayHaveSent, failure.RetryAfter})
			})
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	failure := sendRefused(t, "number", "LimitExceeded.PhoneNumberThirtySecondLimit", "")
	require.Equal(t, 30*time.Second, failure.RetryAfter)
}

// TestOkAsAnError is a whole request refused with the word of success.
func TestOkAsAnError(t *testing.T) {
	t.Parallel()
	failure := sendRefused(t, "request", "Ok", "")
	require.Equal(t, provider.KindUnknown, failure.Kind)
	require.Equal(t, "Ok", failure.Code)
}

func TestTheServicesWordsAreRedacted(t *testing.T) {
	t.Parallel()
	for level := range levels {
		failure := sendRefused(t, level, "InternalError", "number +8613800138000, code 123456, key AKIDEXAMPLE FAKEKEY")
		require.Equal(t, "number +86***, code ***, key *** *** (request R-1)", failure.Text)
	}
}
