package bmobsim_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/sim"
)

const (
	appID   = "0123456789abcdef0123456789abcdef"
	restKey = "fedcba9876543210fedcba9876543210"
	phone   = "13800138000"

	requestCode = "/1/requestSmsCode"
	verifyCode  = "/1/verifySmsCode"
	requestText = "/1/requestSms"
	querySMS    = "/1/querySms/"

	requestCaptcha = "/1/requestCaptcha"
	verifyCaptcha  = "/1/verifyCaptcha"
	captchaImage   = "/1/captchaImage"

	toPhone = `{"mobilePhoneNumber":"` + phone + `"}`

	secretKey = "FakeSecretKey016"
	safeCode  = "FakeSafeCode01"
)

func newServer(cfg bmobsim.Config) (*sim.Server, *wiretest.Clock) {
	s, c, _ := newService(cfg)
	return s, c
}

func newService(cfg bmobsim.Config) (*sim.Server, *wiretest.Clock, *bmobsim.Service) {
	cfg.AppID, cfg.RESTKey, cfg.SecretKey, cfg.SafeCode = appID, restKey, secretKey, safeCode
	c := wiretest.NewClock(time.Unix(1700000000, 0))
	service := bmobsim.New(cfg)
	return sim.New(sim.Config{Now: c.Now}, service), c, service
}

// plainHeader is plain authentication.
func plainHeader() http.Header {
	h := http.Header{}
	h.Set("X-Bmob-Application-Id", appID)
	h.Set("X-Bmob-REST-API-Key", restKey)
	h.Set("Content-Type", "application/json")
	return h
}

// answer is what came back, and what the simulator says of the request.
type answer struct {
	status  int
	body    string
	verdict string
}

func call(t *testing.T, s *sim.Server, method, path, body string, header http.Header) answer {
	t.Helper()
	e := wiretest.Ask(t, s, method, path, body, header)
	return answer{e.Status, string(e.Reply), e.Verdict}
}

// to is a body with a number and more members.
func to(members string) string { return `{"mobilePhoneNumber":"` + phone + `",` + members + `}` }

// post sends a body with plain authentication.
func post(t *testing.T, s *sim.Server, path, body string) answer {
	t.Helper()
	return call(t, s, http.MethodPost, path, body, plainHeader())
}

// requireRefused checks an answer's HTTP status, code and verdict.
func requireRefused(t *testing.T, a answer, code int, names string) {
	t.Helper()
	require.Equal(t, http.StatusBadRequest, a.status, a.body)
	require.Contains(t, a.body, fmt.Sprintf(`{"code":%d,"error":"`, code))
	require.Contains(t, a.verdict, names)
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{Templates: map[string]string{"注册": "%appname%注册码%smscode%，%ttl%分钟有效"}, AppName: "小店", Sign: "小店铺", CodeLife: 10 * time.Minute})
	a := post(t, s, requestCode, toPhone)
	require.Equal(t, answer{http.StatusOK, `{"smsId":1232222}`, ""}, a)
	m := s.Texts()[0]
	require.Equal(t, "+8613800138000", m.To)
	require.Equal(t, "1232222", m.ID)
	require.Equal(t, appID, m.Mailbox)
	require.Regexp(t, `^[0-9]{6}$`, m.Code)
	require.Equal(t, "【小店铺】您的验证码是"+m.Code+"，有效期为10分钟。您正在使用小店的验证码", m.Text)

	a = post(t, s, requestCode, `{"mobilePhoneNumber":"13900139000","template":"注册"}`)
	require.Equal(t, `{"smsId":1232223}`, a.body)
	m = s.Texts()[1]
	require.Equal(t, "【小店铺】小店注册码"+m.Code+"，10分钟有效", m.Text)
	require.Equal(t, "注册", m.Template)
}

