package aliyunsim

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

const token = "TEMPORARYTOKEN"

// The calls of the suite are made at Unix second 1700000000.
const suiteDate = "2023-11-14T22:13:20Z"

// strict is an account that has what can be told apart.
func strict(change ...func(cfg *Config)) *Service {
	cfg := Config{
		AccessKeyID: keyID, AccessKeySecret: keySecret, SecurityToken: token, Signs: map[string]Sign{signName: {}},
		Templates:    map[string]Template{"SMS_154950909": {Text: "验证码${code}。", Code: true}},
		Verification: VerificationConfig{Signs: GiftSigns(), Templates: GiftTemplates()},
	}
	for _, c := range change {
		c(&cfg)
	}
	return New(cfg)
}

// suiteCall has what both kinds of requests have in the suite.
func suiteCall(name string, optional, free []string) simtest.Request {
	return simtest.Request{Name: name, Path: "/", Method: http.MethodPost, Optional: optional, Free: free}
}

// asV3 signs a request in headers.
func asV3(r simtest.Request, action, nonce string) simtest.Request {
	r.Header = http.Header{
		"X-Acs-Action": {action}, "X-Acs-Version": {"2017-05-25"}, "X-Acs-Date": {suiteDate}, "X-Acs-Signature-Nonce": {nonce},
		"X-Acs-Security-Token": {token}, "X-Acs-Content-Sha256": {""}, "Authorization": {""},
	}
	r.Free = append([]string{"X-Acs-Signature-Nonce"}, r.Free...)
	r.Signed = []string{"X-Acs-Date", "X-Acs-Action", "X-Acs-Signature-Nonce"}
	for _, fields := range []url.Values{r.Query, r.Form} {
		for field := range fields {
			r.Signed = append(r.Signed, field)
		}
	}
	r.Sign = func(r *simtest.Request) {
		body := r.Form.Encode()
		r.Header.Set("X-Acs-Content-Sha256", hexHash(body))
		r.Header.Set("Authorization", authorize(r.Method, "sim.invalid", rfc3986(r.Query), r.Header, body))
	}
	r.Sign(&r)
	return r
}

// asV1 signs a request in fields. These are in the body where its own fields are not in
// the query.
func asV1(r simtest.Request, action, nonce string, inQuery bool) simtest.Request {
	common := url.Values{
		"AccessKeyId": {keyID}, "Action": {action}, "Format": {"JSON"}, "Version": {"2017-05-25"}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureVersion": {"1.0"}, "SignatureNonce": {nonce}, "Timestamp": {suiteDate}, "RegionId": {"cn-hangzhou"}, "SecurityToken": {token},
	}
	if inQuery {
		r.Query = merged(r.Query, common)
	} else {
		r.Form = merged(r.Form, common)
	}
	r.Free = append([]string{"SignatureNonce", "RegionId"}, r.Free...)
	r.Optional = append([]string{"RegionId"}, r.Optional...)
	r.Signed = []string{"Timestamp", "SignatureNonce", "RegionId"}
	r.Sign = func(r *simtest.Request) {
		signature := signatureV1(r.Method, merged(r.Query, r.Form))
		if inQuery {
			r.Query.Set("Signature", signature)
		} else {
			r.Form.Set("Signature", signature)
		}
	}
	r.Sign(&r)
	return r
}

// textCalls are those of 短信服务.
func textCalls() []simtest.Request {
	v3Form := suiteCall("send, V3 form", []string{"OutId", "SmsUpExtendCode"}, []string{"OutId", "SmsUpExtendCode"})
	v3Form.Form, v3Form.Texts = sms("PhoneNumbers", "13800138000,+8613800138001", "OutId", "order-17", "SmsUpExtendCode", "07"), 2
	v3Query := suiteCall("batch, V3 query", nil, nil)
	v3Query.Query, v3Query.Texts = url.Values{
		"PhoneNumberJson": {`["13800138000"]`}, "SignNameJson": {`["` + signName + `"]`}, "TemplateParamJson": {`[{"code":"1234"}]`}, "TemplateCode": {"SMS_154950909"},
	}, 1
	v1Query := suiteCall("sign, V1 query", nil, nil)
	v1Query.Method, v1Query.Query = http.MethodGet, url.Values{"SignName": {signName}}
	v1Form := suiteCall("details, V1 form", []string{"BizId"}, []string{"BizId", "CurrentPage"})
	v1Form.Form = queryOf("BizId", "1700000000000001^0")
	v1Form.Wrong = map[string][]string{"PageSize": {"0", "51", "x"}, "CurrentPage": {"0", "x"}, "SendDate": {"2023-11-15"}}
	return []simtest.Request{
		asV3(v3Form, "SendSms", "n1"), asV3(v3Query, "SendBatchSms", "n2"),
		asV1(v1Query, "GetSmsSign", "n3", true), asV1(v1Form, "QuerySendDetails", "n4", false),
	}
}

