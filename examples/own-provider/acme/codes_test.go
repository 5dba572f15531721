package acme

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme/acmecodes"
	"github.com/cnsms/cnsms/provider"
)

// TestEveryCode sends once per row of the table: wire reply in, kind and verbatim
// code out.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for row := range acmecodes.Codes().All() {
		if row.OK {
			continue
		}
		t.Run(row.Code, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(reply{Code: row.Code, Message: row.Words})
			require.NoError(t, err)
			p, err := New(Config{
				Key: "acme-key", Secret: "acme-secret", Templates: provider.Templates{"login": {ID: "T1"}},
				HTTPClient: &http.Client{Transport: refusing(body)},
			})
			require.NoError(t, err)
			_, err = p.Send(t.Context(), provider.Message{To: provider.MustParsePhone("13800138000"), Template: "login"})
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

// refusing is a transport that answers every request with HTTP 422 and itself.
type refusing []byte

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusUnprocessableEntity, Body: io.NopCloser(strings.NewReader(string(r)))}, nil
}

// TestSign compares with the signatures that openssl has made; see
// testdata/README.md.
func TestSign(t *testing.T) {
	t.Parallel()
	const body = `{"to":"+8613800138000","template":"T1","values":["042137"],"ref":"order-17"}`
	require.Equal(t, "f0f22f51a1ad4eec7e4d4ae750e69d7258c6328b062ea9f20c12732059faa0dd",
		sign("acme-secret", http.MethodPost, "/v1/texts", "1700000000", []byte(body)))
	require.Equal(t, "de889f42aef64bd9cd2dcb3065845938fc8b4fa8b0db33cc7f540a0cab27a191",
		sign("acme-secret", http.MethodGet, "/v1/balance", "1700000000", nil))
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"code":"ok","id":"text-1"}`, `{"code":"no_credit","message":"no credit left"}`, `{}`, `null`, `[]`, `{"code":{}}`, `<html>`,
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
