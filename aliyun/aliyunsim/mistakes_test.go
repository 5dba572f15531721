package aliyunsim

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// special has what ways to escape differ in.
var special = sms("OutId", "a b*~'!")

// TestV3Mistakes makes the mistakes that clients are known to make. The verdict names
// them.
func TestV3Mistakes(t *testing.T) {
	t.Parallel()
	resign := func(adjust func(v *v3), key string) func(r *http.Request) {
		return func(r *http.Request) {
			a := readAuthorization(r.Header)
			v := v3{
				method: r.Method, path: "/", query: canonical(r.URL.Query(), escape), signedHeaders: a.signedHeaders,
				headers: map[string]string{"host": r.URL.Host}, payloadHash: r.Header.Get("X-Acs-Content-Sha256"),
			}
			if r.Host != "" {
				v.headers["host"] = r.Host
			}
			for _, name := range a.signedHeaders[1:] {
				v.headers[name] = r.Header.Get(name)
			}
			if a.signedHeaders[0] == "content-type" {
				v.headers["content-type"], v.headers["host"] = r.Header.Get("Content-Type"), r.Host
			}
			adjust(&v)
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), a.signature, v.signature(key), 1))
		}
	}
	signature := func(change func(signature string) string) func(r *http.Request) {
		return func(r *http.Request) {
			was := readAuthorization(r.Header).signature
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), was, change(was), 1))
		}
	}
	nothing := func(*v3) {}
	const port = "127.0.0.1:8080"
	for name, tt := range map[string]struct {
		q    ask
		says string
	}{
		"host without its port":   {ask{host: port, change: resign(func(v *v3) { v.headers["host"] = "127.0.0.1" }, keySecret)}, `header host: made with "127.0.0.1"; the request came with "127.0.0.1:8080"`},
		"IPv6 host":               {ask{host: "[::1]:8080", change: resign(func(v *v3) { v.headers["host"] = "::1" }, keySecret)}, `header host: made with "::1"`},
		"the service's host":      {ask{host: port, change: resign(func(v *v3) { v.headers["host"] = smsHost }, keySecret)}, `header host: made with "dysmsapi.aliyuncs.com"`},
		"content type":            {ask{host: port, inBody: true, change: resign(func(v *v3) { v.headers["content-type"] = "application/json" }, keySecret)}, `header content-type: made with "application/json"`},
		"hash of an empty body":   {ask{host: port, inBody: true, change: resign(func(v *v3) { v.query, v.payloadHash = "", hexHash("") }, keySecret)}, "last line: made with the hash of an empty body"},
		"body in the query":       {ask{host: port, inBody: true, change: resign(func(v *v3) { v.query = rfc3986(special) }, keySecret)}, "line 3: made with the fields of the body in the query"},
		"GET":                     {ask{change: resign(func(v *v3) { v.method = "GET" }, keySecret)}, "line 1: made for the method GET"},
		"method in lower case":    {ask{change: resign(func(v *v3) { v.method = "post" }, keySecret)}, "line 1: made for the method post"},
		"no path":                 {ask{change: resign(func(v *v3) { v.path = "" }, keySecret)}, "line 2: made without the path"},
		"no query":                {ask{change: resign(func(v *v3) { v.query = "" }, keySecret)}, "line 3: made without the query"},
		"+ for a space":           {ask{change: resign(func(v *v3) { v.query = special.Encode() }, keySecret)}, "line 3: the query is escaped with + for a space"},
		"* as it is":              {ask{change: resign(func(v *v3) { v.query = strings.ReplaceAll(v.query, "%2A", "*") }, keySecret)}, "line 3: the query is escaped with * as it is"},
		"~ escaped":               {ask{change: resign(func(v *v3) { v.query = strings.ReplaceAll(v.query, "~", "%7E") }, keySecret)}, "line 3: the query is escaped with %7E for ~"},
		"JavaScript":              {ask{change: resign(func(v *v3) { v.query = strings.NewReplacer("%2A", "*", "%27", "'", "%21", "!").Replace(v.query) }, keySecret)}, "line 3: the query is escaped as JavaScript's"},
		"lower hex":               {ask{change: resign(func(v *v3) { v.query = canonical(special, lowerHex) }, keySecret)}, "hexadecimal digits in lower case"},
		"no empty line":           {ask{change: resign(func(v *v3) { v.slip.noBlankLine = true }, keySecret)}, "made without the empty line"},
		"not hashed":              {ask{change: resign(func(v *v3) { v.slip.unhashed = true }, keySecret)}, "made over the canonical request"},
		"key with &":              {ask{change: resign(nothing, keySecret+"&")}, "made with an & behind the AccessKeySecret"},
		"key in lower case":       {ask{change: resign(nothing, strings.ToLower(keySecret))}, "made with the AccessKeySecret in lower case"},
		"two mistakes":            {ask{change: resign(func(v *v3) { v.method = "GET" }, keySecret+"&")}, "made with an & behind the AccessKeySecret, which belongs to HMAC-SHA1; the key is the AccessKeySecret as it is; line 1"},
		"another key":             {ask{change: resign(nothing, "another")}, "does not fit. Tested: made with an & behind"},
		"signature in base64":     {ask{change: signature(func(s string) string { raw, _ := hex.DecodeString(s); return base64.StdEncoding.EncodeToString(raw) })}, "want lower-case hexadecimal, and not base64"},
		"signature in upper case": {ask{change: signature(strings.ToUpper)}, "want lower-case hexadecimal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(Config{})
			tt.q.action, tt.q.fields = "SendSms", special
			e := b.v3(t, tt.q)
			requireCode(t, e, "SignatureDoesNotMatch", "Authorization: Signature: ")
			require.Contains(t, e.Verdict, tt.says)
			require.NotContains(t, e.Verdict, keySecret)
			require.Equal(t, http.StatusBadRequest, e.Status)
			if name != "another key" {
				require.NotContains(t, e.Verdict, "does not fit")
				return
			}
			require.Contains(t, e.Verdict, "\nPOST\n/\n", "the canonical request is shown")
		})
	}
}