// TestRefusals corrupts one field at a time: the simulator answers with the
// service's code and names the field.
func TestRefusals(t *testing.T) {
	t.Parallel()
	none, one, cfg := 0, 1, bmobsim.Config{}
	empty, short := bmobsim.Config{Balance: &none}, bmobsim.Config{Balance: &one, AppName: strings.Repeat("长", 70)}
	strict := bmobsim.Config{Templates: map[string]string{"注册": "%smscode%", "订单": "%code%，%minutes%分钟"}}
	for _, tt := range []struct {
		path string
		cfg  bmobsim.Config
		body string
		code int
		says string
	}{
		{requestCode, cfg, ``, 107, "body: "},
		{requestCode, cfg, `null`, 107, "body: "},
		{requestCode, cfg, `{"mobilePhoneNumber":`, 107, "body: "},
		{requestCode, cfg, `mobilePhoneNumber=13800138000`, 107, "body: "},
		{requestCode, cfg, `{}`, 118, "mobilePhoneNumber: missing"},
		{requestCode, cfg, `{"mobilePhoneNumber":null}`, 118, "mobilePhoneNumber: missing"},
		{requestCode, cfg, `{"mobilePhoneNumber":13800138000}`, 111, "mobilePhoneNumber: want a JSON string, got number"},
		{requestCode, cfg, `{"mobilePhoneNumber":""}`, 301, "mobilePhoneNumber: want"},
		{requestCode, cfg, `{"mobilePhoneNumber":"+8613800138000"}`, 301, "mobilePhoneNumber: want"},
		{requestCode, cfg, `{"mobilePhoneNumber":"1380013800x"}`, 301, "mobilePhoneNumber: want"},
		{requestCode, cfg, to(`"template":1`), 111, "template: want"},
		{requestCode, strict, to(`"template":"x"`), 10022, "template: no such"},
		{requestCode, cfg, to(`"validate_token":1`), 111, "validate_token: want"},
		{requestCode, empty, toPhone, 10016, "balance: 0 left"},
		{requestCode, short, toPhone, 10016, "balance: 1 left, and 2 wanted"},
		{requestCode, empty, to(`"validate_token":1`), 111, "validate_token: want"}, // the first fault counts

		{verifyCode + "/876845", cfg, toPhone, 207, "smsCode: none"},
		{verifyCode, cfg, toPhone, 118, "smsCode: missing"},
		{verifyCode, cfg, to(`"smsCode":876845`), 111, "smsCode: want"},

		{requestText, cfg, toPhone, 10022, "template: missing"},
		{requestText, cfg, to(`"template":[]`), 111, "template: want"},
		{requestText, strict, to(`"template":"x","content":{}`), 10022, "template: no such"},
		{requestText, cfg, to(`"template":"x"`), 118, "content: missing"},
		{requestText, cfg, to(`"template":"x","content":"您好"`), 111, "content: want a JSON object, got string"}, // the older form
		{requestText, cfg, to(`"template":"x","content":null`), 111, "content: want a JSON object, got null"},
		{requestText, cfg, to(`"template":"x","content":{"code":[1]}`), 111, "content.code: want"},
		{requestText, cfg, to(`"template":"x","content":{"code":null}`), 111, "content.code: want"},
		{requestText, strict, to(`"template":"订单","content":{"code":"1"}`), 10013, "content.minutes: missing"},
		{requestText, empty, to(`"template":"x","content":{"code":"1"}`), 10016, "balance: "},

		{requestCaptcha, cfg, `{"width":59}`, 301, "width: want 60 to 200"},
		{requestCaptcha, cfg, `{"width":"85"}`, 111, "width: want a JSON number, got string"},
		{requestCaptcha, cfg, `{"width":null}`, 111, "width: want"},
		{requestCaptcha, cfg, `{"height":101}`, 301, "height: want"},
		{requestCaptcha, cfg, `{"height":[1]}`, 111, "height: want"},
		{requestCaptcha, cfg, `{"size":7}`, 301, "size: want"},
		{requestCaptcha, cfg, `{"size":[1]}`, 111, "size: want"},
		{requestCaptcha, cfg, `{"ttl":181}`, 301, "ttl: want"},
		{requestCaptcha, cfg, `{"ttl":[1]}`, 111, "ttl: want"},
		{verifyCaptcha, cfg, `{"captcha_code":"1"}`, 118, "captcha_token: missing"},
		{verifyCaptcha, cfg, `{"captcha_token":"x"}`, 118, "captcha_code: missing"},
		{verifyCaptcha, cfg, `{"captcha_code":"1","captcha_token":"x"}`, 10007, "captcha_token: unknown"},
	} {
		t.Run(tt.path+" "+tt.body, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(tt.cfg)
			a := post(t, s, tt.path, tt.body)
			requireRefused(t, a, tt.code, tt.says)
			require.True(t, strings.HasPrefix(a.verdict, tt.says), a.verdict)
			require.Empty(t, s.Texts())
		})
	}
}

