package adapter_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want string }{
		{name: "object", body: `{"code":1,"more":{}}`},
		{name: "byte order mark and space", body: "\xef\xbb\xbf \r\n{\"code\":1}\n"},
		{name: "empty", body: " \n", want: "empty"},
		{name: "null", body: `null`, want: "not a JSON object"},
		{name: "array", body: `[{"code":1}]`, want: "not a JSON object"},
		{name: "HTML", body: `<html>13800138000`, want: "not a JSON object"},
		{name: "truncated", body: `{"code":1`, want: "not the expected JSON"},
		{name: "something behind", body: `{"code":1}{"code":2}`, want: "not the expected JSON"},
		{name: "space that JSON has not", body: "{\"code\":1}\v", want: "not the expected JSON"},
		{name: "wrong type", body: `{"code":"13800138000"}`, want: "wrong type for code"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				Code int `json:"code"`
			}
			err := adapter.DecodeJSON([]byte(tt.body), &got)
			if tt.want != "" {
				require.EqualError(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, 1, got.Code)
		})
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{`{"code":1,"id":"x"}`, `{"id":null}`, "\xef\xbb\xbf{}", "\r\n\ufeff \ufeff{}", `[]`, ``, `{"id":-}`, "{}\v"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got struct {
			Code adapter.Scalar `json:"code"`
			ID   adapter.Scalar `json:"id"`
		}
		if adapter.DecodeJSON(body, &got) == nil && !json.Valid(trimMark(body)) {
			t.Fatal("accepted what is not JSON")
		}
	})
}

// trimMark takes off what may stand around a reply: marks and white space.
func trimMark(body []byte) []byte { return bytes.Trim(body, "\ufeff \t\r\n") }