// TestV1Mistakes is TestV3Mistakes for the old signature.
func TestV1Mistakes(t *testing.T) {
	t.Parallel()
	resign := func(adjust func(v *v1), key string) func(r *http.Request) {
		return func(r *http.Request) {
			fields := r.URL.Query()
			v := v1{method: r.Method, fields: without(fields, "Signature")}
			adjust(&v)
			fields.Set("Signature", v.signature(key))
			r.URL.RawQuery = fields.Encode()
		}
	}
	signature := func(change func(signature string) string) func(r *http.Request) {
		return func(r *http.Request) {
			fields := r.URL.Query()
			fields.Set("Signature", change(fields.Get("Signature")))
			r.URL.RawQuery = fields.Encode()
		}
	}
	const key = keySecret + "&"
	nothing := func(*v1) {}
	for says, change := range map[string]func(r *http.Request){
		"made with the AccessKeySecret alone":         resign(nothing, keySecret),
		"made with the AccessKeySecret in lower case": resign(nothing, strings.ToLower(key)),
		"made with an & before the AccessKeySecret":   resign(nothing, "&"+keySecret),
		"made for the method GET":                     resign(func(v *v1) { v.method = "GET" }, key),
		"made over the fields of the body alone":      resign(func(v *v1) { v.fields = url.Values{} }, key),
		"made without fields that are blank":          resign(func(v *v1) { v.fields.Del("SignatureType") }, key),
		"escaped one time; want the whole":            resign(func(v *v1) { v.slip.once = true }, key),
		"made with / as the second part":              resign(func(v *v1) { v.slip.slash = true }, key),
		"escaped with + for a space":                  resign(func(v *v1) { v.slip.escape = url.QueryEscape }, key),
		"escaped with * as it is":                     resign(func(v *v1) { v.slip.escape = replacing("%2A", "*") }, key),
		"escaped as JavaScript's encodeURIComponent":  resign(func(v *v1) { v.slip.escape = replacing("%21", "!", "%27", "'", "%2A", "*") }, key),
		"escaped as Java's URLEncoder does it": resign(func(v *v1) {
			v.slip.escape = func(s string) string { return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(s)) }
		}, key),
		"not escaped; want":                               resign(func(v *v1) { v.slip.escape = func(s string) string { return s } }, key),
		"made with HMAC-SHA256; want HMAC-SHA1":           signature(func(string) string { return "" }), // set below
		"want base64, and not hexadecimal":                signature(func(s string) string { raw, _ := base64.StdEncoding.DecodeString(s); return hex.EncodeToString(raw) }),
		"does not fit. Tested: made with the AccessKeySe": resign(nothing, "another&"),
	} {
		if strings.Contains(says, "HMAC-SHA256") {
			change = func(r *http.Request) {
				fields := r.URL.Query()
				fields.Set("Signature", v1{method: r.Method, fields: without(fields, "Signature")}.bySHA256(key))
				r.URL.RawQuery = fields.Encode()
			}
		}
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			b := newBench(Config{})
			e := b.do(t, ask{action: "SendSms", fields: special, change: change}.v1(t, b))
			requireCode(t, e, "SignatureDoesNotMatch", "Signature: ")
			require.Contains(t, e.Verdict, says)
			require.NotContains(t, e.Verdict, keySecret)
			require.Equal(t, strings.HasPrefix(says, "does not fit"), strings.Contains(e.Verdict, "POST&%2F&"), "the string to sign is shown where nothing fits")
		})
	}
}

