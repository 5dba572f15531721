package tencent

import (
	"testing"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

// FuzzReply feeds replies through the transport and the SDK: whatever comes, a
// receipt has an id, a failure is an *provider.Error, and nothing panics.
func FuzzReply(f *testing.F) {
	for _, name := range []string{"reply-accepted.json", "reply-refused.json", "reply-refused-number.json", "reply-deliveries.json"} {
		f.Add([]byte(wiretest.Read(f, name)))
	}
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, "\xef\xbb\xbf{}", `{"Response":null}`, `{"Response":{"SendStatusSet":[null]}}`,
		`{"code":1,"codeDesc":"x"}`, `{"Response":{"Error":{"Code":"Ok"}}}`, `{"response":{"sendstatusset":[{"code":"Ok"}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		stub := &wiretest.Stub{Reply: string(body)}
		cfg := testConfig()
		cfg.HTTPClient = stub.Client()
		p, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := p.Send(t.Context(), provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "123456"},
		})
		if err == nil && receipt.ID == "" {
			t.Fatal("a text was taken for accepted without an id")
		}
		if _, ok := err.(*provider.Error); err != nil && !ok { //nolint:errorlint // Adapters return the type itself.
			t.Fatalf("not an *provider.Error: %T", err)
		}
	})
}

func FuzzPush(f *testing.F) {
	for _, seed := range []string{
		`[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功","sid":"1"}]`,
		`{"extend":"0","mobile":"13800138000","nationcode":"86","sign":"s","text":"T","time":1457336869}`,
		``, `null`, `[]`, `[null]`, `{}`, "\xef\xbb\xbf[]", `[{"sid":1e999}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reports, err := decodePush(body)
		for _, report := range reports {
			if err != nil || report.Kind == provider.ReportDelivery && report.ID == "" {
				t.Fatal("a report of nothing")
			}
		}
	})
}