// TestWords: the service fills its words with details.
func TestWords(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{Templates: map[string]string{"注册": "%smscode%"}})
	for _, tt := range []struct{ path, body, want string }{
		{requestCode, `{`, `{"code":107,"error":"invalid json: want an object."}`},
		{requestCode, `{}`, `{"code":118,"error":"param mobilePhoneNumber is need."}`},
		{requestCode, `{"mobilePhoneNumber":1}`, `{"code":111,"error":"invalid type for key 'mobilePhoneNumber', expected 'string', but got 'number'."}`},
		{requestCode, `{"mobilePhoneNumber":""}`, `{"code":301,"error":"手机号码必须是11位的数字"}`},
		{requestCode, to(`"template":"x"`), `{"code":10022,"error":"模板:x 不存在"}`},
		{verifyCode + "/1234", toPhone, `{"code":207,"error":"code error:1234."}`},
		{requestText, to(`"template":"注册","content":{"a":[]}`), `{"code":111,"error":"invalid type for key 'content', expected 'string', but got 'array'."}`},
		{requestText, to(`"template":"注册","content":{}`), `{"code":10013,"error":"sms content illegal."}`},
		{requestCaptcha, `{"size":7}`, `{"code":301,"error":"size is out of range."}`},
		{verifyCaptcha, `{"captcha_code":"1","captcha_token":"x"}`, `{"code":10007,"error":"captcha error."}`},
	} {
		require.Equal(t, tt.want, post(t, s, tt.path, tt.body).body)
	}
}

func TestMethodAndPath(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	a := call(t, s, http.MethodGet, requestCode, "", plainHeader())
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "method: want POST")
	a = post(t, s, requestCode+"/1", toPhone)
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "path: want nothing behind /1/requestSmsCode")
	a = post(t, s, "/1/requestSmsCodes", toPhone)
	require.Contains(t, a.verdict, "no service owns")
	a = post(t, s, "/proxy/1/requestSmsCode", toPhone)
	require.Equal(t, http.StatusOK, a.status)
}

func TestContentText(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{Templates: map[string]string{"订单": "验证码%code%，%minutes%分钟内有效。"}})
	const body = `{"mobilePhoneNumber":"13800138000","template":"订单","content":{"code":"042137","minutes":5}}`
	require.Equal(t, `{"smsId":1232222}`, post(t, s, requestText, body).body)
	m := s.Texts()[0]
	require.Equal(t, "【比目科技】验证码042137，5分钟内有效。", m.Text)
	require.Equal(t, []string{"042137", "5"}, m.Params)
	require.Equal(t, []string{"code", "minutes"}, m.Names)
	require.Equal(t, "042137", m.Code)
	requireRefused(t, post(t, s, verifyCode+"/042137", toPhone), 207, "smsCode")

	s, _ = newServer(bmobsim.Config{})
	post(t, s, requestText, body)
	require.Equal(t, "【比目科技】042137 5", s.Texts()[0].Text, "without templates the text is the values")
}

func TestCodeIsGoodForOneCheck(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	post(t, s, requestCode, toPhone)
	right := wiretest.LastCode(s)
	for range 5 {
		requireRefused(t, post(t, s, verifyCode+"/"+wiretest.OtherCode(right), toPhone), 207, "smsCode: wrong")
	}
	require.Equal(t, answer{http.StatusOK, `{"msg":"ok"}`, ""}, post(t, s, verifyCode+"/"+right, toPhone))
	requireRefused(t, post(t, s, verifyCode+"/"+right, toPhone), 207, "it was used")

	post(t, s, requestCode, toPhone)
	inBody := `{"mobilePhoneNumber":"13800138000","smsCode":"` + wiretest.LastCode(s) + `"}`
	require.JSONEq(t, `{"msg":"ok"}`, post(t, s, verifyCode, inBody).body)
	require.JSONEq(t, `{"code":207,"error":"code error:`+wiretest.LastCode(s)+`."}`, post(t, s, verifyCode, inBody).body)
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	s, clock := newServer(bmobsim.Config{})
	post(t, s, requestCode, toPhone)
	first := wiretest.LastCode(s)
	post(t, s, requestCode, toPhone)
	requireRefused(t, post(t, s, verifyCode+"/"+first, toPhone), 207, "wrong")
	clock.Advance(5*time.Minute - time.Nanosecond)
	require.Equal(t, http.StatusOK, post(t, s, verifyCode+"/"+wiretest.LastCode(s), toPhone).status)
	post(t, s, requestCode, toPhone)
	clock.Advance(5 * time.Minute)
	requireRefused(t, post(t, s, verifyCode+"/"+wiretest.LastCode(s), toPhone), 207, "expired")
}

