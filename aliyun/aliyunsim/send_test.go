package aliyunsim

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// TestAccepted: what is recorded of a text, and the answer.
func TestAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Templates: map[string]Template{"SMS_1": {Text: "验证码${code}，${min}分钟内有效。"}}})
	e := b.send(t, "TemplateCode", "SMS_1", "TemplateParam", `{"min":"5","code":"1234"}`, "OutId", "order-17")
	require.JSONEq(t, `{"Code":"OK","Message":"OK","RequestId":"6553F100-0000-4000-8000-000000000001","BizId":"1700000000000001^0"}`, string(e.Reply))
	require.Equal(t, sim.Text{
		Seq: 1, At: b.clock.Now(), Service: "aliyun", Mailbox: keyID, ID: "1700000000000001^0", Ref: "order-17", To: "+8613800138000", Sign: signName,
		Template: "SMS_1", Params: []string{"5", "1234"}, Names: []string{"min", "code"}, Text: "【示例签名】验证码1234，5分钟内有效。", Code: "1234",
	}, b.server.Texts()[0])

	b = newBench(Config{})
	requireCode(t, b.send(t, "TemplateParam", ""), "OK", "")
	requireCode(t, b.send(t, "TemplateCode", "any", "TemplateParam", `{"a":"甲","b":"乙"}`), "OK", "")
	require.Equal(t, "【示例签名】甲 乙", b.server.Texts()[1].Text, "without templates the text is the values")
}

// TestNumbers: the forms that the documents name.
func TestNumbers(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for number, want := range map[string]string{
		phone: "+8613800138000", "+13800138000": "+8613800138000", "+8613800138000": "+8613800138000", "008613800138000": "+8613800138000",
		"8613800138000": "+8613800138000", "12025550123": "+12025550123", "85251234567": "+85251234567", "447400123456": "+447400123456",
		"1380013800": "", "138001380000": "", "+12025550123": "", "0012025550123": "", "138-0013-8000": "", "abc": "", "+": "",
	} {
		e := b.send(t, "PhoneNumbers", number)
		if want == "" {
			requireCode(t, e, "isv.MOBILE_NUMBER_ILLEGAL", "PhoneNumbers: want")
			continue
		}
		requireCode(t, e, "OK", "")
		require.Equal(t, want, e.Accepted[0].To)
	}
	e := b.send(t, "PhoneNumbers", "13800138000,13900139000")
	require.Len(t, e.Accepted, 2)
	require.Equal(t, e.Accepted[0].ID, e.Accepted[1].ID, "one BizId for all")
	many := strings.TrimSuffix(strings.Repeat(phone+",", 1000), ",")
	require.Len(t, b.send(t, "PhoneNumbers", many).Accepted, 1000)
	requireCode(t, b.send(t, "PhoneNumbers", many+","+phone), "isv.MOBILE_COUNT_OVER_LIMIT", "PhoneNumbers: 1001 numbers")
	requireCode(t, b.send(t, "PhoneNumbers", phone+","), "isv.MOBILE_NUMBER_ILLEGAL", "PhoneNumbers: want")
}

