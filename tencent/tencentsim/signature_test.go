package tencentsim

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// signing is what a client signs that does it properly.
func signing(host, contentType, timestamp, body string) tc3 {
	seconds, _ := strconv.ParseInt(timestamp, 10, 64)
	return tc3{
		method: "POST", signedHeaders: []string{"content-type", "host"},
		headers: map[string]string{"host": host, "content-type": contentType},
		payload: []byte(body), timestamp: timestamp, date: time.Unix(seconds, 0).UTC().Format(time.DateOnly),
	}
}

// authorize is the header of a client.
func authorize(signed tc3) string {
	return "TC3-HMAC-SHA256 Credential=" + secretID + "/" + signed.date + "/sms/tc3_request, SignedHeaders=" +
		strings.Join(signed.signedHeaders, ";") + ", Signature=" + signed.signature(exampleKey)
}

// TestSignature has worked examples that were computed with an independent
// implementation.
func TestSignature(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, host, contentType, request, signature string }{
		{"the service's host", "sms.tencentcloudapi.com", "application/json", "d2bcb0f90b5cc13315a1257d74274e262b5eed674406805c0c6d0eaeac68e542", "74fa9e41a6417039e305328b3d28b40c9875b837954c453b8ce997aa653c14d2"},
		{"a host with a port", "127.0.0.1:18080", "application/json", "30e4ebdb49f8cde855d8d37819ebc7e8d6a33928aaeefbbf2dc195d7bc620498", "8f6970764bd97176c9084feece1f4b12488ef58ad7183a4e3177aaa8cfd589de"},
		{"with a charset", "sms.tencentcloudapi.com", "application/json; charset=utf-8", "6cb2b4d398d6ad87dbe335d5c07c492dde1ee4c2005ff2e733ab346df078bbb1", "82073c54a762d0ce6f87a36fff65982dff1dd5debd8941be70bb0239be6f299c"},
	}
	for _, tt := range tests {
		e := signing(tt.host, tt.contentType, "1700000000", exampleBody)
		require.Equal(t, tt.request, sha256Hex([]byte(e.canonicalRequest())), tt.name)
		require.Equal(t, tt.signature, e.signature(exampleKey), tt.name)
	}
}

// TestThreeSignedHeaders is the example of the vendor's documentation for another
// service, which signs x-tc-action too.
func TestThreeSignedHeaders(t *testing.T) {
	t.Parallel()
	e := signing("cvm.tencentcloudapi.com", "application/json; charset=utf-8", "1551113065",
		`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`)
	e.signedHeaders, e.headers["x-tc-action"] = append(e.signedHeaders, "x-tc-action"), "describeinstances"
	require.Equal(t, "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064", sha256Hex(e.payload))
	require.Equal(t, "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84", sha256Hex([]byte(e.canonicalRequest())))
}

// resigned signs a request in another way.
func resigned(adjust func(*tc3)) func(*http.Request) {
	return func(r *http.Request) {
		signed := signing(r.URL.Host, r.Header.Get("Content-Type"), r.Header.Get("X-TC-Timestamp"), exampleBody)
		adjust(&signed)
		r.Header.Set("Authorization", authorize(signed))
	}
}

// TestCorruption corrupts one part of a request at a time. The verdict names it.
func TestCorruption(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	authorization := func(old, replacement string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, replacement, 1))
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
		{name: "late", code: "AuthFailure.SignatureExpire", verdict: "X-TC-Timestamp: 5m1s away from the service's clock", change: header("X-TC-Timestamp", "1699999699")},
		{name: "early", code: "AuthFailure.SignatureExpire", verdict: "X-TC-Timestamp: 5m1s away from the service's clock", change: header("X-TC-Timestamp", "1700000301")},
		{name: "timestamp that was not signed", code: signatureFailure, verdict: "Signature: does not fit", change: header("X-TC-Timestamp", "1700000001")},
		{name: "date", code: signatureFailure, verdict: "Credential: date: want 2023-11-14", change: authorization("2023-11-14", "2023-11-15")},
		{name: "service", code: signatureFailure, verdict: "Credential: want sms/tc3_request", change: authorization("/sms/", "/cvm/")},
		{name: "too few signed headers", code: signatureFailure, verdict: "SignedHeaders: want content-type and host", change: authorization("content-type;host", "host")},
		{name: "signed headers in disorder", code: signatureFailure, verdict: "SignedHeaders: want lower case, in alphabetical", change: authorization("content-type;host", "host;content-type")},
		{name: "signed headers in capitals", code: signatureFailure, verdict: "SignedHeaders: want lower case, in alphabetical", change: authorization("content-type;host", "X-TC-Action;content-type;host")},
		{name: "a header that was not signed", code: signatureFailure, verdict: "Signature: does not fit", change: authorization("content-type;host", "content-type;host;x-tc-action")},
		{name: "signature", code: signatureFailure, verdict: "Signature: does not fit", change: authorization("Signature=", "Signature=0")},
		{name: "signature in capitals", code: signatureFailure, verdict: "want lower-case", change: func(r *http.Request) {
			head, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", head+"Signature="+strings.ToUpper(signature))
		}},
		{name: "content type", code: signatureFailure, verdict: `made with content-type "application/json"; the request came with content-type "text/plain"`, change: header("Content-Type", "text/plain")},
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
		wait time.Duration
	}{
		{name: "charset", q: request{contentType: "application/json; charset=utf-8"}},
		{name: "almost five minutes late", q: request{timestamp: "1699999701"}},
		{name: "almost five minutes early", q: request{timestamp: "1700000299"}},
		{name: "two o'clock in Beijing, which is the day before in UTC", wait: 3*time.Hour + 46*time.Minute + 40*time.Second},
		{name: "with the action", q: request{change: resigned(func(s *tc3) {
			s.signedHeaders, s.headers["x-tc-action"] = append(s.signedHeaders, "x-tc-action"), "sendsms"
		})}},
		{name: "no spaces between the parts", q: request{change: func(r *http.Request) {
			r.Header.Set("Authorization", strings.ReplaceAll(r.Header.Get("Authorization"), ", ", ","))
		}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			a.clock.Advance(tt.wait)
			tt.q.action, tt.q.body = "SendSms", exampleBody
			reply, verdict := a.do(t, tt.q)
			require.Equal(t, []string{"Ok"}, codes(t, reply), verdict)
		})
	}
}