func TestLimitsPerNumber(t *testing.T) {
	t.Parallel()
	s, clock := newServer(bmobsim.Config{Limits: true})
	for i, tt := range []struct {
		times int
		every time.Duration
		then  string // the limit that is reached
	}{{1, 0, "1 texts within 1m0s"}, {4, time.Minute, "5 texts within 1h0m0s"}, {5, time.Hour, "10 texts within 24h0m0s"}} {
		for range tt.times {
			clock.Advance(tt.every)
			require.Equal(t, http.StatusOK, post(t, s, requestCode, toPhone).status)
		}
		clock.Advance(tt.every)
		a := post(t, s, requestCode, toPhone)
		requireRefused(t, a, 10010, tt.then)
		require.Contains(t, a.body, "mobile '13800138000' send message limited.")
		other := fmt.Sprintf(`{"mobilePhoneNumber":"1390013900%d"}`, i)
		require.Equal(t, http.StatusOK, post(t, s, requestCode, other).status, "another number has limits of its own")
	}
	clock.Advance(18 * time.Hour)
	require.Equal(t, http.StatusOK, post(t, s, requestCode, toPhone).status)
}

// TestBalanceRunsDown checks the billing: with the six characters of the
// signature, 70 are one message, 71 are two, 135 are three.
func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	tests := []struct{ characters, messages int }{{1, 1}, {70, 1}, {71, 2}, {134, 2}, {135, 3}, {201, 3}, {202, 4}}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.characters), func(t *testing.T) {
			t.Parallel()
			const signature = 6
			content, err := json.Marshal(map[string]any{
				"mobilePhoneNumber": phone, "template": "x", "content": map[string]string{"a": strings.Repeat("长", max(tt.characters-signature, 0))},
			})
			require.NoError(t, err)
			enough := 2 * tt.messages
			s, _ := newServer(bmobsim.Config{Balance: &enough})
			for range 2 {
				require.Equal(t, http.StatusOK, post(t, s, requestText, string(content)).status)
			}
			requireRefused(t, post(t, s, requestText, string(content)), 10016, "balance: 0 left")
		})
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	s, clock := newServer(bmobsim.Config{})
	query := func(id string) answer { return call(t, s, http.MethodGet, querySMS+id, "", plainHeader()) }
	a := query("1232222")
	requireRefused(t, a, 10018, "smsId")
	require.Contains(t, a.body, "smsId:1232222 not found")
	post(t, s, requestCode, toPhone)
	id := s.Texts()[0].ID
	require.JSONEq(t, `{"sms_state":"SENDING","verify_state":false}`, query(id).body)
	clock.Advance(3 * time.Second)
	require.JSONEq(t, `{"sms_state":"SUCCESS","verify_state":false}`, query(id).body)
	post(t, s, verifyCode+"/"+wiretest.LastCode(s), toPhone)
	require.JSONEq(t, `{"sms_state":"SUCCESS","verify_state":true}`, query(id).body)
}