// TestRefusals: one rule at a time.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cfg := Config{
		Signs: map[string]Sign{signName: {}, "另一签名": {State: SignInReview}},
		Templates: map[string]Template{
			"SMS_154950909": {Text: "验证码${code}。", Code: true}, "SMS_2": {Text: "Your code is ${code}.", International: true}, "SMS_3": {Text: "订单${order}已发出。"},
		},
		Blocked: []string{"+8613900139000"},
	}
	abroad := cfg
	abroad.Abroad = true
	for name, tt := range map[string]struct {
		cfg           Config
		pairs         []string
		code, verdict string
	}{
		"blocked":               {cfg, []string{"PhoneNumbers", "13800138000,13900139000"}, "isv.BLACK_KEY_CONTROL_LIMIT", "PhoneNumbers: on the list"},
		"from abroad":           {abroad, nil, "isv.DENY_IP_RANGE", "PhoneNumbers: a mainland number"},
		"no number":             {cfg, []string{"PhoneNumbers", ""}, "MissingParameter", "PhoneNumbers: missing"},
		"unknown sign":          {cfg, []string{"SignName", "示例"}, "isv.SMS_SIGNATURE_ILLEGAL", "SignName: no such"},
		"brackets":              {cfg, []string{"SignName", "【示例签名】"}, "isv.SMS_SIGNATURE_ILLEGAL", "SignName: want the name without"},
		"sign in review":        {cfg, []string{"SignName", "另一签名"}, "isv.SIGN_STATE_ILLEGAL", "SignName: not approved"},
		"unknown template":      {cfg, []string{"TemplateCode", "SMS_9"}, "isv.SMS_TEMPLATE_ILLEGAL", "TemplateCode: no such"},
		"a template for abroad": {cfg, []string{"TemplateCode", "SMS_2"}, "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "TemplateCode: one for numbers abroad"},
		"a number abroad":       {cfg, []string{"PhoneNumbers", "12025550123"}, "isv.MOBILE_NUMBER_ILLEGAL", "TemplateCode: one for mainland numbers"},
		"no JSON":               {cfg, []string{"TemplateParam", "1234"}, "isv.INVALID_JSON_PARAM", "TemplateParam: want a JSON object"},
		"a number value":        {cfg, []string{"TemplateParam", `{"code":1234}`}, "isv.INVALID_JSON_PARAM", "TemplateParam: want a JSON object"},
		"missing variable":      {cfg, []string{"TemplateParam", `{"min":"1234"}`}, "isv.TEMPLATE_MISSING_PARAMETERS", "TemplateParam: no value for the variable code"},
		"no variables":          {cfg, []string{"TemplateParam", ""}, "isv.TEMPLATE_MISSING_PARAMETERS", "TemplateParam: no value for the variable code"},
		"empty variable":        {cfg, []string{"TemplateParam", `{"code":""}`}, "isv.TEMPLATE_MISSING_PARAMETERS", "TemplateParam: code: empty"},
		"a URL":                 {cfg, []string{"TemplateCode", "SMS_3", "TemplateParam", `{"order":"https://example.com"}`}, "isv.PARAM_NOT_SUPPORT_URL", "TemplateParam: order: a URL"},
		"a long code":           {cfg, []string{"TemplateParam", `{"code":"1234567"}`}, "isv.PARAM_LENGTH_LIMIT", "TemplateParam: code: a template for codes takes 4 to 6"},
		"a code of other signs": {cfg, []string{"TemplateParam", `{"code":"12-45"}`}, "isv.TEMPLATE_PARAMS_ILLEGAL", "TemplateParam: code: a template for codes takes letters"},
		"long OutId":            {cfg, []string{"OutId", strings.Repeat("长", 257)}, "isv.INVALID_PARAMETERS", "OutId: over 256"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newBench(tt.cfg).send(t, tt.pairs...)
			requireCode(t, e, tt.code, tt.verdict)
			if tt.code != "MissingParameter" {
				require.Equal(t, 200, e.Status)
				require.NotContains(t, string(e.Reply), "BizId")
			}
		})
	}
	requireCode(t, newBench(abroad).send(t, "PhoneNumbers", "12025550123", "TemplateCode", "SMS_2"), "OK", "")
	requireCode(t, newBench(cfg).send(t, "OutId", strings.Repeat("长", 256)), "OK", "")
}

// TestLimits: of one signature and number, with the words of each.
func TestLimits(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Limits: true})
	refused := func(words string) {
		t.Helper()
		e := b.send(t)
		requireCode(t, e, "isv.BUSINESS_LIMIT_CONTROL", "PhoneNumbers: ")
		require.Equal(t, words, membersOf(t, e)["Message"])
	}
	requireCode(t, b.send(t), "OK", "")
	refused("触发分钟级流控Permits:1")
	requireCode(t, b.send(t, "SignName", "另一签名"), "OK", "")
	requireCode(t, b.send(t, "PhoneNumbers", "13900139000"), "OK", "")
	requireCode(t, b.sendCode(t, "SignName", signName), "OK", "")
	for range 4 {
		b.clock.Advance(time.Minute)
		requireCode(t, b.send(t), "OK", "")
	}
	b.clock.Advance(time.Minute)
	refused("触发小时级流控Permits:5")
	b.clock.Advance(time.Hour)
	for range 5 {
		requireCode(t, b.send(t), "OK", "")
		b.clock.Advance(time.Minute)
	}
	b.clock.Advance(time.Hour)
	refused("触发天级流控Permits:10")
	b.clock.Advance(24 * time.Hour)
	requireCode(t, b.send(t), "OK", "")

	b = newBench(Config{Limits: true, Templates: map[string]Template{"SMS_1": {Text: "${a}"}, "SMS_2": {Text: "${a}"}}})
	notice := func(template string) sim.Exchange {
		return b.send(t, "TemplateCode", template, "TemplateParam", `{"a":"1"}`)
	}
	for range 50 {
		requireCode(t, notice("SMS_1"), "OK", "")
	}
	requireCode(t, notice("SMS_1"), "isv.BUSINESS_LIMIT_CONTROL", "PhoneNumbers: 50 texts today")
	requireCode(t, notice("SMS_2"), "OK", "")
}

