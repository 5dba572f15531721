package tencentsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

const (
	secretID    = "AKIDEXAMPLEEXAMPLEEXAMPLE"
	exampleKey  = "FAKEsecretKEYFAKEsecretKEY"
	appID       = "1400006666"
	exampleBody = `{"PhoneNumberSet":["+8613800138000"],"SmsSdkAppId":"1400006666","TemplateId":"1110","SignName":"示例签名","TemplateParamSet":["123456","5"]}`
)

// account is a simulated account in a server.
type account struct {
	*Service
	server *sim.Server
	clock  *wiretest.Clock
}

func newAccount(cfg Config) account {
	cfg.SecretID, cfg.SecretKey, cfg.AppID = secretID, exampleKey, appID
	service := New(cfg)
	c := wiretest.NewClock(time.Unix(1700000000, 0))
	return account{service, sim.New(sim.Config{Now: c.Now}, service), c}
}

// request is a request before it is signed. Changes come after that, so that they
// corrupt it.
type request struct {
	action, body, contentType, timestamp string
	change                               func(r *http.Request)
}

// do signs and sends a request, and returns the reply and the verdict.
func (a account) do(t *testing.T, q request) (reply, verdict string) {
	t.Helper()
	if q.timestamp == "" {
		q.timestamp = fmt.Sprint(a.clock.Now().Unix())
	}
	if q.contentType == "" {
		q.contentType = "application/json"
	}
	const host = "sms.tencentcloudapi.com"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+"/", strings.NewReader(q.body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", q.contentType)
	r.Header.Set("X-TC-Action", q.action)
	r.Header.Set("X-TC-Version", version)
	r.Header.Set("X-TC-Region", "ap-guangzhou")
	r.Header.Set("X-TC-Timestamp", q.timestamp)
	r.Header.Set("Authorization", authorize(signing(host, q.contentType, q.timestamp, q.body)))
	if q.change != nil {
		q.change(r)
	}
	response, err := a.server.Transport().RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "the service answers 200 whatever happened")
	require.Equal(t, "application/json", response.Header.Get("Content-Type"))
	exchanges := a.server.Exchanges()
	return string(content), exchanges[len(exchanges)-1].Verdict
}

// send makes a SendSms with the worked example's body, of which pairs of a name
// and a JSON value replace members; the value "" leaves one out.
func (a account) send(t *testing.T, changes ...string) (reply, verdict string) {
	t.Helper()
	return a.do(t, request{action: "SendSms", body: changed(t, exampleBody, changes...)})
}

func changed(t *testing.T, body string, changes ...string) string {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(body), &members))
	for i := 0; i < len(changes); i += 2 {
		members[changes[i]] = json.RawMessage(changes[i+1])
		if changes[i+1] == "" {
			delete(members, changes[i])
		}
	}
	encoded, err := json.Marshal(members)
	require.NoError(t, err)
	return string(encoded)
}