// TestScriptedRefusals: a scripted refusal meets what would be granted, has no
// details, and uses nothing up.
func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	post(t, s, requestCode, toPhone)
	code := wiretest.LastCode(s)
	for _, tt := range []struct {
		fault      sim.Fault
		path, body string
		want       answer
	}{
		{sim.Fault{Code: "500"}, requestCode, toPhone, answer{500, `{"error":"It is busy...Try it later!"}`, ""}},
		{sim.Fault{Code: "401"}, requestCode, toPhone, answer{401, `{"error":"unauthorized"}`, ""}},
		{sim.Fault{Code: "10200"}, verifyCode + "/" + code, toPhone, answer{400, `{"code":10200,"error":"请求过程中网络超时"}`, ""}},
		{sim.Fault{Code: "10210"}, requestCaptcha, `{}`, answer{400, `{"code":10210,"error":"应用半小时内超过了请求数限制"}`, ""}},
		{sim.Fault{Code: "118"}, requestCode, toPhone, answer{400, `{"code":118,"error":"param  is need."}`, ""}},
		{sim.Fault{Code: "118", Text: "no"}, requestCode, toPhone, answer{400, `{"code":118,"error":"no"}`, ""}},
	} {
		sim.MustInject(t, s, tt.fault)
		tt.want.verdict = "scripted refusal"
		require.Equal(t, tt.want, post(t, s, tt.path, tt.body))
	}
	require.Len(t, s.Texts(), 1)
	require.Equal(t, http.StatusOK, post(t, s, verifyCode+"/"+code, toPhone).status, "a scripted refusal uses no code up")
}

// signedHeader is a worked example: path /1/requestSmsCode, the body toPhone, the
// time 1700000000, in the given unit and with its signature.
func signedHeader(timestamp, sign string) http.Header {
	h := http.Header{}
	h.Set("X-Bmob-SDK-Type", "wechatApp")
	h.Set("X-Bmob-SDK-Version", "10")
	h.Set("X-Bmob-Secret-Key", secretKey)
	h.Set("X-Bmob-Safe-Timestamp", timestamp)
	h.Set("X-Bmob-Noncestr-Key", "abcdefghijklmnop")
	h.Set("X-Bmob-Safe-Sign", sign)
	h.Set("Content-Type", "application/json; charset=utf-8")
	return h
}

const (
	inSeconds      = "1700000000"
	inSecondsSign  = "f3f64e087d954932d8cf2e943eb95623"
	inMillis       = "1700000000000"
	inMillisSign   = "945959d1d58126ccfceb9ae07c5f7f3e"
	templateBody   = `{"mobilePhoneNumber":"13800138000","template":"注册模板"}`
	templateSign   = "53533d63db3772a34ea3f557890aa9bb"
	verifySign     = "a56b7942717812d1c2ba1e9009211a25"
	querySign      = "432e083fb3f1762063a345605c1b44e8"
	signWithoutVer = "f9bdebdf25e90a6bdd6639fb23f3c11c"
	signWithoutAll = "d55458439de6f6f900c2f78b413acd8e"
)

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	for name, a := range map[string]answer{
		"seconds":        call(t, s, http.MethodPost, requestCode, toPhone, signedHeader(inSeconds, inSecondsSign)),
		"milliseconds":   call(t, s, http.MethodPost, requestCode, toPhone, signedHeader(inMillis, inMillisSign)),
		"template":       call(t, s, http.MethodPost, requestCode, templateBody, signedHeader(inSeconds, templateSign)),
		"behind a proxy": call(t, s, http.MethodPost, "/bmob"+requestCode, toPhone, signedHeader(inSeconds, inSecondsSign)),
	} {
		require.Equal(t, http.StatusOK, a.status, "%s: %s", name, a.verdict)
	}
	requireRefused(t, call(t, s, http.MethodPost, verifyCode+"/876845", toPhone, signedHeader(inSeconds, verifySign)), 207, "smsCode")
	a := call(t, s, http.MethodGet, "/1/querySms/1232222", "", signedHeader(inSeconds, querySign))
	require.Equal(t, http.StatusOK, a.status, "the smsId of the first text: %s", a.verdict)
}

