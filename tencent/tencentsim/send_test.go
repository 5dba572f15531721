package tencentsim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func TestAccepted(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Templates: map[string]Template{"1110": {Text: "验证码{1}，{2}分钟内有效。"}}})
	reply, verdict := a.send(t, "SessionContext", `"order-17"`)
	require.Empty(t, verdict)
	require.JSONEq(t, `{"Response":{"SendStatusSet":[{"SerialNo":"2433:170000000000000000000000001","PhoneNumber":"+8613800138000",
		"Fee":1,"SessionContext":"order-17","Code":"Ok","Message":"send success","IsoCode":"CN"}],
		"RequestId":"6553f100-0000-4000-8000-000000000001"}}`, reply)
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

// TestRefused changes one field of a request that would be accepted.
func TestRefused(t *testing.T) {
	t.Parallel()
	many := make([]string, 201)
	for i := range many {
		many[i] = fmt.Sprintf("1380013%04d", i)
	}
	tooMany, err := json.Marshal(many)
	require.NoError(t, err)
	noBalance := 0
	tests := []struct {
		name, field, value, code string
		cfg                      Config
	}{
		{name: "no numbers", field: "PhoneNumberSet", value: `[]`, code: "request: MissingParameter.EmptyPhoneNumberSet"},
		{name: "too many numbers", field: "PhoneNumberSet", value: string(tooMany), code: "request: LimitExceeded.PhoneNumberCountLimit"},
		{name: "mixed numbers", field: "PhoneNumberSet", value: `["13800138000","+12025550123"]`, code: "request: UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"},
		{name: "numbers missing", field: "PhoneNumberSet", code: "request: MissingParameter"},
		{name: "one number", field: "PhoneNumberSet", value: `"13800138000"`, code: "request: InvalidParameter"},
		{name: "malformed number", field: "PhoneNumberSet", value: `["12345"]`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "number with spaces", field: "PhoneNumberSet", value: `["+86 138 0013 8000"]`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "number in full-width digits", field: "PhoneNumberSet", value: `["１３８００１３８０００"]`, code: "InvalidParameterValue.IncorrectPhoneNumber"},
		{name: "application", field: "SmsSdkAppId", value: `"1400000000"`, code: "request: UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		{name: "application missing", field: "SmsSdkAppId", code: "request: MissingParameter"},
		{name: "template as a number", field: "TemplateId", value: `1110`, code: "request: InvalidParameter"},
		{name: "template missing", field: "TemplateId", code: "request: MissingParameter"},
		{name: "template unknown", field: "TemplateId", value: `"1"`, code: "FailedOperation.TemplateUnapprovedOrNotExist"},
		{name: "international template", field: "TemplateId", value: `"1112"`, code: "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"},
		{name: "value as a number", field: "TemplateParamSet.0", value: `[123456,"5"]`, code: "request: InvalidParameter"},
		{name: "too few values", field: "TemplateParamSet", value: `["123456"]`, code: "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		{name: "values missing", field: "TemplateParamSet", code: "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		{name: "seven digits", field: "TemplateParamSet.0", value: `["1234567","5"]`, code: "InvalidParameterValue.TemplateParameterFormatError"},
		{name: "letters in a code", field: "TemplateParamSet.1", value: `["123456","five"]`, code: "InvalidParameterValue.TemplateParameterFormatError"},
		{name: "signature missing", field: "SignName", code: "FailedOperation.SignatureIncorrectOrUnapproved"},
		{name: "signature unknown", field: "SignName", value: `"另一签名"`, code: "FailedOperation.SignatureIncorrectOrUnapproved"},
		{name: "session too long", field: "SessionContext", value: `"` + strings.Repeat("x", 512) + `"`, code: "request: InvalidParameterValue"},
		{name: "unknown field", field: "Sign", value: `"示例签名"`, code: "request: UnknownParameter"},
		{name: "blocked", field: "PhoneNumberSet", value: `["13800138009"]`, code: "FailedOperation.PhoneNumberInBlacklist", cfg: Config{Blocked: []string{"+8613800138009"}}},
		{name: "balance", field: "balance", cfg: Config{Balance: &noBalance}, code: "FailedOperation.InsufficientBalanceInSmsPackage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Signs = []string{"示例签名"}
			tt.cfg.Templates = map[string]Template{"1110": {Text: "{1} {2}", Code: true}, "1112": {Text: "{1} {2}", International: true}}
			a := newAccount(tt.cfg)
			member, _, _ := strings.Cut(tt.field, ".")
			changes := []string{member, tt.value}
			if tt.field == "balance" {
				changes = nil
			}
			reply, verdict := a.send(t, changes...)
			require.Equal(t, []string{tt.code}, codes(t, reply))
			require.True(t, strings.HasPrefix(verdict, tt.field+": "), "the verdict names the field: %s", verdict)
			require.Empty(t, a.server.Texts())
		})
	}
}

func TestRefusedTexts(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{Templates: map[string]Template{"1110": {Text: "{1} {2}"}}})
	reply, _ := a.send(t, "TemplateParamSet", `["https://a.example","5"]`)
	require.Equal(t, []string{"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"}, codes(t, reply))
	reply, _ = a.send(t, "TemplateParamSet", `["`+strings.Repeat("长", 500)+`","5"]`)
	require.Equal(t, []string{"InvalidParameterValue.ContentLengthLimit"}, codes(t, reply))
	reply, _ = a.send(t, "PhoneNumberSet", `["+12025550123"]`)
	require.Equal(t, []string{"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"}, codes(t, reply))
}

