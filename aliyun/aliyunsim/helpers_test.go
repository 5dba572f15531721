package aliyunsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

const (
	keyID     = "testId"
	keySecret = "testSecret"
	phone     = "13800138000"
	signName  = "示例签名"
	smsHost   = "dysmsapi.aliyuncs.com"
	codeHost  = "dypnsapi.aliyuncs.com"
	formType  = "application/x-www-form-urlencoded"
)

// bench is a simulated account in a server.
type bench struct {
	*Service
	server *sim.Server
	clock  *wiretest.Clock
	nonces *int
}

func newBench(cfg Config) bench {
	cfg.AccessKeyID, cfg.AccessKeySecret = keyID, keySecret
	service := New(cfg)
	clock := wiretest.NewClock(time.Unix(1700000000, 0))
	return bench{service, sim.New(sim.Config{Now: clock.Now}, service, service.Verification()), clock, new(int)}
}

// do makes a request, and returns what was recorded of it.
func (b bench) do(t *testing.T, r *http.Request) sim.Exchange {
	t.Helper()
	return wiretest.Do(t, b.server, r)
}

// v3 asks with the new signature.
func (b bench) v3(t *testing.T, q ask) sim.Exchange {
	t.Helper()
	return b.do(t, q.v3(t, b))
}

// membersOf are those of a reply.
func membersOf(t *testing.T, e sim.Exchange) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(e.Reply, &m), string(e.Reply))
	return m
}

// codeOf is the Code of a reply.
func codeOf(t *testing.T, e sim.Exchange) string {
	t.Helper()
	code, _ := membersOf(t, e)["Code"].(string)
	return code
}

// requireCode wants a code, and a verdict that begins so.
func requireCode(t *testing.T, e sim.Exchange, code, verdict string) {
	t.Helper()
	require.Equal(t, code, codeOf(t, e), "%s %s", e.Reply, e.Verdict)
	require.True(t, strings.HasPrefix(e.Verdict, verdict), e.Verdict)
	if code != "OK" {
		require.NotEmpty(t, e.Verdict)
		require.Empty(t, e.Accepted)
	}
}

// sms are the fields of a text.
func sms(pairs ...string) url.Values {
	return wiretest.With(url.Values{
		"PhoneNumbers": {phone}, "SignName": {signName}, "TemplateCode": {"SMS_154950909"}, "TemplateParam": {`{"code":"1234"}`},
	}, pairs...)
}

// orderOf are the fields of a text with a code of the service's.
func orderOf(pairs ...string) url.Values {
	return wiretest.With(url.Values{
		"PhoneNumber": {phone}, "SignName": {"速通互联验证码"}, "TemplateCode": {"100001"}, "TemplateParam": {`{"code":"##code##","min":"5"}`},
		"CodeLength": {"6"}, "CodeType": {"1"},
	}, pairs...)
}

// send sends a text with changed fields.
func (b bench) send(t *testing.T, pairs ...string) sim.Exchange {
	t.Helper()
	return b.v3(t, ask{action: "SendSms", fields: sms(pairs...), inBody: true})
}

// sendCode sends a text with a code.
func (b bench) sendCode(t *testing.T, pairs ...string) sim.Exchange {
	t.Helper()
	return b.v3(t, ask{action: "SendSmsVerifyCode", fields: orderOf(pairs...), inBody: true})
}

// check checks a code.
func (b bench) check(t *testing.T, code string, pairs ...string) sim.Exchange {
	t.Helper()
	return b.v3(t, ask{action: "CheckSmsVerifyCode", fields: wiretest.With(url.Values{"PhoneNumber": {phone}, "VerifyCode": {code}}, pairs...), inBody: true})
}
