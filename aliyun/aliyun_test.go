package aliyun_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

const (
	keyID     = "LTAI0000000000000000"
	keySecret = "0123456789abcdefghijklmnopqrst"
	token     = "sts0token0of0a0temporary0key"
)

// at is the time of the vectors in testdata/README.md.
var at = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

// zeros makes every nonce AAAAAAAAAAAAAAAAAAAAAAAA.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func newConfig(client *http.Client) aliyun.Config {
	return aliyun.Config{
		AccessKeyID: keyID, AccessKeySecret: keySecret, Sign: "示例签名",
		Templates: provider.Templates{
			"login":  {ID: "SMS_154950909", Params: []string{"code"}},
			"order":  {ID: "SMS_71390007", Params: []string{"name", "number"}, Sign: "示例商城"},
			"closed": {ID: "SMS_71390008"},
		},
		HTTPClient: client, Rand: zeros{}, Now: func() time.Time { return at },
	}
}

func temporary(cfg *aliyun.Config) { cfg.SecurityToken = token }

func newMessage(template string, params provider.Params) provider.Message {
	return provider.Message{To: provider.MustParsePhone("13800138000"), Template: template, Params: params}
}

var login = newMessage("login", provider.Params{provider.ParamCode: "042137"})

// send sends m with the account of newConfig, changed.
func send(m provider.Message, changes ...func(*aliyun.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, aliyun.New, newConfig(client), changes...).Send(t.Context(), m)
	}
}

// receipt is that of a text to the number of newMessage.
func receipt(id string) provider.Receipt {
	return provider.Receipt{Provider: "aliyun", ID: id, To: login.To, At: at}
}

func withRequestID(r provider.Receipt, id string) provider.Receipt {
	r.Extra = map[string]string{"request_id": id}
	return r
}

func TestRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden string, m provider.Message, changes ...func(*aliyun.Config)) wiretest.Request {
		want := withRequestID(receipt("9006197469364984^0"), "F655A8D5-B967-440B-8683-DAD6FF8DE990")
		want.To = m.To
		return wiretest.Request{Name: name, Call: send(m, changes...), Reply: wiretest.Read(t, "reply-accepted.json"), Want: want, Golden: golden}
	}
	referred := login
	referred.Ref = "a b*~'"
	abroad := login
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	wiretest.Requests(t, []wiretest.Request{
		sent("code", "request-send.http", referred),
		sent("two values and a signature of the template's", "request-send-order.http", newMessage("order", provider.Params{"number": "17", "name": `"五" & 1+1=2%`})),
		sent("no variables, abroad, temporary key", "request-send-abroad.http", provider.Message{To: abroad.To, Template: "closed"}, temporary),
	})
}