// TestUnauthorized corrupts one header at a time, or one of the parts that are
// signed.
func TestUnauthorized(t *testing.T) {
	t.Parallel()
	plain, signed := plainHeader(), signedHeader(inSeconds, inSecondsSign)
	type spoiled struct {
		header           http.Header
		name, value      string
		path, body, says string
	}
	tests := []spoiled{
		{header: http.Header{}, says: "X-Bmob-Application-Id: missing"},
		{header: plain, name: "X-Bmob-Application-Id", value: "x", says: "X-Bmob-Application-Id: unknown"},
		{header: plain, name: "X-Bmob-REST-API-Key", value: appID, says: "X-Bmob-REST-API-Key: unknown"},
		{header: signed, name: "X-Bmob-SDK-Version", value: "11", says: `X-Bmob-SDK-Version "11"`},
		{header: signed, name: "X-Bmob-Secret-Key", value: "FakeSecretKey017", says: "X-Bmob-Secret-Key: unknown"},
		{header: signed, name: "X-Bmob-Noncestr-Key", value: "abc", says: "X-Bmob-Noncestr-Key: want 16"},
		{header: signed, name: "X-Bmob-Noncestr-Key", value: "abcdefghijklmnoq", says: `X-Bmob-Noncestr-Key "abcdefghijklmnoq"`},
		{header: signed, name: "X-Bmob-Safe-Timestamp", value: "1700000001", says: `X-Bmob-Safe-Timestamp "1700000001"`},
		{header: signed, name: "X-Bmob-Safe-Sign", value: "f3f64e087d954932d8cf2e943eb95624", says: "X-Bmob-Safe-Sign: want the lower-case"},
		{header: signed, name: "X-Bmob-Safe-Sign", value: strings.ToUpper(inSecondsSign), says: "X-Bmob-Safe-Sign: want the lower-case"},
		{header: signed, name: "X-Bmob-Safe-Sign", value: signWithoutVer, says: "X-Bmob-Safe-Sign: the form of an older version"},
		{header: signed, name: "X-Bmob-Safe-Sign", value: signWithoutAll, says: "X-Bmob-Safe-Sign: the form of an older version"},
		{header: signed, body: `{"mobilePhoneNumber":"13800138001"}`, says: "body"},
		{header: signed, path: requestText, says: `path "/1/requestSms"`},
		{header: http.Header{}, path: requestCaptcha, says: "missing"},
		{header: http.Header{}, path: verifyCaptcha, says: "missing"},
	}
	for _, header := range []http.Header{plain, signed} {
		for name := range header {
			if name != "Content-Type" {
				tests = append(tests, spoiled{header: header, name: name, says: ": missing"})
			}
		}
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.says, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(bmobsim.Config{})
			h := tt.header.Clone()
			if tt.name != "" {
				h.Set(tt.name, tt.value)
			}
			a := call(t, s, http.MethodPost, cmp.Or(tt.path, requestCode), cmp.Or(tt.body, toPhone), h)
			require.Equal(t, http.StatusUnauthorized, a.status)
			require.JSONEq(t, `{"error":"unauthorized"}`, a.body)
			require.Contains(t, a.verdict, tt.says)
			require.Contains(t, strings.ToLower(a.verdict), strings.ToLower(tt.name))
			require.NotContains(t, a.verdict, safeCode, "the safety code never travels")
			require.Empty(t, s.Texts())
		})
	}
}

func TestSignatureExpires(t *testing.T) {
	t.Parallel()
	for _, h := range []http.Header{signedHeader(inSeconds, inSecondsSign), signedHeader(inMillis, inMillisSign)} {
		s, clock := newServer(bmobsim.Config{})
		clock.Advance(10 * time.Second)
		require.Equal(t, http.StatusOK, call(t, s, http.MethodPost, requestCode, toPhone, h).status)
		clock.Advance(time.Second)
		a := call(t, s, http.MethodPost, requestCode, toPhone, h)
		require.Equal(t, http.StatusUnauthorized, a.status)
		require.Contains(t, a.verdict, "X-Bmob-Safe-Timestamp: 11s away")
	}
	s, _ := newServer(bmobsim.Config{})
	a := call(t, s, http.MethodPost, requestCode, toPhone, signedHeader("now", "a8214236526da5fbb92d62ee962d4945"))
	require.Equal(t, http.StatusUnauthorized, a.status)
	require.Contains(t, a.verdict, "X-Bmob-Safe-Timestamp: want Unix time")
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]int{
		"application/json":                http.StatusOK,
		"application/json; charset=UTF-8": http.StatusOK,
		"":                                http.StatusBadRequest,
		"text/plain":                      http.StatusBadRequest,
		"application/json; charset=gbk":   http.StatusBadRequest,
	} {
		s, _ := newServer(bmobsim.Config{})
		h := plainHeader()
		h.Set("Content-Type", contentType)
		a := call(t, s, http.MethodPost, requestCode, toPhone, h)
		require.Equal(t, want, a.status, contentType)
		if want != http.StatusOK {
			requireRefused(t, a, 107, "Content-Type")
		}
	}
}

