package aliyunsim

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
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

// members are those of a reply.
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

// order are the fields of a text with a code of the service's.
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
