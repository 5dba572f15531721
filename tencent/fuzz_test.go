package tencent_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cnsms/cnsms/provider"
)

// FuzzPush has good reports beside bad ones, but none beside an error that means the
// whole push.
func FuzzPush(f *testing.F) {
	for _, seed := range []string{
		`[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功","sid":"1"}]`,
		`{"extend":"0","mobile":"13800138000","nationcode":"86","sign":"s","text":"T","time":1457336869}`,
		``, `null`, `[]`, `[null]`, `{}`, "\xef\xbb\xbf[]", `[{"sid":1e999}]`, `[{"sid":" 1"},{"sid":" "},7]`, "\xff\xfe[\x00]\x00",
	} {
		f.Add([]byte(seed), "application/json; charset=GBK")
	}
	p := newProvider(f, newConfig(nil))
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		push := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		push.Header["Content-Type"] = []string{contentType}
		reports, err := p.ParseReports(push)
		var bad provider.BadReports
		if err != nil && !errors.As(err, &bad) && len(reports) > 0 {
			t.Fatal("reports of a push that cannot be read")
		}
		for _, report := range reports {
			if report.Kind == provider.ReportDelivery && report.ID == "" {
				t.Fatal("a report of nothing")
			}
		}
	})
}