func TestReply(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: send(login), Begins: "aliyun: send: ", Secrets: []string{keyID, keySecret, "13800138000", "042137"}}.Replies(t, []wiretest.Reply{
		{Name: "accepted", Reply: `{"Code":"OK","Message":"OK","BizId":"1^0"}`, Want: receipt("1^0")},
		{Name: "accepted without an id", Reply: `{"Code":"OK"}`, Want: receipt("")},
		{Name: "no code", Reply: `{"Message":"OK","BizId":"1^0"}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "an empty object", Reply: `{}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "null", Reply: `null`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "success under 400", Status: http.StatusBadRequest, Reply: `{"Code":"OK","BizId":"1^0"}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "a page under 502", Status: http.StatusBadGateway, Reply: `<html>`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{
			Name: "refused", Reply: wiretest.Read(t, "reply-refused.json"), Kind: provider.KindSignature, Code: "isv.SMS_SIGNATURE_ILLEGAL",
			Text: "该账号下找不到对应签名 (request 8906582E-6722-4D18-A2B1-0C2B9C2FA3D6)",
		},
		{
			Name: "refused without words", Reply: `{"Code":"isv.AMOUNT_NOT_ENOUGH"}`, Kind: provider.KindBalance, Code: "isv.AMOUNT_NOT_ENOUGH", Text: "账户余额不足",
		},
		{
			Name: "words that say nothing", Reply: `{"Code":"isp.SYSTEM_ERROR","Message":"UNKNOWN"}`, Kind: provider.KindUnavailable, Code: "isp.SYSTEM_ERROR",
			MayHaveSent: true, Text: "系统错误",
		},
		{
			Name: "the gateway, under 403", Status: http.StatusForbidden, Kind: provider.KindAuth, Code: "SignatureDoesNotMatch",
			Reply: `{"Code":"SignatureDoesNotMatch","Message":"server string to sign is:POST&%2F&PhoneNumbers%3D13800138000 ` + keySecret + `","HostId":"x"}`,
			Text:  "server string to sign is:POST&%2F&PhoneNumbers%3D*** ***",
		},
		{
			Name: "a nonce that was used", Status: http.StatusBadRequest, Reply: `{"Code":"SignatureNonceUsed"}`,
			Kind: provider.KindConfig, Code: "SignatureNonceUsed", MayHaveSent: true,
		},
		{Name: "a further code of a family", Status: http.StatusForbidden, Reply: `{"Code":"Forbidden.AccessKey"}`, Kind: provider.KindAuth, Code: "Forbidden.AccessKey"},
		{Name: "a code that nobody lists", Reply: `{"Code":"isv.NEW"}`, Kind: provider.KindUnknown, Code: "isv.NEW", MayHaveSent: true},
		{Name: "not filed", Reply: `{"Code":"PORT_NOT_REGISTERED"}`, Kind: provider.KindSignature, Code: "PORT_NOT_REGISTERED"},
		{Name: "from abroad", Reply: `{"Code":"isv.DENY_IP_RANGE"}`, Kind: provider.KindConfig, Code: "isv.DENY_IP_RANGE"},
	})
}

// TestHashesAreHidden: the gateway repeats what it has signed. The hash of a body that has
// nothing else unknown than a code of six digits gives the code away.
func TestHashesAreHidden(t *testing.T) {
	t.Parallel()
	client := &http.Client{Transport: wiretest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		bodyHash := fmt.Sprintf("%x", sha256.Sum256(body))
		canonical := "POST\n/\n\nx-acs-content-sha256:" + bodyHash + "\n\nhost\n" + bodyHash
		reply, err := json.Marshal(map[string]string{"Code": "SignatureDoesNotMatch", "Message": "server CanonicalRequest is [" + canonical + "]"})
		return &http.Response{StatusCode: http.StatusForbidden, Body: io.NopCloser(bytes.NewReader(reply)), Request: r}, err
	})}
	_, err := wiretest.Build(t, aliyun.New, newConfig(client)).Send(t.Context(), login)
	require.ErrorIs(t, err, provider.KindAuth)
	require.NotRegexp(t, `[0-9a-f]{64}`, err.Error())
	// And the simulator, which says what it has signed as the real gateway does.
	server := sim.New(sim.Config{}, newAccount(aliyunsim.Config{}))
	cfg := newConfig(&http.Client{Transport: server.Transport()})
	cfg.AccessKeySecret, cfg.Now = "another-secret-key", nil
	_, err = wiretest.Build(t, aliyun.New, cfg).Send(t.Context(), login)
	require.ErrorContains(t, err, "CanonicalRequest")
	require.NotRegexp(t, `[0-9a-f]{64}`, err.Error())
}

// TestWaits has the refusals that say how long to wait: the gateway in a header, the
// limit of a number by its window.
func TestWaits(t *testing.T) {
	t.Parallel()
	const user, api = "x-ratelimit-user", "x-ratelimit-user-api"
	limit := func(words string) string { return `{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"` + words + `"}` }
	for _, tt := range []struct {
		name, reply, header, value string
		scope                      provider.Scope
		want                       time.Duration
	}{
		{"user", `{"Code":"Throttling.User"}`, user, "Limit:1,Remain:0,TimeLeft:2000,Reset:1234", provider.ScopeAccount, 2 * time.Second},
		{"interface", `{"Code":"Throttling.Api"}`, api, "Limit:1, Remain:0, TimeLeft: 1500", provider.ScopeAccount, 1500 * time.Millisecond},
		{"more than a day", `{"Code":"Throttling"}`, user, "TimeLeft:4294967295", provider.ScopeAccount, 24 * time.Hour},
		{"no number", `{"Code":"Throttling"}`, user, "TimeLeft:soon", provider.ScopeAccount, 0},
		{"negative", `{"Code":"Throttling"}`, user, "TimeLeft:-5", provider.ScopeAccount, 0},
		{"no header", `{"Code":"Throttling"}`, "", "", provider.ScopeAccount, 0},
		{"minute", limit("触发分钟级流控Permits:1"), "", "", provider.ScopePhone, time.Minute},
		{"hour", limit("触发小时级流控Permits:5"), "", "", provider.ScopePhone, time.Hour},
		{"day", limit("触发天级流控Permits:10"), "", "", provider.ScopePhone, 24 * time.Hour},
		{"other words", limit("check frequency failed"), "", "", provider.ScopePhone, 0},
		{"a header that belongs to no throttling", limit("x"), user, "TimeLeft:2000", provider.ScopePhone, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := &http.Client{Transport: wiretest.RoundTrip(func(r *http.Request) (*http.Response, error) {
				_, _ = io.Copy(io.Discard, r.Body)
				header := http.Header{}
				header.Set(tt.header, tt.value)
				return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(tt.reply)), Request: r}, nil
			})}
			_, err := wiretest.Build(t, aliyun.New, newConfig(client)).Send(t.Context(), login)
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, provider.KindThrottled, failure.Kind)
			require.Equal(t, tt.scope, failure.Scope)
			require.Equal(t, tt.want, failure.RetryAfter)
			require.False(t, failure.MayHaveSent)
		})
	}
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	long := login
	long.Ref = strings.Repeat("长", 257)
	wiretest.Table{Begins: "aliyun: send: "}.BadInput(t, []wiretest.Input{
		{Name: "an empty value", Call: send(newMessage("order", provider.Params{"number": "", "name": "x"})), Kind: provider.KindTemplate, Names: `Params["number"]: empty`},
		{Name: "a URL", Call: send(newMessage("order", provider.Params{"number": "https://example.com", "name": "x"})), Kind: provider.KindContent, Names: `Params["number"]: has a URL`},
		{Name: "a long Ref", Call: send(long), Kind: provider.KindUnsupported, Names: "Ref: has 257 characters"},
	})
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := aliyun.New(aliyun.Config{
		Region: "mars", Sign: "【签名】",
		Templates: provider.Templates{"a": {ID: "154950909"}, "b": {ID: "SMS_1", Sign: "有 空格"}, "c": {Text: "x"}},
		Timeout:   -1,
	})
	wiretest.Named(t, err, "AccessKeyID: ", "AccessKeySecret: ", `Region: "mars"`, "Sign: ", `Templates["a"].ID: `, `Templates["b"].Sign: `,
		`Templates["c"].ID: `, "Timeout: ")
	wiretest.PlainHTTP(t, newConfig(nil), func(cfg *aliyun.Config, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for region, host := range map[string]string{
		"": "dysmsapi.aliyuncs.com", "ap-southeast-1": "dysmsapi.ap-southeast-1.aliyuncs.com", "cn-beijing": "dysmsapi-proxy.cn-beijing.aliyuncs.com",
	} {
		cfg := newConfig((&wiretest.Stub{At: "POST https://" + host + "/", Reply: `{"Code":"OK","BizId":"1"}`}).Client())
		cfg.Region = region
		_, err := wiretest.Build(t, aliyun.New, cfg).Send(t.Context(), login)
		require.NoError(t, err, region)
	}
}

// TestNumbersStayOutOfAddresses looks at the first line of every kind of request.
func TestNumbersStayOutOfAddresses(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"Code":"OK","BizId":"1","Success":true,"Model":{"VerifyResult":"PASS"}}`}
	cfg := newConfig(stub.Client())
	cfg.Rand = rand.Reader
	p := wiretest.Build(t, aliyun.New, cfg)
	v := wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(stub.Client()))
	_, err := p.Send(t.Context(), login)
	require.NoError(t, err)
	_, err = p.SendBatch(t.Context(), login, []provider.Phone{login.To, provider.MustParsePhone("13900139000")})
	require.NoError(t, err)
	_, err = p.ReadStatus(t.Context(), receipt("1"))
	require.NoError(t, err)
	_, err = p.ReadFiling(t.Context(), "")
	require.NoError(t, err)
	_, err = v.Send(t.Context(), login)
	require.NoError(t, err)
	require.NoError(t, v.Verify(t.Context(), made, "042137"))
	require.Len(t, stub.Requests(), 6)
	for _, request := range stub.Requests() {
		require.True(t, strings.HasPrefix(request, "POST / HTTP/1.1\r\n"), "%q", request)
	}
}

func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	p := wiretest.Build(t, aliyun.New, newConfig(nil), temporary)
	v := wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(nil))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		for _, one := range []any{p, *p, v, *v, struct{ P any }{p}, []any{*v}} {
			wiretest.Hidden(t, fmt.Sprintf(verb, one), keyID, keySecret, token)
		}
	}
}
