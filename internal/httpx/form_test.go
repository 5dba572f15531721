package httpx_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/httpx"
)

func TestAppendFormField(t *testing.T) {
	t.Parallel()
	body := httpx.AppendFormField(nil, "number", "13800000000")
	body = httpx.AppendFormField(body, "message", "您好 & 1+1=2%")
	body = httpx.AppendFormField(body, "empty", "")
	require.Equal(t, "number=13800000000&message=%E6%82%A8%E5%A5%BD+%26+1%2B1%3D2%25&empty=", string(body))
}

func TestAppendFormFieldEscapesEveryByteLikeNetURL(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		value := string([]byte{byte(c)})
		require.Equal(t, "a="+url.QueryEscape(value), string(httpx.AppendFormField(nil, "a", value)))
	}
}
