package aliyunsim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

// gifts is a product with its given signatures and templates.
func gifts() Config {
	return Config{Verification: VerificationConfig{Signs: GiftSigns(), Templates: GiftTemplates()}}
}

// TestCodeAccepted: what is recorded of a text with a code of the service's, and the
// answer.
func TestCodeAccepted(t *testing.T) {
	t.Parallel()
	b := newBench(gifts())
	e := b.sendCode(t, "OutId", "order-17", "ReturnVerifyCode", "true")
	text := b.server.Texts()[0]
	require.Regexp(t, `^[0-9]{6}$`, text.Code)
	require.JSONEq(t, `{"Code":"OK","Message":"成功","Success":true,"RequestId":"6553F100-0000-4000-8000-000000000001","Model":{"BizId":"1700000000000001^4",`+
		`"OutId":"order-17","RequestId":"6553F100-0000-4000-8000-000000000001","VerifyCode":"`+text.Code+`"}}`, string(e.Reply))
	require.Equal(t, sim.Text{
		Seq: 1, At: b.clock.Now(), Service: "aliyun-verification", Mailbox: keyID, ID: "1700000000000001^4", Ref: "order-17", To: "+8613800138000", Sign: "速通互联验证码",
		Template: "100001", Params: []string{"5"}, Names: []string{"min"}, Code: text.Code, // the code is the service's own
		Text: "【速通互联验证码】您正在登录或注册，验证码" + text.Code + "，5分钟内有效，请勿泄露。",
	}, text)
	require.NotContains(t, string(b.sendCode(t).Reply), "VerifyCode", "only who asks gets the code")

	b = newBench(Config{})
	requireCode(t, b.sendCode(t, "TemplateCode", "own", "SignName", signName, "TemplateParam", `{"code":"042137"}`), "OK", "")
	require.Equal(t, "042137", b.server.Texts()[0].Code)
	require.Equal(t, "【示例签名】042137", b.server.Texts()[0].Text, "without templates the text is the values")
}

func TestCodeTypes(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	for kind, characters := range map[string]string{"": "0-9", "1": "0-9", "2": "A-Z", "3": "a-z", "4": "A-Za-z", "5": "0-9A-Z", "6": "0-9a-z", "7": "0-9A-Za-z"} {
		requireCode(t, b.sendCode(t, "CodeType", kind, "CodeLength", "8"), "OK", "")
		require.Regexp(t, "^["+characters+"]{8}$", wiretest.LastCode(b.server), kind)
	}
	b.sendCode(t, "CodeLength", "")
	require.Len(t, wiretest.LastCode(b.server), 4)
}

