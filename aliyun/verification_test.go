package aliyun_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

func newVerificationConfig(client *http.Client) aliyun.VerificationConfig {
	return aliyun.VerificationConfig{
		AccessKeyID: keyID, AccessKeySecret: keySecret, Sign: "速通互联验证码",
		Templates: provider.Templates{
			"login":  {ID: "100001", Params: []string{"code"}},
			"bind":   {ID: "100004", Params: []string{"code", "min"}, Sign: "云渚科技验证平台"},
			"theirs": {ID: "100001", Ignore: []string{"code"}},
			"own":    {ID: "100001"},
		},
		HTTPClient: client, Rand: zeros{}, Now: func() time.Time { return at },
	}
}

// special changes everything that a user may choose.
func special(cfg *aliyun.VerificationConfig) {
	cfg.CodeLife, cfg.CodeLength, cfg.Scheme, cfg.SecurityToken = 10*time.Minute, 4, "登录", token
}

// verification is a call of a Verification, changed.
func verification(ask func(t testing.TB, v *aliyun.Verification) (any, error), changes ...func(*aliyun.VerificationConfig)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return ask(t, wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(client), changes...))
	}
}

func sendCode(m provider.Message, changes ...func(*aliyun.VerificationConfig)) wiretest.Call {
	return verification(func(t testing.TB, v *aliyun.Verification) (any, error) { return v.Send(t.Context(), m) }, changes...)
}

func verify(r provider.Receipt, code string, changes ...func(*aliyun.VerificationConfig)) wiretest.Call {
	return verification(func(t testing.TB, v *aliyun.Verification) (any, error) { return nil, v.Verify(t.Context(), r, code) }, changes...)
}

// codeReceipt is that of a code to the number of newMessage.
func codeReceipt(id string, code provider.CodeOrigin) provider.Receipt {
	return provider.Receipt{Provider: "aliyun-verification", ID: id, To: login.To, At: at, Code: code}
}

// made is the receipt of a code that the service made.
var made = codeReceipt("112231421412414124123^4", provider.CodeByProvider)

func TestVerificationRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden string, m provider.Message, code provider.CodeOrigin, changes ...func(*aliyun.VerificationConfig)) wiretest.Request {
		want := withRequestID(codeReceipt("112231421412414124123^4", code), "API-reqelekrqkllkkewrlwrjlsdfsdf")
		if m.Ref != "" && code == provider.CodeByProvider {
			want.Extra["out_id"] = m.Ref
		}
		return wiretest.Request{Name: name, Call: sendCode(m, changes...), Reply: wiretest.Read(t, "reply-code-sent.json"), Want: want, Golden: golden}
	}
	own := provider.Message{To: login.To, Template: "own", Ref: "order-17"}
	wiretest.Requests(t, []wiretest.Request{
		sent("the caller's code", "request-code.http", login, provider.CodeByCaller),
		sent("the caller's code and minutes", "request-code-minutes.http", newMessage("bind", provider.Params{"code": "a1B2", "min": "15"}), provider.CodeByCaller),
		sent("a code of the service's", "request-code-own.http", own, provider.CodeByProvider),
		sent("everything chosen", "request-code-special.http", own, provider.CodeByProvider, special),
	})
}

func TestVerifyRequest(t *testing.T) {
	t.Parallel()
	referred := made
	referred.Extra = map[string]string{"out_id": "order-17"}
	passed := wiretest.Read(t, "reply-code-checked.json")
	wiretest.Requests(t, []wiretest.Request{
		{Name: "code as typed", Call: verify(made, "０４２ 137"), Reply: passed, Golden: "request-check.http"},
		{Name: "with a scheme and an OutId", Call: verify(referred, "042137", special), Reply: passed, Golden: "request-check-special.http"},
	})
}

