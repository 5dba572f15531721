package aliyunsim

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// TestGateway corrupts one part of a request at a time. The verdict names it.
func TestGateway(t *testing.T) {
	t.Parallel()
	authorization := func(old, replacement string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, replacement, 1))
		}
	}
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for name, tt := range map[string]struct {
		q             ask
		status        int
		code, verdict string
	}{
		"no authorization":    {ask{change: func(r *http.Request) { r.Header.Del("Authorization") }}, 400, "IncompleteSignature", "Authorization: want it to begin"},
		"another algorithm":   {ask{change: authorization("ACS3-HMAC-SHA256", "ACS3-RSA-SHA256")}, 400, "IncompleteSignature", "Authorization: want it to begin"},
		"no signature":        {ask{change: authorization(",Signature=", ",Sig=")}, 400, "IncompleteSignature", "Authorization: Signature is missing"},
		"unknown key":         {ask{change: authorization("Credential="+keyID, "Credential=other")}, 404, "InvalidAccessKeyId.NotFound", "Authorization: Credential: unknown"},
		"headers in disorder": {ask{change: authorization("host;x-acs-action", "x-acs-action;host")}, 400, "IncompleteSignature", "Authorization: SignedHeaders: want lower case, in"},
		"no host":             {ask{change: authorization("=host;", "=")}, 400, "IncompleteSignature", "Authorization: SignedHeaders: want host and every"},
		"a header not signed": {ask{change: func(r *http.Request) { r.Header.Set("X-Acs-More", "1") }}, 400, "IncompleteSignature", "Authorization: SignedHeaders: want host and every x-acs- header; x-acs-more"},
		"no date":             {ask{header: header("X-Acs-Date", "")}, 400, "IncompleteSignature", "X-Acs-Date: missing"},
		"no nonce":            {ask{header: header("X-Acs-Signature-Nonce", "")}, 400, "IncompleteSignature", "X-Acs-Signature-Nonce: missing"},
		"no date at all":      {ask{date: "now"}, 400, "InvalidTimeStamp.Expired", "X-Acs-Date: want UTC"},
		"late":                {ask{date: "2023-11-14T21:58:19Z"}, 400, "InvalidTimeStamp.Expired", "X-Acs-Date: 15m1s away"},
		"early":               {ask{date: "2023-11-14T22:28:21Z"}, 400, "InvalidTimeStamp.Expired", "X-Acs-Date: 15m1s away"},
		"version":             {ask{header: header("X-Acs-Version", "2017-05-26")}, 400, "InvalidVersion", "X-Acs-Version: want"},
		"action":              {ask{header: header("X-Acs-Action", "SendSMS")}, 404, "InvalidAction.NotFound", "X-Acs-Action: no such action"},
		"token":               {ask{header: header("X-Acs-Security-Token", "x")}, 400, "InvalidSecurityToken.Expired", "X-Acs-Security-Token: not the token"},
		"method":              {ask{method: http.MethodPut}, 404, "InvalidAction.NotFound", "method: not simulated"},
		"another product":     {ask{host: codeHost}, 404, "InvalidAction.NotFound", "X-Acs-Action: no such action"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(Config{})
			tt.q.action, tt.q.fields = "SendSms", sms()
			e := b.v3(t, tt.q)
			requireCode(t, e, tt.code, tt.verdict)
			require.Equal(t, tt.status, e.Status)
			m := membersOf(t, e)
			for _, member := range []string{"RequestId", "HostId", "Message", "Recommend"} {
				require.NotEmpty(t, m[member], member)
			}
			require.NotContains(t, m, "Success")
		})
	}
}

// TestClock: requests that are almost 15 minutes off.
func TestClock(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for _, date := range []string{"2023-11-14T21:58:20Z", "2023-11-14T22:28:20Z"} {
		requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), date: date}), "OK", "")
		requireCode(t, b.do(t, ask{action: "SendSms", fields: sms(), date: date}.v1(t, b)), "OK", "")
	}
	requireCode(t, b.do(t, ask{action: "SendSms", fields: sms(), date: "2023-11-14T21:58:19Z"}.v1(t, b)), "InvalidTimeStamp.Expired", "Timestamp: 15m1s")
	requireCode(t, b.do(t, ask{action: "SendSms", fields: sms(), date: "2023-11-14T22:13:20.123Z"}.v1(t, b)), "InvalidTimeStamp.Expired", "Timestamp: want UTC")
}

// TestNonce: a nonce is good once for both products, and a request that was refused has not
// used it.
func TestNonce(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms("PhoneNumbers", "1"), nonce: "x"}), "isv.MOBILE_NUMBER_ILLEGAL", "PhoneNumbers: ")
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), nonce: "x"}), "OK", "")
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), nonce: "x"}), "SignatureNonceUsed", "X-Acs-Signature-Nonce: used")
	requireCode(t, b.v3(t, ask{action: "SendSmsVerifyCode", fields: orderOf(), nonce: "x"}), "SignatureNonceUsed", "X-Acs-Signature-Nonce: used")
	requireCode(t, b.do(t, ask{action: "SendSms", fields: sms(), nonce: "x"}.v1(t, b)), "SignatureNonceUsed", "SignatureNonce: used")
	b.clock.Advance(keepNonces)
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), nonce: "x"}), "SignatureNonceUsed", "X-Acs")
	b.clock.Advance(time.Second)
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), nonce: "y"}), "OK", "")
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), nonce: "x"}), "OK", "")
}

