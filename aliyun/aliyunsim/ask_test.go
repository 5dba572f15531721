package aliyunsim

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ask is a request before it is signed.
type ask struct {
	action      string
	fields      url.Values
	host        string // default: that of the simulator
	method      string // default: POST
	inBody      bool   // the fields stand in the body
	header      http.Header
	nonce, date string
	change      func(r *http.Request) // after the signature
}

// v3 makes a request with the new signature.
func (q ask) v3(t *testing.T, b bench) *http.Request {
	t.Helper()
	query, body := rfc3986(q.fields), ""
	if q.inBody {
		query, body = "", query
	}
	r, err := http.NewRequestWithContext(t.Context(), q.methodOr("POST"), b.server.URL()+"/?"+query, strings.NewReader(body))
	require.NoError(t, err)
	if q.host != "" {
		r.Host = q.host
	}
	r.Header = http.Header{
		"X-Acs-Action": {q.action}, "X-Acs-Version": {"2017-05-25"}, "X-Acs-Date": {q.dateOr(b)}, "X-Acs-Signature-Nonce": {q.nonceOr(b)},
		"X-Acs-Content-Sha256": {hexHash(body)},
	}
	if q.inBody {
		r.Header.Set("Content-Type", formType)
	}
	maps.Copy(r.Header, q.header)
	signV3(r, query, body)
	if q.change != nil {
		q.change(r)
	}
	return r
}

// signV3 signs as the document says, with code of the tests' own.
func signV3(r *http.Request, query, body string) {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	r.Header.Set("Authorization", authorize(r.Method, host, query, r.Header, body))
}

func authorize(method, host, query string, header http.Header, body string) string {
	headers := map[string]string{"host": host}
	for name := range header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-acs-") || lower == "content-type" {
			headers[lower] = header.Get(name)
		}
	}
	names := slices.Sorted(maps.Keys(headers))
	lines := []string{method, "/", query}
	for _, name := range names {
		lines = append(lines, name+":"+headers[name])
	}
	signed := strings.Join(names, ";")
	request := strings.Join(append(lines, "", signed, hexHash(body)), "\n")
	mac := hmac.New(sha256.New, []byte(keySecret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hexHash(request)))
	return "ACS3-HMAC-SHA256 Credential=" + keyID + ",SignedHeaders=" + signed + ",Signature=" + hex.EncodeToString(mac.Sum(nil))
}

// v1 makes a request with the old signature.
func (q ask) v1(t *testing.T, b bench) *http.Request {
	t.Helper()
	fields := url.Values{
		"AccessKeyId": {keyID}, "Action": {q.action}, "Format": {"JSON"}, "Version": {"2017-05-25"}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureVersion": {"1.0"}, "SignatureNonce": {q.nonceOr(b)}, "Timestamp": {q.dateOr(b)}, "RegionId": {"cn-hangzhou"}, "SignatureType": {""},
	}
	maps.Copy(fields, q.fields)
	method := q.methodOr("POST")
	fields.Set("Signature", signatureV1(method, fields))
	query, body := fields.Encode(), ""
	if q.inBody {
		query, body = "", query
	}
	r, err := http.NewRequestWithContext(t.Context(), method, b.server.URL()+"/?"+query, strings.NewReader(body))
	require.NoError(t, err)
	if q.host != "" {
		r.Host = q.host
	}
	if q.inBody {
		r.Header.Set("Content-Type", formType)
	}
	if q.change != nil {
		q.change(r)
	}
	return r
}

// signatureV1 signs as the document says, with code of the tests' own.
func signatureV1(method string, fields url.Values) string {
	rest := maps.Clone(fields)
	rest.Del("Signature")
	mac := hmac.New(sha1.New, []byte(keySecret+"&"))
	mac.Write([]byte(method + "&%2F&" + rfc3986Text(rfc3986(rest))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (q ask) methodOr(method string) string {
	if q.method != "" {
		return q.method
	}
	return method
}

func (q ask) dateOr(b bench) string {
	if q.date != "" {
		return q.date
	}
	return b.clock.Now().UTC().Format("2006-01-02T15:04:05Z")
}

func (q ask) nonceOr(b bench) string {
	if q.nonce != "" {
		return q.nonce
	}
	*b.nonces++
	return fmt.Sprintf("nonce-%d", *b.nonces)
}

func rfc3986(fields url.Values) string { return strings.ReplaceAll(fields.Encode(), "+", "%20") }

func rfc3986Text(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