func TestVerificationReply(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: sendCode(login), Begins: "aliyun-verification: send: ", Secrets: []string{keySecret, "13800138000", "042137"}}.Replies(t, []wiretest.Reply{
		{Name: "accepted", Reply: `{"Code":"OK","Success":true,"Model":{"BizId":"1^4"}}`, Want: codeReceipt("1^4", provider.CodeByCaller)},
		{Name: "accepted without a model", Reply: `{"Code":"OK","Success":true,"Model":null}`, Want: codeReceipt("", provider.CodeByCaller)},
		{Name: "accepted without Success", Reply: `{"Code":"OK","Model":{"BizId":"1^4"}}`, Want: codeReceipt("1^4", provider.CodeByCaller)},
		{Name: "OK and no success", Reply: `{"Code":"OK","Success":false}`, Kind: provider.KindUnavailable, MayHaveSent: true, Text: "unusable reply: Success: not true beside a Code that says OK"},
		{Name: "OK and no success as text", Reply: `{"Code":"OK","Success":"False"}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "OK and no success as a number", Reply: `{"Code":"OK","Success":0}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "success and no code", Reply: `{"Success":true}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{
			Name: "too soon", Reply: `{"Code":"biz.FREQUENCY","Message":"check frequency failed","Success":false}`,
			Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "biz.FREQUENCY", Text: "check frequency failed",
		},
		{
			Name: "a variable missing", Reply: `{"Code":"isv.INVALID_PARAMETERS","Message":"Invalid content for template variable min."}`,
			Kind: provider.KindTemplate, Code: "isv.INVALID_PARAMETERS",
		},
		{
			Name: "not opened", Reply: `{"Code":"FUNCTION_NOT_OPENED","Message":"UNKNOWN","RequestId":"r"}`,
			Kind: provider.KindConfig, Code: "FUNCTION_NOT_OPENED", Text: "功能未开通 (request r)",
		},
	})
}

func TestVerifyFails(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: verify(made, "042137"), Begins: "aliyun-verification: verify: ", Secrets: []string{"13800138000", "042137", keySecret}}.Replies(t, []wiretest.Reply{
		{Name: "passed", Reply: `{"Code":"OK","Success":true,"Model":{"VerifyResult":"PASS"}}`},
		{Name: "passed, success as text", Reply: `{"Code":"OK","Success":"true","Model":{"VerifyResult":"PASS"}}`},
		{
			Name: "wrong, under 400", Status: http.StatusBadRequest, Reply: `{"Code":"isv.ValidateFail","Message":"042137 13800138000"}`,
			Kind: provider.KindCodeMismatch, Code: "isv.ValidateFail",
		},
		{Name: "wrong, as documented", Reply: `{"Code":"OK","Success":true,"Model":{"VerifyResult":"UNKNOWN"}}`, Kind: provider.KindCodeMismatch, Code: "UNKNOWN"},
		{Name: "OK and no success", Reply: `{"Code":"OK","Success":false,"Model":{"VerifyResult":"PASS"}}`, Kind: provider.KindUnavailable},
		{Name: "OK and no word of success", Reply: `{"Code":"OK","Model":{"VerifyResult":"PASS"}}`, Kind: provider.KindUnavailable},
		{Name: "OK and success in doubt", Reply: `{"Code":"OK","Success":[],"Model":{"VerifyResult":"PASS"}}`, Kind: provider.KindUnavailable},
		{Name: "OK and no success as text", Reply: `{"Code":"OK","Success":"false","Model":{"VerifyResult":"PASS"}}`, Kind: provider.KindUnavailable},
		{Name: "OK and no result", Reply: `{"Code":"OK","Success":true,"Model":{}}`, Kind: provider.KindUnavailable, Text: "unusable reply: Model.VerifyResult: missing"},
		{Name: "OK and a model that is none", Reply: `{"Code":"OK","Success":true,"Model":"PASS"}`, Kind: provider.KindUnavailable},
		{Name: "a result that nobody knows", Reply: `{"Code":"OK","Success":true,"Model":{"VerifyResult":"MAYBE"}}`, Kind: provider.KindUnknown, Code: "MAYBE"},
		{Name: "OK for a result", Reply: `{"Code":"OK","Success":true,"Model":{"VerifyResult":"OK"}}`, Kind: provider.KindUnknown, Code: "OK"},
		{Name: "passed under 500", Status: http.StatusInternalServerError, Reply: `{"Code":"OK","Model":{"VerifyResult":"PASS"}}`, Kind: provider.KindUnavailable},
		{Name: "permission", Status: http.StatusForbidden, Reply: `{"Code":"isv.RAM_PERMISSION_DENY"}`, Kind: provider.KindAuth, Code: "isv.RAM_PERMISSION_DENY"},
	})
	abroad := made
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	wiretest.Table{Begins: "aliyun-verification: verify: "}.BadInput(t, []wiretest.Input{
		{Name: "the caller's code", Call: verify(codeReceipt("1", provider.CodeByCaller), "1"), Kind: provider.KindUnsupported, Names: "Receipt.Code: "},
		{Name: "letters", Call: verify(made, "abc123"), Kind: provider.KindCodeMismatch, Names: "code: "},
		{Name: "abroad", Call: verify(abroad, "042137"), Kind: provider.KindUnsupported, Names: "Receipt.To: "},
	})
}

func TestBadCode(t *testing.T) {
	t.Parallel()
	abroad, long := login, login
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	long.Ref = strings.Repeat("长", 257)
	bound := func(code, minutes string) wiretest.Call {
		return sendCode(newMessage("bind", provider.Params{"code": code, "min": minutes}))
	}
	wiretest.Table{Begins: "aliyun-verification: send: "}.BadInput(t, []wiretest.Input{
		{Name: "a foreign number", Call: sendCode(abroad), Kind: provider.KindUnsupported, Names: "To: "},
		{Name: "a code of three", Call: bound("123", "5"), Kind: provider.KindTemplate, Names: `Params["code"]: want 4 to 8`},
		{Name: "a code of nine", Call: bound("123456789", "5"), Kind: provider.KindTemplate, Names: `Params["code"]: want 4 to 8`},
		{Name: "a code with a dash", Call: bound("12-34", "5"), Kind: provider.KindTemplate, Names: `Params["code"]: want 4 to 8`},
		{Name: "full-width digits", Call: bound("１２３４", "5"), Kind: provider.KindTemplate, Names: `Params["code"]: want 4 to 8`},
		{Name: "the service's own mark", Call: bound("##code##", "5"), Kind: provider.KindTemplate, Names: `Params["code"]: has ##code##`},
		{Name: "the service's own mark in another value", Call: bound("1234", "##code##"), Kind: provider.KindTemplate, Names: `Params["min"]: has ##code##`},
		{Name: "no minutes", Call: bound("1234", ""), Kind: provider.KindTemplate, Names: `Params["min"]: want a number`},
		{Name: "minutes that are none", Call: bound("1234", "five"), Kind: provider.KindTemplate, Names: `Params["min"]: want a number`},
		{Name: "no time at all", Call: bound("1234", "0"), Kind: provider.KindTemplate, Names: `Params["min"]: want a number`},
		{Name: "a long Ref", Call: sendCode(long), Kind: provider.KindUnsupported, Names: "Ref: has 257 characters"},
		{
			Name: "a code where the service makes one", Call: sendCode(newMessage("own", provider.Params{"code": "1234"})),
			Kind: provider.KindTemplate, Names: `Params["code"]: Aliyun makes its own code`,
		},
	})
}