// TestBalance pays both products, by the segment.
func TestBalance(t *testing.T) {
	t.Parallel()
	four := 4
	b := newBench(Config{Balance: &four})
	requireCode(t, b.send(t, "PhoneNumbers", "13800138000,13900139000"), "OK", "")
	requireCode(t, b.send(t, "PhoneNumbers", "85251234567", "TemplateParam", fmt.Sprintf(`{"a":%q}`, strings.Repeat("长", 150))), "isv.OUT_OF_SERVICE", "balance: 2 left, and 3 wanted")
	requireCode(t, b.sendCode(t), "OK", "")
	requireCode(t, b.sendCode(t), "OK", "")
	requireCode(t, b.sendCode(t), "isv.OUT_OF_SERVICE", "balance: 0 left")
	requireCode(t, b.send(t), "isv.OUT_OF_SERVICE", "balance: 0 left")
	require.Zero(t, b.Left())
}

// batchOf are the fields of SendBatchSms.
func batchOf(numbers, signs, values string) url.Values {
	return url.Values{"PhoneNumberJson": {numbers}, "SignNameJson": {signs}, "TemplateParamJson": {values}, "TemplateCode": {"SMS_1"}}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	b := newBench(Config{Templates: map[string]Template{"SMS_1": {Text: "${name}您好"}}, Blocked: []string{"+8613900139009"}})
	ask := func(numbers, signs, values string) sim.Exchange {
		t.Helper()
		return b.v3(t, ask{action: "SendBatchSms", fields: batchOf(numbers, signs, values), inBody: true})
	}
	e := ask(`["13800138000","13900139000"]`, `["甲签","乙签"]`, `[{"name":"甲"},{"name":"乙"}]`)
	requireCode(t, e, "OK", "")
	require.Len(t, e.Accepted, 2)
	require.Equal(t, "【甲签】甲您好", e.Accepted[0].Text)
	require.Equal(t, "【乙签】乙您好", e.Accepted[1].Text)
	require.Equal(t, "+8613900139000", e.Accepted[1].To)
	require.Equal(t, membersOf(t, e)["BizId"], e.Accepted[1].ID)

	list := func(element string, n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
	}
	requireCode(t, ask(list(`"13800138000"`, 100), list(`"甲签"`, 100), list(`{"name":"甲"}`, 100)), "OK", "")
	for name, tt := range map[string]struct{ numbers, signs, values, code, verdict string }{
		"too many":      {list(`"13800138000"`, 101), list(`"甲签"`, 101), list(`{"name":"甲"}`, 101), "isv.MOBILE_COUNT_OVER_LIMIT", "PhoneNumberJson: 101"},
		"no numbers":    {`[]`, `[]`, `[]`, "isv.MOBILE_NUMBER_ILLEGAL", "PhoneNumberJson: empty"},
		"fewer signs":   {`["13800138000","13900139000"]`, `["甲签"]`, list(`{"name":"甲"}`, 2), "isv.INVALID_JSON_PARAM", "SignNameJson: 1 signatures for 2"},
		"fewer values":  {`["13800138000"]`, `["甲签"]`, `[]`, "isv.INVALID_JSON_PARAM", "TemplateParamJson: values for 0 of 1"},
		"no list":       {"13800138000", `["甲签"]`, `[{}]`, "isv.INVALID_JSON_PARAM", "PhoneNumberJson: want a JSON array"},
		"number values": {`["13800138000"]`, `["甲签"]`, `[{"name":1}]`, "isv.INVALID_JSON_PARAM", "TemplateParamJson: want a JSON array"},
		"no values":     {`["13800138000"]`, `["甲签"]`, ``, "isv.TEMPLATE_MISSING_PARAMETERS", "TemplateParamJson: no value for"},
		"one blocked":   {`["13800138000","13900139009"]`, `["甲签","甲签"]`, list(`{"name":"甲"}`, 2), "isv.BLACK_KEY_CONTROL_LIMIT", "PhoneNumberJson: on the list"},
	} {
		e := ask(tt.numbers, tt.signs, tt.values)
		requireCode(t, e, tt.code, tt.verdict)
		require.NotEmpty(t, e.Verdict, name)
	}
}
