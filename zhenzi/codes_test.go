package zhenzi

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// TestEveryCode sends once per row of the service's table: wire reply in, kind
// and verbatim code out. The simulator's table is a second transcription of the
// vendor's, so a slip in either shows here.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	rows := zhenzisim.New(zhenzisim.Config{}).Refusals()
	require.Len(t, rows, len(meanings), "both tables have the same rows")
	for _, row := range rows {
		t.Run(row.Code, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"code": json.Number(row.Code), "data": row.Text})
			require.NoError(t, err)
			stub := &wiretest.Stub{Reply: string(body)}
			p, err := New(Config{
				AppID: "1", AppSecret: "s", HTTPClient: stub.Client(),
				Templates: provider.Templates{"login": {Text: "{code}"}},
			})
			require.NoError(t, err)
			_, err = p.Send(t.Context(), provider.Message{
				To: provider.MustParsePhone("13800000000"), Template: "login", Params: provider.Params{"code": "1234"},
			})
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, row.Kind, failure.Kind)
			require.Equal(t, row.Scope, failure.Scope)
			require.Equal(t, row.Code, failure.Code)
			require.Equal(t, row.MayHaveSent, failure.MayHaveSent)
			require.Equal(t, row.Text, failure.Text)
			require.Len(t, stub.Requests(), 1, "a refusal needs no lookup")
		})
	}
}

// TestTableIsTheVendors keeps the rows to those that the vendor's documents list.
func TestTableIsTheVendors(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"100", "101", "105", "106", "107", "108", "109", "110", "111", "117", "1000"} {
		require.Contains(t, meanings, code)
	}
	require.Len(t, meanings, 11)
	require.NotContains(t, meanings, codeAccepted)
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"code":0,"data":"发送成功"}`, `{"code":"108","data":"余额不足"}`, `{"code":0,"data":7}`, `{"code":0,"data":"7"}`,
		`{"code":0,"data":{"message":"x"}}`, `{"code":0,"data":"{\"message\":\"x\"}"}`, `{"code":0,"data":null}`,
		`{}`, `null`, `[]`, "\xef\xbb\xbf{}", `{"code":{}}`, `<html>`, `{"code":0,"data":"{"}`, `{"code":0,"data":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(body)
		if err != nil {
			return
		}
		if r.Code == "" {
			t.Fatal("a reply without a code was accepted")
		}
		if found, err := r.hasMessage(); found && err != nil {
			t.Fatal("found and not found")
		}
		if _, err := r.count(); err != nil && r.text() == "0" {
			t.Fatal("a count in quotes was refused")
		}
	})
}
