package ihuyi

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyicodes"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

// TestEveryCode sends once per row of the service's table: wire reply in, kind
// and verbatim code out.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for row := range ihuyicodes.Codes().All() {
		if row.OK {
			continue
		}
		t.Run(row.Code, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"code": json.Number(row.Code), "msg": row.Words, "smsid": "0"})
			require.NoError(t, err)
			stub := &wiretest.Stub{Reply: string(body)}
			p, err := New(Config{
				Account: "C1", APIKey: "k", HTTPClient: stub.Client(),
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
			require.Equal(t, row.Words, failure.Text)
		})
	}
}

// TestRetryAfter covers the limits whose length the table tells.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, code string
		wait       time.Duration
	}{
		{name: "one a second", code: "4080", wait: time.Second},
		{name: "one in 180 seconds", code: "1112", wait: 3 * time.Minute},
		{name: "five a day, nobody knows since when", code: "4082"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: `{"code":` + tt.code + `,"msg":"x"}`}
			p, err := New(Config{
				Account: "C1", APIKey: "k", HTTPClient: stub.Client(),
				Templates: provider.Templates{"login": {ID: "1"}},
			})
			require.NoError(t, err)
			_, err = p.Send(t.Context(), provider.Message{To: provider.MustParsePhone("13800000000"), Template: "login"})
			wait, reached := provider.PhoneLimit(err)
			require.True(t, reached)
			require.Equal(t, tt.wait, wait)
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"code":2,"msg":"提交成功","smsid":"17000000000123456789"}`, `{"code":"406","msg":"x","smsid":0}`,
		`{}`, `null`, `[]`, "\xef\xbb\xbf{}", `{"code":{}}`, `<html>`, `{"code":2,"num":"1e9"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(body)
		if err == nil && r.Code == "" {
			t.Fatal("a reply without a code was accepted")
		}
	})
}