// TestCodeRefusals: one rule of a send or a check at a time.
func TestCodeRefusals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		check         bool
		pairs         []string
		code, verdict string
		words         string
	}{
		"own sign":        {pairs: []string{"SignName", signName}, code: "isv.INVALID_PARAMETERS", verdict: "SignName: none of the given"},
		"own template":    {pairs: []string{"TemplateCode", "SMS_154950909"}, code: "isv.INVALID_PARAMETERS", verdict: "TemplateCode: none of the given"},
		"+86":             {pairs: []string{"PhoneNumber", "+8613800138000"}, code: "MOBILE_NUMBER_ILLEGAL", verdict: "PhoneNumber: want the 11"},
		"abroad":          {pairs: []string{"PhoneNumber", "12025550123"}, code: "MOBILE_NUMBER_ILLEGAL", verdict: "PhoneNumber: want the 11"},
		"country":         {pairs: []string{"CountryCode", "1"}, code: "isv.INVALID_PARAMETERS", verdict: "CountryCode: want 86"},
		"scheme":          {pairs: []string{"SchemeName", strings.Repeat("长", 21)}, code: "isv.INVALID_PARAMETERS", verdict: "SchemeName: over 20"},
		"no min":          {pairs: []string{"TemplateParam", `{"code":"##code##"}`}, code: "isv.INVALID_PARAMETERS", verdict: "TemplateParam: no value for the variable min", words: "Invalid content for template variable min."},
		"empty min":       {pairs: []string{"TemplateParam", `{"code":"##code##","min":""}`}, code: "isv.INVALID_PARAMETERS", verdict: "TemplateParam: no value", words: "Invalid content for template variable min."},
		"no params":       {pairs: []string{"TemplateParam", ""}, code: "MissingParameter", verdict: "TemplateParam: missing"},
		"number":          {pairs: []string{"TemplateParam", `{"code":1}`}, code: "isv.INVALID_PARAMETERS", verdict: "TemplateParam: want a JSON object"},
		"length":          {pairs: []string{"CodeLength", "9"}, code: "isv.INVALID_PARAMETERS", verdict: "CodeLength: want 4 to 8"},
		"type":            {pairs: []string{"CodeType", "8"}, code: "isv.INVALID_PARAMETERS", verdict: "CodeType: want 1 to 7"},
		"return":          {pairs: []string{"ReturnVerifyCode", "1"}, code: "isv.INVALID_PARAMETERS", verdict: "ReturnVerifyCode: want"},
		"check: +86":      {check: true, pairs: []string{"PhoneNumber", "+8613800138000"}, code: "MOBILE_NUMBER_ILLEGAL", verdict: "PhoneNumber: want the 11"},
		"check: no code":  {check: true, pairs: []string{"VerifyCode", ""}, code: "MissingParameter", verdict: "VerifyCode: missing"},
		"check: policy 0": {check: true, pairs: []string{"CaseAuthPolicy", "0"}, code: "isv.ValidateFail", verdict: "CaseAuthPolicy: want 1 or 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(gifts())
			e := b.sendCode(t, tt.pairs...)
			if tt.check {
				b.sendCode(t)
				e = b.check(t, wiretest.LastCode(b.server), tt.pairs...)
			}
			requireCode(t, e, tt.code, tt.verdict)
			if tt.words != "" {
				require.Equal(t, tt.words, membersOf(t, e)["Message"])
			}
			if tt.code != "MissingParameter" {
				require.Equal(t, false, membersOf(t, e)["Success"])
			}
		})
	}
}

// step is a send or a check after some time. A check is of the code of a send, counted
// from the last one.
type step struct {
	after   time.Duration
	pairs   []string
	check   bool
	back    int
	wrong   bool
	code    string // default: OK
	verdict string
}