// queryOf are the fields of QuerySendDetails.
func queryOf(pairs ...string) url.Values {
	return wiretest.With(url.Values{"PhoneNumber": {phone}, "SendDate": {"20231115"}, "PageSize": {"10"}, "CurrentPage": {"1"}}, pairs...)
}

// codeCalls are those of 短信认证.
func codeCalls(t *testing.T) []simtest.Request {
	t.Helper()
	choices := []string{"OutId", "CountryCode", "SchemeName", "CodeLength", "CodeType", "ValidTime", "Interval", "DuplicatePolicy", "ReturnVerifyCode"}
	v1Form := suiteCall("send, V1 form", choices, []string{"OutId", "SchemeName", "ValidTime", "Interval"})
	v1Form.Form, v1Form.Texts = orderOf("OutId", "order-17", "CountryCode", "86", "SchemeName", "login", "ValidTime", "300", "Interval", "60",
		"DuplicatePolicy", "1", "ReturnVerifyCode", "true"), 1
	v1Form.Wrong = map[string][]string{
		"PhoneNumber": {"+8613800138000"}, "CodeLength": {"3", "9", "x"}, "CodeType": {"0", "8"}, "ValidTime": {"0", "x"}, "Interval": {"-1"}, "DuplicatePolicy": {"0", "3"},
		"TemplateParam": {`{"code":"##code##"}`, `{"code":"##code##","min":5}`, `[]`, `null`, `{"code":"","min":"5"}`},
	}
	send := asV1(v1Form, "SendSmsVerifyCode", "n1", false)
	v1Mixed := suiteCall("check, V1 mixed", []string{"OutId", "CountryCode", "CaseAuthPolicy"}, []string{"OutId"})
	v1Mixed.Form = url.Values{
		"PhoneNumber": {phone}, "VerifyCode": {sentCode(t, send)}, "SchemeName": {"login"}, "OutId": {"order-17"}, "CountryCode": {"86"}, "CaseAuthPolicy": {"2"},
	}
	v1Mixed.Wrong = map[string][]string{"CaseAuthPolicy": {"0", "3"}}
	v1Mixed.Before = []simtest.Request{send}
	v1Mixed.Named = map[string]string{"SchemeName": "VerifyCode"} // another scheme has another code
	v3Query := suiteCall("details, V3 query", []string{"BizId"}, []string{"BizId", "CurrentPage"})
	v3Query.Query = queryOf("BizId", "1700000000000001^4")
	return []simtest.Request{send, asV1(v1Mixed, "CheckSmsVerifyCode", "n2", true), asV3(v3Query, "QuerySendDetails", "n3")}
}

// sentCode is the code of the first request, which is the same in every run.
func sentCode(t *testing.T, send simtest.Request) string {
	t.Helper()
	b := newBench(Config{})
	b.server = sim.New(sim.Config{Now: b.clock.Now}, strict().Verification())
	e := wiretest.Ask(t, b.server, http.MethodPost, "/", send.Form.Encode(), http.Header{"Content-Type": {formType}})
	requireCode(t, e, "OK", "")
	return wiretest.LastCode(b.server)
}

// TestSuite runs the suite for simulators on every call of both products.
func TestSuite(t *testing.T) {
	t.Parallel()
	below := -1
	impossible := map[string]func(){
		"AccessKeyID":     func() { strict(func(cfg *Config) { cfg.AccessKeyID = "" }) },
		"AccessKeySecret": func() { strict(func(cfg *Config) { cfg.AccessKeySecret = "" }) },
		"Balance":         func() { strict(func(cfg *Config) { cfg.Balance = &below }) },
		"Blocked":         func() { strict(func(cfg *Config) { cfg.Blocked = []string{phone} }) },
		"Tries":           func() { strict(func(cfg *Config) { cfg.Verification.Tries = below }) },
		"CodeLife":        func() { strict(func(cfg *Config) { cfg.Verification.CodeLife = -1 }) },
	}
	for name, h := range map[string]simtest.Harness{
		"texts":        {New: func() sim.Service { return strict() }, Requests: textCalls(), Impossible: impossible},
		"verification": {New: func() sim.Service { return strict().Verification() }, Requests: codeCalls(t)},
	} {
		h.Secrets = []string{keySecret, token}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			simtest.Run(t, h)
		})
	}
}
