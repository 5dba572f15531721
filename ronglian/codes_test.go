package ronglian

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian/rongliansim"
)

// TestEveryCode sends once per row of the service's table: wire reply in, kind
// and verbatim code out. The simulator's table is a second transcription of the
// vendor's, so a slip in either shows here.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for _, row := range rongliansim.New(rongliansim.Config{}).Refusals() {
		t.Run(row.Code, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]string{"statusCode": row.Code, "statusMsg": row.Text})
			require.NoError(t, err)
			stub := &wiretest.Stub{Reply: string(body)}
			p, err := New(Config{
				AccountSID: "1a", AuthToken: "token", AppID: "app", HTTPClient: stub.Client(),
				Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
			})
			require.NoError(t, err)
			_, err = p.Send(t.Context(), provider.Message{
				To: provider.MustParsePhone("13800000000"), Template: "login", Params: provider.Params{"code": "4653"},
			})
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, row.Kind, failure.Kind)
			require.Equal(t, row.Scope, failure.Scope)
			require.Equal(t, row.Code, failure.Code)
			require.Equal(t, row.MayHaveSent, failure.MayHaveSent)
			require.Equal(t, row.Text, failure.Text)
		})
	}
}

// TestSameRows compares which codes the two tables have.
func TestSameRows(t *testing.T) {
	t.Parallel()
	simulated := map[string]bool{}
	for _, row := range rongliansim.New(rongliansim.Config{}).Refusals() {
		require.False(t, simulated[row.Code], "%s stands twice in the simulator's table", row.Code)
		simulated[row.Code] = true
	}
	last := 0
	for _, run := range table {
		require.Greater(t, run.first, last, "the table ascends and does not overlap")
		require.GreaterOrEqual(t, run.last, run.first)
		last = run.last
		for code := run.first; code <= run.last; code++ {
			require.True(t, simulated[fmt.Sprint(code)], "%d is missing in the simulator's table", code)
			delete(simulated, fmt.Sprint(code))
		}
	}
	require.Empty(t, simulated, "codes that only the simulator has")
}

// TestNoTable covers codes that look like some of the table.
func TestNoTable(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "0", "160023", "16003", "0160038", "+60038", "160038 ", "172001", "99999999999999999999"} {
		require.Equal(t, meaning{}, meaningOf(code), code)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"statusCode":"000000","templateSMS":{"smsMessageSid":"a","dateCreated":"20240102030406"}}`,
		`{"statusCode":160038,"statusMsg":1}`, `{"statusCode":"000000","Account":{"balance":1}}`,
		`{"statusCode":"000000","reports":[{},null,1]}`, `{}`, `null`, `[]`, "\xef\xbb\xbf{}", `{"statusCode":{}}`, `<html>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decode(body)
		if err == nil && r.StatusCode == "" {
			t.Fatal("a reply without a code was accepted")
		}
		p := newFuzzed(t)
		for _, raw := range r.Reports {
			_, _ = p.readPulled(raw, typeDelivery)
		}
	})
}

func FuzzDecodePush(f *testing.F) {
	for _, name := range []string{"push-delivery.json", "push-delivery.xml", "push-reply.json"} {
		f.Add([]byte(wiretest.Read(f, name)))
	}
	for _, seed := range []string{`{"Request":null}`, `{"Request":{"action":1}}`, "<Request>", "<a/>", "\ufeff<", "{}", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		news, err := decodePush(body)
		if err != nil {
			return
		}
		report, err := newFuzzed(t).report(news)
		if err == nil && report.Kind == provider.ReportDelivery && report.ID == "" {
			t.Fatal("a delivery report without an id was accepted")
		}
	})
}

func newFuzzed(t *testing.T) *Provider {
	t.Helper()
	p, err := New(Config{AccountSID: "1a", AuthToken: "token", AppID: "app", Templates: provider.Templates{"login": {ID: "1"}}})
	require.NoError(t, err)
	return p
}