// TestPlusInSignature: a + that is not escaped arrives as a space.
func TestPlusInSignature(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for {
		r := ask{action: "SendSms", fields: sms()}.v1(t, b)
		if !strings.Contains(r.URL.RawQuery, "%2B") {
			continue // no + in this one
		}
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "%2B", "+")
		requireCode(t, b.do(t, r), "SignatureDoesNotMatch", "Signature: has a space where base64 has +")
		return
	}
}

// TestTokenIsHidden: a verdict that shows what was signed does not show the token.
func TestTokenIsHidden(t *testing.T) {
	t.Parallel()
	b := newBench(Config{SecurityToken: token})
	wrong := func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Signature=", "Signature=0", 1))
	}
	e := b.v3(t, ask{action: "SendSms", fields: sms(), header: http.Header{"X-Acs-Security-Token": {token}}, change: wrong})
	require.Contains(t, e.Verdict, "x-acs-security-token:(the token)")
	require.NotContains(t, e.Verdict, token)
	fields := sms("SecurityToken", token)
	e = b.do(t, ask{action: "SendSms", fields: fields, change: func(r *http.Request) { r.URL.RawQuery += "&x=y" }}.v1(t, b))
	require.Contains(t, e.Verdict, "SecurityToken%3D%2528the%2520token%2529")
	require.NotContains(t, e.Verdict, token)
}

// TestOtherHash: the hash of the body is checked before the signature.
func TestOtherHash(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for hash, says := range map[string]string{
		hexHash("x"): "the hash of the body that came is", hexHash(""): "that of an empty body",
		strings.ToUpper(hexHash(rfc3986(sms()))): "want lower case",
	} {
		e := b.v3(t, ask{action: "SendSms", fields: sms(), inBody: true, header: http.Header{"X-Acs-Content-Sha256": {hash}}})
		requireCode(t, e, "SignatureDoesNotMatch", "X-Acs-Content-Sha256: ")
		require.Contains(t, e.Verdict, says)
	}
	require.Contains(t, whyOtherHash(hexHash("a=1"), []byte("a=1\r\n")), "without the white space at its end")
}
