package tencentsim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCorruption corrupts one part of a request at a time. The verdict names it.
func TestCorruption(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	authorization := func(old, replacement string) func(*http.Request) {
		return func(r *http.Request) {
			text := r.Header.Get("Authorization")
			r.Header.Set("Authorization", strings.Replace(text, old, replacement, 1))
		}
	}
	resigned := func(adjust func(*tc3)) func(*http.Request) {
		return func(r *http.Request) {
			signed := sign(r, exampleBody)
			adjust(&signed)
			r.Header.Set("Authorization", algorithm+" Credential="+secretID+"/"+signed.date+"/sms/"+terminal+
				", SignedHeaders="+strings.Join(signed.signedHeaders, ";")+", Signature="+signed.signature(exampleKey))
		}
	}
	const signatureFailure = "AuthFailure.SignatureFailure"
	tests := []struct {
		name, code, verdict string
		change              func(*http.Request)
	}{
		{name: "method", code: "UnsupportedProtocol", verdict: "method: ", change: func(r *http.Request) { r.Method = http.MethodGet }},
		{name: "no authorization", code: "AuthFailure.InvalidAuthorization", verdict: "Authorization: want it to begin", change: header("Authorization", "")},
		{name: "algorithm", code: "AuthFailure.InvalidAuthorization", verdict: "Authorization: want it to begin", change: authorization("TC3", "TC4")},
		{name: "no signature", code: "AuthFailure.InvalidAuthorization", verdict: "Signature is missing", change: authorization(", Signature=", ", Sig=")},
		{name: "credential", code: "AuthFailure.InvalidAuthorization", verdict: "Credential: want", change: authorization("/sms/tc3_request", "/sms")},
		{name: "secret id", code: "AuthFailure.SecretIdNotFound", verdict: "SecretId: unknown", change: authorization(secretID, "AKIDOTHER")},
		{name: "timestamp", code: "AuthFailure.SignatureExpire", verdict: "X-TC-Timestamp: want", change: header("X-TC-Timestamp", "now")},
		{name: "timestamp that was not signed", code: signatureFailure, verdict: "Signature: does not fit", change: header("X-TC-Timestamp", "1700000001")},
		{name: "date", code: signatureFailure, verdict: "Credential: date: want 2023-11-14", change: authorization("2023-11-14", "2023-11-15")},
		{name: "service", code: signatureFailure, verdict: "Credential: want sms/tc3_request", change: authorization("/sms/", "/cvm/")},
		{name: "too few signed headers", code: signatureFailure, verdict: "SignedHeaders: want content-type and host", change: authorization("content-type;host", "host")},
		{name: "signed headers in disorder", code: signatureFailure, verdict: "SignedHeaders: want lower case, in alphabetical", change: authorization("content-type;host", "host;content-type")},
		{name: "a header that was not signed", code: signatureFailure, verdict: "Signature: does not fit", change: authorization("content-type;host", "content-type;host;x-tc-action")},
		{name: "signature", code: signatureFailure, verdict: "Signature: does not fit", change: authorization("Signature=", "Signature=0")},
		{name: "signature in capitals", code: signatureFailure, verdict: "want lower-case", change: func(r *http.Request) {
			text := r.Header.Get("Authorization")
			at := strings.Index(text, "Signature=") + len("Signature=")
			r.Header.Set("Authorization", text[:at]+strings.ToUpper(text[at:]))
		}},
		{name: "content type", code: signatureFailure, verdict: `made with content-type "application/json"; the request came with "text/plain"`, change: header("Content-Type", "text/plain")},
		{name: "host", code: signatureFailure, verdict: `made with host "sms.tencentcloudapi.com"; the request came with host "127.0.0.1:8080"`, change: func(r *http.Request) { r.Host = "127.0.0.1:8080" }},
		{name: "host without its port", code: signatureFailure, verdict: `made with host "127.0.0.1"; the request came with host "127.0.0.1:8080"`, change: func(r *http.Request) {
			r.Host = "127.0.0.1:8080"
			resigned(func(s *tc3) { s.headers["host"] = "127.0.0.1" })(r)
		}},
		{name: "empty payload", code: signatureFailure, verdict: "payload hash: made over an empty body", change: resigned(func(s *tc3) { s.payload = nil })},
		{name: "another payload", code: signatureFailure, verdict: "payload hash of its last line", change: resigned(func(s *tc3) { s.payload = []byte("{}") })},
		{name: "token", code: "AuthFailure.TokenFailure", verdict: "X-TC-Token: ", change: header("X-TC-Token", "x")},
		{name: "action", code: "InvalidAction", verdict: "X-TC-Action: ", change: header("X-TC-Action", "SendSMS")},
		{name: "version", code: "NoSuchVersion", verdict: "X-TC-Version: want 2021-01-11", change: header("X-TC-Version", "2019-07-11")},
		{name: "region", code: "MissingParameter", verdict: "X-TC-Region: missing", change: header("X-TC-Region", "")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			reply, verdict := a.do(t, request{action: "SendSms", body: exampleBody, change: tt.change})
			require.Equal(t, []string{"request: " + tt.code}, codes(t, reply))
			require.Contains(t, verdict, tt.verdict)
			require.Empty(t, a.server.Texts())
		})
	}
}

