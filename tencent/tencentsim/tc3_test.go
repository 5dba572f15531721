package tencentsim

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// The worked example was computed with an independent implementation.
const (
	exampleKey  = "FAKEsecretKEYFAKEsecretKEY"
	exampleBody = `{"PhoneNumberSet":["+8613800138000"],"SmsSdkAppId":"1400006666","TemplateId":"1110","SignName":"示例签名","TemplateParamSet":["123456","5"]}`
)

func example(host, contentType string) tc3 {
	return tc3{
		method: "POST", signedHeaders: []string{"content-type", "host"},
		headers: map[string]string{"host": host, "content-type": contentType},
		payload: []byte(exampleBody), timestamp: "1700000000", date: "2023-11-14", service: "sms",
	}
}

func TestSignature(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, host, contentType, request, signature string }{
		{
			name: "the service's host", host: "sms.tencentcloudapi.com", contentType: "application/json",
			request:   "d2bcb0f90b5cc13315a1257d74274e262b5eed674406805c0c6d0eaeac68e542",
			signature: "74fa9e41a6417039e305328b3d28b40c9875b837954c453b8ce997aa653c14d2",
		},
		{
			name: "a host with a port", host: "127.0.0.1:18080", contentType: "application/json",
			request:   "30e4ebdb49f8cde855d8d37819ebc7e8d6a33928aaeefbbf2dc195d7bc620498",
			signature: "8f6970764bd97176c9084feece1f4b12488ef58ad7183a4e3177aaa8cfd589de",
		},
		{
			name: "with a charset", host: "sms.tencentcloudapi.com", contentType: "application/json; charset=utf-8",
			request:   "6cb2b4d398d6ad87dbe335d5c07c492dde1ee4c2005ff2e733ab346df078bbb1",
			signature: "82073c54a762d0ce6f87a36fff65982dff1dd5debd8941be70bb0239be6f299c",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := example(tt.host, tt.contentType)
			require.Equal(t, "dbfdc742216607c2d47cbbcfa6dbf3ce1dd47ebad38fc6dea9665761d708cd4b", sha256Hex(e.payload))
			require.Equal(t, tt.request, sha256Hex([]byte(e.canonicalRequest())))
			require.Equal(t, tt.signature, e.signature(exampleKey))
		})
	}
}

// TestKeys checks the keys in between: raw bytes, not hexadecimal.
func TestKeys(t *testing.T) {
	t.Parallel()
	key := []byte("TC3" + exampleKey)
	for _, step := range []struct{ text, want string }{
		{"2023-11-14", "ea79ce7db0933a9be19d1f250364bbb92405b3d01f399f898fd9b006f9976fc9"},
		{"sms", "9bae391ec4d04424fb08a1aec6252d84bad63d8e2b33dd3d73062c21b2441be3"},
		{"tc3_request", "9d999631e641ad326b46910305e793285e0c70c5cc940fcb0a68059f66312abd"},
	} {
		key = hmacSHA256(key, step.text)
		require.Equal(t, step.want, hex.EncodeToString(key))
	}
}

// TestThreeSignedHeaders is the example of the vendor's documentation for another
// service, which signs x-tc-action too.
func TestThreeSignedHeaders(t *testing.T) {
	t.Parallel()
	e := tc3{
		method: "POST", signedHeaders: []string{"content-type", "host", "x-tc-action"},
		headers: map[string]string{
			"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com", "x-tc-action": "describeinstances",
		},
		payload:   []byte(`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`),
		timestamp: "1551113065", date: "2019-02-25", service: "cvm",
	}
	require.Equal(t, "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064", sha256Hex(e.payload))
	require.Equal(t, "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84", sha256Hex([]byte(e.canonicalRequest())))
}