// codes are the codes in a reply: one per number, or that of the whole request.
func codes(t *testing.T, reply string) []string {
	t.Helper()
	var r struct {
		Response struct {
			Error         struct{ Code string }
			SendStatusSet []struct{ Code string }
			RequestID     string `json:"RequestId"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(reply), &r))
	require.NotEmpty(t, r.Response.RequestID)
	var list []string
	for _, status := range r.Response.SendStatusSet {
		list = append(list, status.Code)
	}
	if r.Response.Error.Code != "" {
		list = append(list, "request: "+r.Response.Error.Code)
	}
	return list
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Templates: map[string]Template{"1110": {Text: "验证码{1}，{2}分钟内有效。"}}})
	reply, verdict := a.send(t, "SessionContext", `"order-17"`)
	require.Empty(t, verdict)
	require.Equal(t, `{"Response":{"SendStatusSet":[{"SerialNo":"2433:170000000000000000000000001","PhoneNumber":"+8613800138000",`+
		`"Fee":1,"SessionContext":"order-17","Code":"Ok","Message":"send success","IsoCode":"CN"}],`+
		`"RequestId":"6553f100-0000-4000-8000-000000000001"}}`, reply)
	require.Equal(t, []sim.Text{{
		Seq: 1, At: a.clock.Now(), Service: "tencent", Mailbox: appID, ID: "2433:170000000000000000000000001", Ref: "order-17",
		To: "+8613800138000", Sign: "示例签名", Template: "1110", Params: []string{"123456", "5"},
		Text: "【示例签名】验证码123456，5分钟内有效。", Code: "123456",
	}}, a.server.Texts())
}

func TestForms(t *testing.T) {
	t.Parallel()
	reply, _ := newAccount(Config{}).send(t, "PhoneNumberSet", `["13800138000","8613800138001","008613800138002","+8613800138003"]`)
	require.Equal(t, []string{"Ok", "Ok", "Ok", "Ok"}, codes(t, reply))
	require.Contains(t, reply, `"PhoneNumber":"+8613800138002"`, "numbers come back with a plus")
}

// TestBatch has a verdict of its own for each number, the same number twice, and
// serials that follow on.
func TestBatch(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Limits: true, Blocked: []string{"+8613800138001"}})
	reply, verdict := a.send(t, "PhoneNumberSet", `["13800138000","13800138001","1","13800138000","13800138002"]`)
	require.Equal(t, []string{"Ok", "FailedOperation.PhoneNumberInBlacklist", badNumber, sameText, "Ok"}, codes(t, reply))
	require.Contains(t, reply, `"SerialNo":"","PhoneNumber":"1","Fee":0,`)
	require.Equal(t, "PhoneNumberSet: a number on the blacklist; PhoneNumberSet: not a phone number in E.164 form, nor a mainland mobile number; "+
		"PhoneNumberSet: the same number twice", verdict)
	texts := a.server.Texts()
	require.Len(t, texts, 2)
	require.Equal(t, "+8613800138002", texts[1].To)
	require.Equal(t, "2433:170000000000000000000000002", texts[1].ID)
	a.send(t, "PhoneNumberSet", `["13800138003"]`)
	require.Equal(t, "2433:170000000000000000000000003", a.server.Texts()[2].ID)
	reply, _ = newAccount(Config{}).send(t, "PhoneNumberSet", `["13800138000","13800138000"]`)
	require.Equal(t, []string{"Ok", "Ok"}, codes(t, reply), "without limits")
}

// TestRefused changes one field of a request that would be accepted.
func TestRefused(t *testing.T) {
	t.Parallel()
	tooMany := `["13800138000"` + strings.Repeat(`,"13800138000"`, 200) + `]`
	noBalance := 0
	tests := []struct {
		name, field, value, code string
		cfg                      Config
	}{
		{name: "no numbers", field: "PhoneNumberSet", value: `[]`, code: "request: MissingParameter.EmptyPhoneNumberSet"},
		{name: "too many numbers", field: "PhoneNumberSet", value: tooMany, code: "request: LimitExceeded.PhoneNumberCountLimit"},
		{name: "mixed numbers", field: "PhoneNumberSet", value: `["13800138000","+12025550123"]`, code: "request: UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"},
		{name: "malformed number", field: "PhoneNumberSet", value: `["12345"]`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "number with spaces", field: "PhoneNumberSet", value: `["+86 138 0013 8000"]`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "number in full-width digits", field: "PhoneNumberSet", value: `["１３８００１３８０００"]`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "application", field: "SmsSdkAppId", value: `"1400000000"`, code: "request: UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		{name: "template unknown", field: "TemplateId", value: `"1"`, code: "FailedOperation.TemplateUnapprovedOrNotExist"},
		{name: "international template", field: "TemplateId", value: `"1112"`, code: "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"},
		{name: "mainland template", field: "TemplateId", value: `"1110","PhoneNumberSet":["+12025550123"]`, code: "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"},
		{name: "too few values", field: "TemplateParamSet", value: `["123456"]`, code: "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		{name: "values missing", field: "TemplateParamSet", code: "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		{name: "seven digits", field: "TemplateParamSet.0", value: `["1234567","5"]`, code: "InvalidParameterValue.TemplateParameterFormatError"},
		{name: "letters in a code", field: "TemplateParamSet.1", value: `["123456","five"]`, code: "InvalidParameterValue.TemplateParameterFormatError"},
		{name: "signature missing", field: "SignName", code: "FailedOperation.SignatureIncorrectOrUnapproved"},
		{name: "signature unknown", field: "SignName", value: `"另一签名"`, code: "FailedOperation.SignatureIncorrectOrUnapproved"},
		{name: "session too long", field: "SessionContext", value: `"` + strings.Repeat("x", 512) + `"`, code: "request: InvalidParameterValue"},
		{name: "blocked", field: "PhoneNumberSet", value: `["13800138009"]`, code: "FailedOperation.PhoneNumberInBlacklist", cfg: Config{Blocked: []string{"+8613800138009"}}},
		{name: "balance", field: "balance", cfg: Config{Balance: &noBalance}, code: "FailedOperation.InsufficientBalanceInSmsPackage"},
		// In a template that is none for codes:
		{name: "URL", field: "TemplateParamSet.0", value: `["https://a.example","5"],"TemplateId":"1111"`, code: "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"},
		{name: "text too long", field: "TemplateParamSet", value: `["` + strings.Repeat("长", 500) + `","5"],"TemplateId":"1111"`, code: "InvalidParameterValue.ContentLengthLimit"},
		{name: "value too long", field: "TemplateParamSet.1", value: `["一二三四五六","一二三四五六七"],"TemplateId":"1111"`, code: "InvalidParameterValue.TemplateParameterLengthLimit", cfg: Config{LongestValue: 6}},
		// Those of which the service's words name the field, too:
		{name: "number missing", field: "PhoneNumberSet", code: "request: MissingParameter"},
		{name: "value as a number", field: "TemplateParamSet.0", value: `[123456,"5"]`, code: "request: InvalidParameter"},
		{name: "unknown field", field: "Sign", value: `"示例签名"`, code: "request: UnknownParameter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Signs = []string{"示例签名"}
			tt.cfg.Templates = map[string]Template{"1110": {Text: "{1} {2}", Code: true}, "1111": {Text: "{1} {2}"}, "1112": {Text: "{1} {2}", International: true}}
			a := newAccount(tt.cfg)
			member, _, _ := strings.Cut(tt.field, ".")
			body := changed(t, exampleBody, member, "")
			if tt.value != "" {
				body = strings.TrimSuffix(body, "}") + `,"` + member + `":` + tt.value + `}`
			}
			if tt.field == "balance" {
				body = exampleBody
			}
			reply, verdict := a.do(t, request{action: "SendSms", body: body})
			require.Equal(t, []string{tt.code}, codes(t, reply))
			require.True(t, strings.HasPrefix(verdict, tt.field+": "), "the verdict names the field: %s", verdict)
			require.Empty(t, a.server.Texts())
			if strings.HasPrefix(tt.code, "request: ") && strings.HasSuffix(tt.code, "Parameter") {
				require.Regexp(t, `"Message":"[^"]*: `+tt.field+`: `, reply)
			}
		})
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "[]", "{", exampleBody + "{}", "PhoneNumberSet.0=13800138000"} {
		reply, verdict := newAccount(Config{}).do(t, request{action: "SendSms", body: body})
		require.Equal(t, []string{"request: FailedOperation.JsonParseFail"}, codes(t, reply), body)
		require.Contains(t, verdict, "body: ", body)
	}
}

// TestScripted has refusals of the whole request and of one number, and the country
// that some of the latter come with: in recorded replies a limit had it, a failure
// of the template had not.
func TestScripted(t *testing.T) {
	t.Parallel()
	for code, country := range map[string]string{
		"LimitExceeded.PhoneNumberThirtySecondLimit":               "CN",
		"LimitExceeded.PhoneNumberOneHourLimit":                    "CN",
		"LimitExceeded.AppCountryOrRegionDailyLimit":               "CN",
		"LimitExceeded.AppCountryOrRegionInBlacklist":              "CN",
		"FailedOperation.InsufficientBalanceInSmsPackage":          "CN",
		"InvalidParameterValue.TemplateParameterFormatError":       "",
		"FailedOperation.TemplateIncorrectOrUnapproved":            "",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "",
		"FailedOperation.SignIdNotExist":                           "",
		"FailedOperation.PhoneNumberParseFail":                     "",
		"FailedOperation.PhoneNumberInBlacklist":                   "",
		"InvalidParameter.DirtyWordFound":                          "",
		"UnsupportedOperation.UnsupportedRegion":                   "",
		"UnauthorizedOperation.ServiceSuspendDueToArrears":         "request",
		"LimitExceeded.AppDailyLimit":                              "request",
		"LimitExceeded.PhoneNumberCountLimit":                      "request",
		"AuthFailure.SecretIdNotFound":                             "request",
		"InternalError.Timeout":                                    "request",
		"FailedOperation.New":                                      "request",
	} {
		a := newAccount(Config{Blocked: []string{"+8613800138009"}})
		sim.MustInject(t, a.server, sim.Fault{Code: code, Text: "words"})
		reply, verdict := a.send(t, "PhoneNumberSet", `["13800138009","13800138000"]`)
		if country == "request" {
			require.Equal(t, []string{"request: " + code}, codes(t, reply))
			require.Contains(t, reply, `"Message":"words"`)
			require.Equal(t, "scripted refusal", verdict)
		} else {
			require.Equal(t, []string{"FailedOperation.PhoneNumberInBlacklist", code}, codes(t, reply), "the rest keep their own codes")
			require.Contains(t, reply, `"Code":"`+code+`","Message":"words","IsoCode":"`+country+`"`)
			require.Equal(t, "PhoneNumberSet: a number on the blacklist; scripted refusal", verdict)
		}
		require.Empty(t, a.server.Texts())
	}
	reply, _ := newAccount(Config{}).send(t, "PhoneNumberSet", `["+12025550123"]`)
	require.Contains(t, reply, `"IsoCode":"US"`)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Limits: true, PerHour: 2, PerDay: 3})
	steps := []struct {
		wait       time.Duration
		code, want string
	}{
		{code: "111111", want: "Ok"},
		{wait: 29 * time.Second, code: "111111", want: "LimitExceeded.PhoneNumberThirtySecondLimit"},
		{code: "222222", want: "Ok"},
		{wait: time.Second, code: "111111", want: "LimitExceeded.PhoneNumberOneHourLimit"},
		{wait: time.Hour, code: "111111", want: "Ok"},
		{wait: time.Hour, code: "333333", want: "LimitExceeded.PhoneNumberDailyLimit"},
		{wait: 16 * time.Hour, code: "333333", want: "Ok"}, // another day in Beijing
	}
	for i, step := range steps {
		a.clock.Advance(step.wait)
		reply, verdict := a.send(t, "TemplateParamSet", `["`+step.code+`","5"]`)
		require.Equal(t, []string{step.want}, codes(t, reply), "step %d: %s", i, verdict)
	}
	reply, _ := a.send(t, "PhoneNumberSet", `["13800138001"]`)
	require.Equal(t, []string{"Ok"}, codes(t, reply), "another number has its own limits")
}

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	balance := 3
	a := newAccount(Config{Balance: &balance, Templates: map[string]Template{"1110": {Text: strings.Repeat("字", 70) + "{1}{2}"}}})
	reply, _ := a.send(t, "PhoneNumberSet", `["13800138000","13800138001"]`)
	require.Equal(t, []string{"Ok", "FailedOperation.InsufficientBalanceInSmsPackage"}, codes(t, reply))
	require.Contains(t, reply, `"Fee":2`)
	require.Contains(t, reply, `"Fee":0`)
	require.Equal(t, 1, a.Left())
}

// TestBilled: abroad the characters of GSM 7-bit count for less.
func TestBilled(t *testing.T) {
	t.Parallel()
	const mainland, abroad = "+8613800138000", "+12025550123"
	billed := func(to, char string, count int) int {
		return billed(sim.Text{To: to, Text: strings.Repeat(char, count)})
	}
	require.Equal(t, []int{1, 1, 2, 3}, []int{billed(mainland, "", 0), billed(mainland, "x", 70), billed(mainland, "x", 71), billed(mainland, "字", 135)})
	require.Equal(t, []int{1, 2, 2, 2}, []int{billed(abroad, "x", 160), billed(abroad, "x", 161), billed(abroad, "€", 81), billed(abroad, "字", 71)})
}

func TestOwns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path, header, value string
		want                bool
	}{
		{"/", "X-TC-Action", "SendSms", true},
		{"/", "X-TC-Version", "2021-01-11", true},
		{"/", "Authorization", "TC3-HMAC-SHA256 x", true},
		{"/webservice/sms.php", "X-TC-Action", "SendSms", false},
		{"/", "Authorization", "Basic x", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tt.path, nil)
		r.Header.Set(tt.header, tt.value)
		require.Equal(t, tt.want, newAccount(Config{}).Owns(r), tt)
	}
}