func TestOtherWaysOfSigning(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		q    request
	}{
		{name: "charset", q: request{contentType: "application/json; charset=utf-8"}},
		{name: "almost five minutes late", q: request{timestamp: "1699999701"}},
		{name: "almost five minutes early", q: request{timestamp: "1700000299"}},
		{name: "with the action", q: request{change: func(r *http.Request) {
			signed := sign(r, exampleBody)
			signed.signedHeaders = append(signed.signedHeaders, "x-tc-action")
			signed.headers["x-tc-action"] = "sendsms"
			r.Header.Set("Authorization", algorithm+" Credential="+secretID+"/"+signed.date+"/sms/"+terminal+
				",SignedHeaders="+strings.Join(signed.signedHeaders, ";")+",Signature="+signed.signature(exampleKey))
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			tt.q.action, tt.q.body = "SendSms", exampleBody
			reply, verdict := a.do(t, tt.q)
			require.Equal(t, []string{"Ok"}, codes(t, reply), verdict)
		})
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	for _, timestamp := range []string{"1699999699", "1700000301"} {
		reply, verdict := newAccount(Config{}).do(t, request{action: "SendSms", body: exampleBody, timestamp: timestamp})
		require.Equal(t, []string{"request: AuthFailure.SignatureExpire"}, codes(t, reply))
		require.Equal(t, "X-TC-Timestamp: 5m1s away from the service's clock", verdict)
	}
}

// TestDay signs in the first hours of a day in Beijing, which are the day before
// in UTC.
func TestDay(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{})
	a.clock.Advance(time.Date(2023, time.November, 15, 2, 0, 0, 0, beijing).Sub(a.clock.Now()))
	reply, verdict := a.send(t)
	require.Equal(t, []string{"Ok"}, codes(t, reply), verdict)
}

func TestTemporaryKey(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Token: "TEMPORARY"})
	reply, verdict := a.send(t)
	require.Equal(t, []string{"request: AuthFailure.TokenFailure"}, codes(t, reply))
	require.Contains(t, verdict, "X-TC-Token")
	reply, verdict = a.do(t, request{action: "SendSms", body: exampleBody, change: func(r *http.Request) { r.Header.Set("X-TC-Token", "TEMPORARY") }})
	require.Equal(t, []string{"Ok"}, codes(t, reply), verdict)
}

func TestOwns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, header, value string
		want                      bool
	}{
		{name: "by its action", path: "/", header: "X-TC-Action", value: "SendSms", want: true},
		{name: "by its version", path: "/", header: "X-TC-Version", value: "2021-01-11", want: true},
		{name: "by its signature", path: "/", header: "Authorization", value: "TC3-HMAC-SHA256 x", want: true},
		{name: "another path", path: "/webservice/sms.php", header: "X-TC-Action", value: "SendSms"},
		{name: "another protocol", path: "/", header: "Authorization", value: "Basic x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tt.path, nil)
			r.Header.Set(tt.header, tt.value)
			require.Equal(t, tt.want, New(Config{}).Owns(r))
		})
	}
}
