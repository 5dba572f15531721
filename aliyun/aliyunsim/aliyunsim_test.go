package aliyunsim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
)

// TestEveryShape: both signatures, and fields in the query and in the body.
func TestEveryShape(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for _, q := range []ask{{}, {inBody: true}, {method: "GET"}} {
		q.action, q.fields = "SendSms", sms("OutId", "a b*~'")
		requireCode(t, b.do(t, q.v3(t, b)), "OK", "")
		requireCode(t, b.do(t, q.v1(t, b)), "OK", "")
		q.action, q.fields = "SendSmsVerifyCode", orderOf()
		for _, request := range []func() string{
			func() string { return codeOf(t, b.do(t, q.v3(t, b))) }, func() string { return codeOf(t, b.do(t, q.v1(t, b))) },
		} {
			require.Equal(t, "OK", request())
			requireCode(t, b.check(t, wiretest.LastCode(b.server)), "OK", "")
		}
	}
	require.Len(t, b.server.Texts(), 12)
}
