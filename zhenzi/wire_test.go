package zhenzi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// FuzzData is about what the suite's FuzzReply does not call: the readings of data.
func FuzzData(f *testing.F) {
	for _, seed := range []string{
		`{"code":0,"data":"发送成功"}`, `{"code":"108","data":"余额不足"}`, `{"code":0,"data":7}`, `{"code":0,"data":"7"}`,
		`{"code":0,"data":{"message":"x"}}`, `{"code":0,"data":"{\"message\":\"x\"}"}`, `{"code":0,"data":null}`,
		`{}`, `null`, `[]`, "\xef\xbb\xbf{}", `{"code":{}}`, `<html>`, `{"code":0,"data":"{"}`, `{"code":0,"data":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var r reply
		if adapter.DecodeJSON(body, &r) != nil {
			return
		}
		found, err := r.hasMessage()
		require.False(t, found && err != nil, "found and not found")
		if count, ok := r.count(); ok {
			require.Regexp(t, `^-?[0-9]+$`, count)
		}
	})
}
