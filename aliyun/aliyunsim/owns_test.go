package aliyunsim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

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