func TestLongestValue(t *testing.T) {
	t.Parallel()
	a := newAccount(Config{LongestValue: 6, Templates: map[string]Template{"1110": {Text: "{1} {2}"}}})
	reply, _ := a.send(t, "TemplateParamSet", `["一二三四五六","5"]`)
	require.Equal(t, []string{"Ok"}, codes(t, reply))
	reply, verdict := a.send(t, "TemplateParamSet", `["5","一二三四五六七"]`)
	require.Equal(t, []string{"InvalidParameterValue.TemplateParameterLengthLimit"}, codes(t, reply))
	require.Equal(t, "TemplateParamSet.1: over 6 characters", verdict)
}

// TestIsoCode compares with the recorded replies: a limit came with the country,
// a failure of the template without.
func TestIsoCode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"LimitExceeded.PhoneNumberThirtySecondLimit":               "CN",
		"LimitExceeded.PhoneNumberOneHourLimit":                    "CN",
		"InvalidParameterValue.TemplateParameterFormatError":       "",
		"FailedOperation.TemplateIncorrectOrUnapproved":            "",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "",
	} {
		a := newAccount(Config{})
		sim.MustInject(t, a.server, sim.Fault{Effect: sim.EffectRefuse, Code: code})
		reply, _ := a.send(t)
		require.Contains(t, reply, `"IsoCode":"`+want+`"`, code)
	}
	reply, _ := newAccount(Config{}).send(t, "PhoneNumberSet", `["+12025550123"]`)
	require.Contains(t, reply, `"IsoCode":"DEF"`)
}

// TestRefusalsNameTheParameter: the service's words do so.
func TestRefusalsNameTheParameter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ field, value, code, names string }{
		{field: "TemplateParamSet", value: `[123456,"5"]`, code: "InvalidParameter", names: "TemplateParamSet.0"},
		{field: "TemplateId", code: "MissingParameter", names: "TemplateId"},
		{field: "Sign", value: `"x"`, code: "UnknownParameter", names: "Sign"},
	} {
		reply, _ := newAccount(Config{}).send(t, tt.field, tt.value)
		require.Regexp(t, `"Code":"`+tt.code+`","Message":"[^"]*: `+tt.names+`: `, reply)
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
}

func TestBilled(t *testing.T) {
	t.Parallel()
	mainland, abroad := provider.MustParsePhone("13800138000"), provider.MustParsePhone("+12025550123")
	tests := []struct {
		name, text string
		phone      provider.Phone
		want       int
	}{
		{name: "empty", phone: mainland, want: 1},
		{name: "mainland, one", text: strings.Repeat("x", 70), phone: mainland, want: 1},
		{name: "mainland, two", text: strings.Repeat("x", 71), phone: mainland, want: 2},
		{name: "mainland, three", text: strings.Repeat("字", 135), phone: mainland, want: 3},
		{name: "abroad, one", text: strings.Repeat("x", 160), phone: abroad, want: 1},
		{name: "abroad, two", text: strings.Repeat("x", 161), phone: abroad, want: 2},
		{name: "abroad, characters that count twice", text: strings.Repeat("€", 81), phone: abroad, want: 2},
		{name: "abroad, beyond GSM 7-bit", text: strings.Repeat("字", 71), phone: abroad, want: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, billed(tt.text, tt.phone))
		})
	}
}

// TestScripted refuses with every code of the table, each on its level.
func TestScripted(t *testing.T) {
	t.Parallel()
	for _, row := range New(Config{}).Refusals() {
		t.Run(row.Code, func(t *testing.T) {
			t.Parallel()
			a := newAccount(Config{})
			sim.MustInject(t, a.server, sim.Fault{Effect: sim.EffectRefuse, Code: row.Code})
			reply, verdict := a.send(t)
			want := "request: " + row.Code
			if perNumber[row.Code] {
				want = row.Code
			}
			require.Equal(t, []string{want}, codes(t, reply))
			require.Contains(t, reply, row.Text)
			require.Equal(t, "scripted refusal", verdict)
			require.Empty(t, a.server.Texts())
		})
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range New(Config{}).Refusals() {
		require.False(t, seen[row.Code], row.Code)
		seen[row.Code] = true
		require.NotEmpty(t, row.Text, row.Code)
		require.Equal(t, row.Kind == provider.KindThrottled, row.Scope != provider.ScopeNone, row.Code)
	}
	for code := range perNumber {
		require.True(t, seen[code], code)
	}
}