func TestBadVerificationConfig(t *testing.T) {
	t.Parallel()
	_, err := aliyun.NewVerification(aliyun.VerificationConfig{
		CodeLife: 90 * time.Second, CodeLength: 9, Scheme: strings.Repeat("长", 21), Sign: "【签名】",
		Templates: provider.Templates{"a": {ID: "SMS_1"}, "b": {ID: "100001", Params: []string{"min"}}, "c": {ID: "1", Sign: "有 空格"}},
	})
	wiretest.Named(t, err, "AccessKeyID: ", "AccessKeySecret: ", "CodeLife: ", "CodeLength: ", "Scheme: ", "Sign: ", `Templates["a"].ID: `,
		`Templates["b"].Params: `, `Templates["c"].Sign: `)
	wiretest.PlainHTTP(t, newVerificationConfig(nil), func(cfg *aliyun.VerificationConfig, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
}

// TestSignIsNeeded: a signature is the account's, or every template has one.
func TestSignIsNeeded(t *testing.T) {
	t.Parallel()
	cfg := newVerificationConfig(nil)
	cfg.Sign, cfg.CodeLife = "", 25*time.Hour
	wiretest.Named(t, cfg.Validate(), "Sign: must not be empty", "CodeLife: ")
	own := newConfig(nil)
	own.Sign = ""
	wiretest.Named(t, own.Validate(), "Sign: must not be empty")
	own.Templates = provider.Templates{"login": {ID: "SMS_1", Sign: "示例签名"}}
	require.NoError(t, own.Validate())
	for _, sign := range []string{"[签名]", "［签名］", "签\x00名", "签\u200b名", "签\xff名", "签 名"} {
		own.Sign = sign
		require.Error(t, own.Validate(), "%q", sign)
	}
	own.Sign = "示例（北京）"
	require.NoError(t, own.Validate())
}

// TestWhoMakesTheCode: a composer asks before anything is sent.
func TestWhoMakesTheCode(t *testing.T) {
	t.Parallel()
	v := wiretest.Build(t, aliyun.NewVerification, newVerificationConfig(nil))
	require.Equal(t, []string{"own", "theirs"}, v.CodeTemplates())
	require.True(t, provider.MakesCode(v, "own"))
	require.False(t, provider.MakesCode(v, "login"))
}
