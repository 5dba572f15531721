package aliyunsim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
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

// TestOwns: whose a request is.
func TestOwns(t *testing.T) {
	t.Parallel()
	v3 := http.Header{"X-Acs-Action": {""}}
	asking := func(action string) http.Header { return http.Header{"X-Acs-Action": {action}} }
	const none, both = "", "both"
	for name, tt := range map[string]struct {
		host, path, query, body string
		header                  http.Header
		want                    string
	}{
		"V3":                              {header: asking("SendSms"), want: serviceName},
		"V3 of codes":                     {header: asking("CheckSmsVerifyCode"), want: verificationName},
		"a call that is not simulated":    {header: asking("VerifyMobile"), want: verificationName},
		"no such call":                    {header: asking("x"), want: both},
		"no call":                         {header: v3, want: both},
		"a key alone":                     {header: http.Header{"Authorization": {"ACS3-HMAC-SHA256 x"}}, want: both},
		"V1 in the query":                 {query: "Action=SendSms&AccessKeyId=x", want: serviceName},
		"V1 in the body":                  {body: "Action=SendSmsVerifyCode&AccessKeyId=x", want: verificationName},
		"V1 in both":                      {body: "Action=SendSmsVerifyCode", query: "AccessKeyId=x", want: verificationName},
		"no signature":                    {query: "Action=SendSms", want: none},
		"behind a path":                   {path: "/proxy/", header: asking("SendSms"), want: serviceName},
		"another path":                    {path: "/proxy", header: asking("SendSms"), want: none},
		"another slash":                   {path: "//", header: asking("SendSms"), want: none},
		"Tencent's":                       {header: http.Header{"Authorization": {"TC3-HMAC-SHA256 x"}, "X-Tc-Action": {"SendSms"}}, query: "AccessKeyId=x", want: none},
		"question, nothing known":         {header: asking(queryAction), want: both},
		"question to the host of texts":   {host: "dysmsapi.ap-southeast-1.aliyuncs.com", header: asking(queryAction), body: "BizId=1^4", want: serviceName},
		"question to the host of codes":   {host: codeHost, header: asking(queryAction), body: "BizId=1^0", want: verificationName},
		"question about a text":           {header: asking(queryAction), body: "BizId=1%5E0", want: serviceName},
		"question about a text of a code": {query: "Action=QuerySendDetails&AccessKeyId=x&BizId=1%5E4", want: verificationName},
		"the host decides about calls":    {host: smsHost, header: asking("CheckSmsVerifyCode"), want: serviceName},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := New(Config{AccessKeyID: keyID, AccessKeySecret: keySecret})
			path := "/"
			if tt.path != "" {
				path = tt.path
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sim.invalid"+path+"?"+tt.query, strings.NewReader(tt.body))
			require.NoError(t, err)
			if tt.host != "" {
				r.Host = tt.host
			}
			if tt.header != nil {
				r.Header = tt.header
			}
			isText := tt.want == serviceName || tt.want == both
			require.Equal(t, isText, service.Owns(r))
			require.Equal(t, tt.want == verificationName || tt.want == both, service.Verification().Owns(r), "the body is read again")
		})
	}
}

// TestBesideTencent: Tencent's simulator has the same path.
func TestBesideTencent(t *testing.T) {
	t.Parallel()
	account := New(Config{AccessKeyID: keyID, AccessKeySecret: keySecret})
	other := tencentsim.New(tencentsim.Config{SecretID: "AKID", SecretKey: "key", AppID: "1"})
	for _, services := range [][]sim.Service{{account, account.Verification(), other}, {other, account, account.Verification()}} {
		s := sim.New(sim.Config{}, services...)
		require.Equal(t, "tencent", wiretest.Ask(t, s, http.MethodPost, "/", "{}", http.Header{"X-TC-Action": {"SendSms"}}).Service)
		require.Equal(t, serviceName, wiretest.Ask(t, s, http.MethodPost, "/", "", http.Header{"X-Acs-Action": {"SendSms"}}).Service)
		form := url.Values{"Action": {"SendSmsVerifyCode"}, "AccessKeyId": {keyID}}
		require.Equal(t, verificationName, wiretest.Ask(t, s, http.MethodPost, "/", form.Encode(), http.Header{"Content-Type": {formType}}).Service)
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

// TestConstructor takes nothing that no request could satisfy or name.
func TestConstructor(t *testing.T) {
	t.Parallel()
	for field, spoils := range map[string][]func(cfg *Config){
		"AccessKeyID": {
			func(cfg *Config) { *cfg = Config{} }, func(cfg *Config) { cfg.AccessKeyID = "a,b" }, func(cfg *Config) { cfg.AccessKeyID = "a\n" },
		},
		"AccessKeySecret": {func(cfg *Config) { cfg.AccessKeySecret = "" }},
		"SecurityToken":   {func(cfg *Config) { cfg.SecurityToken = " x" }},
		"Signs": {
			func(cfg *Config) { cfg.Signs = map[string]Sign{"": {}} }, func(cfg *Config) { cfg.Signs = map[string]Sign{"【示例】": {}} },
			func(cfg *Config) { cfg.Signs = map[string]Sign{"示例": {State: 9}} },
			func(cfg *Config) { cfg.Signs = map[string]Sign{"示例": {Filing: Filing{Unicom: -1}}} },
		},
		"Templates": {
			func(cfg *Config) { cfg.Templates = map[string]Template{"": {}} },
			func(cfg *Config) { cfg.Templates = map[string]Template{"SMS_1": {Text: "${code}${min}", Code: true}} },
		},
		"Blocked":                {func(cfg *Config) { cfg.Blocked = []string{phone} }},
		"Verification.Signs":     {func(cfg *Config) { cfg.Verification.Signs = []string{"a b"} }},
		"Verification.Templates": {func(cfg *Config) { cfg.Verification.Templates = map[string]string{"": "x"} }},
		"Verification.CodeLife":  {func(cfg *Config) { cfg.Verification.CodeLife = -1 }},
		"Verification.Tries":     {func(cfg *Config) { cfg.Verification.Tries = -1 }},
	} {
		for _, spoil := range spoils {
			cfg := Config{AccessKeyID: keyID, AccessKeySecret: keySecret}
			spoil(&cfg)
			requirePanic(t, field, func() { New(cfg) })
		}
	}
}

// requirePanic wants a panic that names the field.
func requirePanic(t *testing.T, field string, build func()) {
	t.Helper()
	defer func() {
		problem, _ := recover().(string)
		require.Contains(t, problem, "Config."+field+":")
	}()
	build()
}
