package bmob

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// TestEveryCode sends, and checks a code, once per row of the service's table:
// wire reply in, kind and verbatim code out. The simulator's table is a second
// transcription of the vendor's, so a slip in either shows here.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	rows := bmobsim.New(bmobsim.Config{}).Refusals()
	require.Len(t, rows, len(meanings), "both tables have the same rows")
	for _, row := range rows {
		t.Run(row.Code, func(t *testing.T) {
			t.Parallel()
			p := refusing(t, row)
			_, err := p.Send(t.Context(), provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
			requireRow(t, err, row, row.MayHaveSent)
			receipt := provider.Receipt{ID: "7", To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
			requireRow(t, p.Verify(t.Context(), receipt, "876845"), row, false)
		})
	}
}

// refusing is a provider whose service refuses everything.
func refusing(t *testing.T, row sim.Refusal) *Provider {
	t.Helper()
	answer := map[string]any{"code": json.Number(row.Code), "error": row.Text}
	stub := &wiretest.Stub{Status: http.StatusBadRequest}
	if row.Code == "401" || row.Code == "500" {
		delete(answer, "code")
		stub.Status, _ = strconv.Atoi(row.Code)
	}
	body, err := json.Marshal(answer)
	require.NoError(t, err)
	stub.Reply = string(body)
	p, err := New(Config{AppID: "a-i", RESTKey: "k-e-y", HTTPClient: stub.Client(), Templates: provider.Templates{"login": {}}})
	require.NoError(t, err)
	return p
}

func requireRow(t *testing.T, err error, row sim.Refusal, mayHaveSent bool) {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, row.Kind, failure.Kind)
	require.Equal(t, row.Scope, failure.Scope)
	require.Equal(t, row.Code, failure.Code)
	require.Equal(t, mayHaveSent, failure.MayHaveSent)
	require.Equal(t, row.Text, failure.Text)
}

// FuzzDecode reads replies: whatever comes, a code or an error is no success, and
// no refusal shows the number.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"smsId":1232222}`, `{"msg":"ok"}`, `{"code":301,"error":"手机号码必须是11位的数字"}`, `{"error":"unauthorized"}`,
		`{"sms_state":"SENDING","verify_state":false}`, `{"captcha_token":"x","captcha_url":"y"}`,
		`{}`, `null`, `[]`, "\xef\xbb\xbf{}", `{"code":{}}`, `{"error":null}`, `{"code":13800138000,"error":"13800138000"}`, `<html>`, `{"smsId":-}`,
	} {
		f.Add([]byte(seed))
	}
	p, err := New(Config{AppID: "a-i", RESTKey: "k-e-y", Templates: provider.Templates{"login": {}}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(body)
		if err != nil {
			return
		}
		var plain struct{ Code, Error any }
		require.NoError(t, json.Unmarshal(httpx.TrimJSON(body), &plain))
		if !r.refuses() {
			require.Nil(t, plain.Error, "an error was taken for success")
			require.Contains(t, []any{nil, 0.0, "0"}, plain.Code, "a code was taken for success")
			return
		}
		for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
			refused := p.refusal(call{op: provider.OpSend, redact: hide("13800138000")}, status, r)
			require.NotContains(t, refused.Error(), "13800138000")
		}
	})
}
