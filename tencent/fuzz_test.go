package tencent

import (
	"testing"

	"github.com/cnsms/cnsms/provider"
)

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