// TestCodeLife follows codes through several requests.
func TestCodeLife(t *testing.T) {
	t.Parallel()
	const fail = "isv.ValidateFail"
	send := step{}
	right, wrong := step{check: true}, step{check: true, wrong: true, code: fail, verdict: "VerifyCode: wrong"}
	used := step{check: true, code: fail, verdict: "VerifyCode: the service has made none for this number, or it is used up"}
	replaced := step{check: true, back: 1, code: fail, verdict: "VerifyCode: wrong"}
	all := []string{"DuplicatePolicy", "2"}
	later := func(s step, after time.Duration) step { s.after = after; return s }
	with := func(s step, pairs ...string) step { s.pairs = pairs; return s }
	expired := step{check: true, code: fail, verdict: "VerifyCode: expired"}
	for name, tt := range map[string]struct {
		cfg   VerificationConfig
		steps []step
	}{
		"good once":                   {steps: []step{send, wrong, right, used}},
		"nothing sent":                {steps: []step{with(send, "TemplateParam", `{"code":"123456","min":"5"}`), used}},
		"in time":                     {steps: []step{send, later(right, 5*time.Minute-time.Second)}},
		"too late":                    {steps: []step{send, later(expired, 5*time.Minute), send, right}},
		"a life of its own":           {steps: []step{with(send, "ValidTime", "60"), later(expired, time.Minute)}},
		"a default life":              {cfg: VerificationConfig{CodeLife: time.Minute}, steps: []step{send, later(expired, time.Minute)}},
		"replaced":                    {steps: []step{send, send, replaced, right}},
		"all in their life":           {steps: []step{with(send, all...), with(send, all...), {check: true, back: 1}, right, used}},
		"the newest replaces all":     {steps: []step{with(send, all...), send, replaced, right}},
		"a caller's code is no code":  {steps: []step{send, with(send, "TemplateParam", `{"code":"123456","min":"5"}`), {check: true, code: fail, verdict: "VerifyCode: wrong"}, {check: true, back: 1}}},
		"another scheme":              {steps: []step{with(send, "SchemeName", "a"), {check: true, code: fail, verdict: "VerifyCode: the number has codes of another SchemeName"}, with(right, "SchemeName", "a")}},
		"the default scheme by name":  {steps: []step{send, with(right, "SchemeName", "默认方案")}},
		"as many tries as one wants":  {steps: []step{send, wrong, wrong, wrong, wrong, wrong, wrong, right}},
		"three tries":                 {cfg: VerificationConfig{Tries: 3}, steps: []step{send, wrong, wrong, wrong, {check: true, code: fail, verdict: "VerifyCode: after 3 wrong tries"}, send, wrong, right}},
		"the interval":                {cfg: VerificationConfig{Interval: true}, steps: []step{send, {after: 59 * time.Second, code: "biz.FREQUENCY", verdict: "PhoneNumber: a text 59s ago"}, later(send, time.Second)}},
		"an interval of its own":      {cfg: VerificationConfig{Interval: true}, steps: []step{send, with(later(send, 10*time.Second), "Interval", "10")}},
		"no interval":                 {steps: []step{send, send}},
		"any case":                    {steps: []step{with(send, "CodeType", "2"), with(right, "lower", "yes")}},
		"any case by choice":          {steps: []step{with(send, "CodeType", "2"), with(right, "CaseAuthPolicy", "1", "lower", "yes")}},
		"the exact case":              {steps: []step{with(send, "CodeType", "2"), {check: true, pairs: []string{"CaseAuthPolicy", "2", "lower", "yes"}, code: fail, verdict: "VerifyCode: wrong"}, with(right, "CaseAuthPolicy", "2")}},
		"another number has none":     {steps: []step{send, {check: true, pairs: []string{"PhoneNumber", "13900139000"}, code: fail, verdict: "VerifyCode: the service has made none"}}},
		"its own Verification answer": {cfg: VerificationConfig{Unknown200: true}, steps: []step{send, {check: true, wrong: true, verdict: "VerifyCode: wrong"}, right}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(Config{Verification: tt.cfg})
			for i, step := range tt.steps {
				b.clock.Advance(step.after)
				e := step.ask(t, b)
				want := "OK"
				if step.code != "" {
					want = step.code
				}
				require.Equal(t, want, codeOf(t, e), "step %d: %s", i, e.Verdict)
				require.True(t, strings.HasPrefix(e.Verdict, step.verdict), "step %d: %s", i, e.Verdict)
				require.Equal(t, step.verdict == "", e.Verdict == "")
				require.Equal(t, map[bool]int{true: 400, false: 200}[want == fail], e.Status)
				if step.check && want == "OK" {
					result := map[bool]string{true: "PASS", false: "UNKNOWN"}[step.verdict == ""]
					require.Equal(t, map[string]any{"OutId": "", "VerifyResult": result}, membersOf(t, e)["Model"])
				}
			}
		})
	}
}

func (s step) ask(t *testing.T, b bench) sim.Exchange {
	t.Helper()
	if !s.check {
		return b.sendCode(t, s.pairs...)
	}
	sent := b.server.Texts()
	code := sent[len(sent)-1-s.back].Code
	pairs := s.pairs
	if n := len(pairs); n > 1 && pairs[n-2] == "lower" {
		pairs, code = pairs[:n-2], strings.ToLower(code)
	}
	if s.wrong {
		code = wiretest.OtherCode(code)
	}
	return b.check(t, code, pairs...)
}

// TestScriptedCheck: a scripted refusal uses no code up.
func TestScriptedCheck(t *testing.T) {
	t.Parallel()
	b := newBench(Config{})
	b.sendCode(t)
	code := wiretest.LastCode(b.server)
	sim.MustInject(t, b.server, sim.Fault{Code: "isv.ValidateFail"})
	e := b.check(t, code)
	requireCode(t, e, "isv.ValidateFail", "scripted refusal")
	require.Equal(t, 400, e.Status)
	requireCode(t, b.check(t, code), "OK", "")
}
