package mob

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// TestEveryCode sends, and checks a code, once per row of the service's tables:
// wire reply in, kind and verbatim code out. The simulator's tables are second
// transcriptions of the vendor's, so a slip in either shows here.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	account := mobsim.New(mobsim.Config{})
	for _, tt := range []struct {
		name     string
		statuses table
		rows     []sim.Refusal
		template provider.Template
	}{
		{name: "sendmsg", statuses: smsStatuses, rows: account.Refusals()},
		{name: "custom", statuses: customStatuses, rows: account.Custom().(interface{ Refusals() []sim.Refusal }).Refusals(), template: provider.Template{ID: "1001"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Len(t, tt.rows, len(tt.statuses), "both tables have the same rows")
			for _, row := range tt.rows {
				t.Run(row.Code, func(t *testing.T) {
					t.Parallel()
					sendRefused(t, tt.template, row)
				})
			}
		})
	}
	for _, row := range account.Refusals() {
		t.Run("checkcode/"+row.Code, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, row)
		})
	}
}

func sendRefused(t *testing.T, template provider.Template, row sim.Refusal) {
	t.Helper()
	p := refusing(t, template, row)
	_, err := p.Send(t.Context(), provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
	requireRow(t, err, row, row.MayHaveSent)
}

func checkRefused(t *testing.T, row sim.Refusal) {
	t.Helper()
	receipt := provider.Receipt{To: provider.MustParsePhone("13800138000"), Code: provider.CodeByProvider}
	err := refusing(t, provider.Template{}, row).Verify(t.Context(), receipt, "9042")
	requireRow(t, err, row, false)
}

// refusing is a provider whose service refuses everything.
func refusing(t *testing.T, template provider.Template, row sim.Refusal) *Provider {
	t.Helper()
	body, err := json.Marshal(map[string]any{"status": json.Number(row.Code), "error": row.Text})
	require.NoError(t, err)
	stub := &wiretest.Stub{Reply: string(body)}
	p, err := New(Config{AppKey: "k-e-y", HTTPClient: stub.Client(), Templates: provider.Templates{"login": template}})
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

// FuzzDecode reads replies: whatever comes, only 200 is success, and no refusal
// shows the number.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"status":200}`, `{"status":"468"}`, `{"status":471,"error":"Request ip is error."}`, `{"status":500,"error":"13800138000"}`,
		`{}`, `null`, `[]`, "\xef\xbb\xbf{}", `{"status":{}}`, `{status:200}`, `<html>`, `{"status":2e2}`, `{"status":13800138000}`,
	} {
		f.Add([]byte(seed))
	}
	m := provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"}
	p, err := New(Config{AppKey: "k-e-y", Templates: provider.Templates{"login": {}}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(body)
		if err != nil {
			return
		}
		var plain struct{ Status any }
		require.NoError(t, json.Unmarshal(httpx.TrimJSON(body), &plain))
		require.NotNil(t, plain.Status, "a reply without a status was accepted")
		if r.Status == statusDone {
			require.Equal(t, "200", fmt.Sprint(plain.Status))
			return
		}
		require.NotContains(t, p.refusal(provider.OpSend, smsStatuses, r, m.Redact).Error(), "13800138000")
	})
}