// issued is a puzzle that was handed out.
type issued struct {
	Token string `json:"captcha_token"`
	URL   string `json:"captcha_url"`
}

func issue(t *testing.T, s *sim.Server, body string) issued {
	t.Helper()
	a := post(t, s, requestCaptcha, body)
	require.Equal(t, http.StatusOK, a.status, a.verdict)
	var puzzle issued
	require.NoError(t, json.Unmarshal([]byte(a.body), &puzzle))
	return puzzle
}

func solve(t *testing.T, s *sim.Server, token, answer string) answer {
	t.Helper()
	return post(t, s, verifyCaptcha, `{"captcha_code":"`+answer+`","captcha_token":"`+token+`"}`)
}

func TestCaptcha(t *testing.T) {
	t.Parallel()
	s, _, service := newService(bmobsim.Config{CaptchaFor: []string{"注册模板"}})
	require.Equal(t, http.StatusOK, post(t, s, requestCode, toPhone).status, "the default template wants none")
	requireRefused(t, post(t, s, requestCode, templateBody), 10007, "validate_token: missing")

	puzzle := issue(t, s, `{"size":6}`)
	require.Len(t, puzzle.Token, 20)
	right, ok := service.CaptchaAnswer(puzzle.Token)
	require.True(t, ok)
	require.Len(t, right, 6)
	requireRefused(t, solve(t, s, puzzle.Token, wiretest.OtherCode(right)), 10007, "captcha_code: wrong")
	solved := solve(t, s, puzzle.Token, right)
	require.Equal(t, http.StatusOK, solved.status)
	requireRefused(t, solve(t, s, puzzle.Token, right), 10007, "captcha_token")

	var proof struct {
		Token string `json:"validate_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(solved.body), &proof))
	withProof := `{"mobilePhoneNumber":"13800138000","template":"注册模板","validate_token":"` + proof.Token + `"}`
	_, err := s.Inject(sim.Fault{Code: "10076"})
	require.NoError(t, err)
	requireRefused(t, post(t, s, requestCode, withProof), 10076, "scripted")
	require.Equal(t, http.StatusOK, post(t, s, requestCode, withProof).status, "a refusal uses no token up")
	requireRefused(t, post(t, s, requestCode, withProof), 10007, "validate_token")
}

func TestCaptchaPicture(t *testing.T) {
	t.Parallel()
	s, _, service := newService(bmobsim.Config{})
	puzzle := issue(t, s, `{"width":120,"height":60}`)
	right, _ := service.CaptchaAnswer(puzzle.Token)
	address, err := url.Parse(puzzle.URL)
	require.NoError(t, err)
	require.Equal(t, "http://sim.invalid/1/captchaImage", "http://"+address.Host+address.Path)

	a := call(t, s, http.MethodGet, address.RequestURI(), "", http.Header{})
	require.Equal(t, http.StatusOK, a.status, "a browser has no credentials")
	require.Contains(t, a.body, `width="120" height="60"`)
	require.Contains(t, a.body, ">"+right+"<")

	a = call(t, s, http.MethodGet, captchaImage+"?secretKey=x&token="+puzzle.Token, "", http.Header{})
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "secretKey")
	query := address.Query()
	query.Set("token", "x")
	a = call(t, s, http.MethodGet, captchaImage+"?"+query.Encode(), "", http.Header{})
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "token: unknown")
	_, ok := service.CaptchaAnswer("x")
	require.False(t, ok)
}

func TestCaptchaExpires(t *testing.T) {
	t.Parallel()
	for body, life := range map[string]time.Duration{`{}`: time.Minute, `{"ttl":180}`: 3 * time.Minute} {
		s, clock, service := newService(bmobsim.Config{})
		puzzle := issue(t, s, body)
		right, _ := service.CaptchaAnswer(puzzle.Token)
		clock.Advance(life)
		requireRefused(t, solve(t, s, puzzle.Token, right), 10007, "captcha_token: expired")
	}
}