// TestLostAnswer: the first request has arrived, and its repetition is told so.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	sim.MustInject(t, b.server, sim.Fault{Effect: sim.EffectResetAfter})
	_, err := b.server.Transport().RoundTrip(ask{action: "SendSms", fields: sms(), nonce: "x"}.v3(t, b)) //nolint:bodyclose // There is none.
	require.Error(t, err)
	requireCode(t, b.v3(t, ask{action: "SendSms", fields: sms(), nonce: "x"}), "SignatureNonceUsed", "")
	require.Len(t, b.server.Texts(), 1)
}

// TestScripted: codes of the gateway have its shape, and throttling has its header.
func TestScripted(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for code, status := range map[string]int{
		"Throttling": 429, "Throttling.User": 429, "Throttling.Api": 429, "Forbidden.RAM": 403, "NoPermission": 403, "InvalidAccessKeyId.Inactive": 400,
		"ServiceUnavailable": 503, "InternalError": 503, "isv.BUSINESS_LIMIT_CONTROL": 200, "isp.SYSTEM_ERROR": 200, "isv.OUT_OF_SERVICE": 200,
	} {
		for _, q := range []ask{{action: "SendSms", fields: sms()}, {action: "SendSmsVerifyCode", fields: orderOf()}} {
			sim.MustInject(t, b.server, sim.Fault{Code: code})
			e := b.v3(t, q)
			requireCode(t, e, code, "scripted refusal")
			require.Equal(t, status, e.Status, code)
			_, fromGateway := membersOf(t, e)["HostId"]
			require.Equal(t, status != 200, fromGateway, code)
			_, hasSuccess := membersOf(t, e)["Success"]
			require.Equal(t, !fromGateway && q.action == "SendSmsVerifyCode", hasSuccess, code)
			for header, of := range map[string]string{"X-Ratelimit-User": "Throttling.User", "X-Ratelimit-User-Api": "Throttling.Api"} {
				if of != code {
					require.Empty(t, e.ReplyHeader.Get(header))
					continue
				}
				require.Equal(t, "Limit:1,Remain:0,TimeLeft:2000,Reset:1234", e.ReplyHeader.Get(header))
			}
		}
	}
}

// TestNotSimulated: calls that the simulator has not, by whoever asks, and answers in XML.
func TestNotSimulated(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	unsigned := func(r *http.Request) { r.Header.Del("Authorization") }
	for _, p := range []product{texts, verification} {
		for _, action := range p.notSimulated {
			e := b.v3(t, ask{action: action, change: unsigned})
			requireCode(t, e, "InvalidAction.NotFound", "X-Acs-Action: not simulated: "+action)
			require.Contains(t, string(e.Reply), "not simulated: "+action)
			require.NotContains(t, p.actions, action)
		}
	}
	for _, format := range []string{"XML", ""} {
		e := b.do(t, ask{action: "SendSms", fields: sms("Format", format)}.v1(t, b))
		requireCode(t, e, "InvalidAction.NotFound", "Format: not simulated")
	}
}

// TestBehindAPath: the signature covers the path as it stands on the wire.
func TestBehindAPath(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	e := b.v3(t, ask{action: "SendSms", fields: sms(), change: func(r *http.Request) { r.URL.Path = "/proxy/" }})
	requireCode(t, e, "SignatureDoesNotMatch", "Authorization: Signature: line 2: made for the path /; the request came with /proxy/")
	e = b.do(t, ask{action: "SendSms", fields: sms(), change: func(r *http.Request) { r.URL.Path = "/proxy/" }}.v1(t, b))
	requireCode(t, e, "OK", "")
}

// TestBrokenForm: a verdict tells that a part is no form.
func TestBrokenForm(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	body := `{"PhoneNumbers":"13800138000"}`
	e := b.v3(t, ask{action: "SendSms", header: http.Header{"X-Acs-Content-Sha256": {hexHash(body)}}, change: func(r *http.Request) {
		again, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://x/", strings.NewReader(body))
		require.NoError(t, err)
		r.Body, r.ContentLength = again.Body, again.ContentLength
		signV3(r, "", body)
	}})
	requireCode(t, e, "MissingParameter", "PhoneNumbers: missing (a part of the body is no form: looks like JSON")
	e = b.do(t, ask{action: "SendSms", fields: sms(), change: func(r *http.Request) { r.URL.RawQuery = "Action=SendSms&AccessKeyId=x&a=%zz" }}.v1(t, b))
	requireCode(t, e, "InvalidVersion", `Version: want 2017-05-25 (a part of the query is no form: invalid URL escape "%zz")`)
}
