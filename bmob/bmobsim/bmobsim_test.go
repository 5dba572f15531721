package bmobsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
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

	toPhone = `{"mobilePhoneNumber":"` + phone + `"}`
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
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header = header
	response, err := (&http.Client{Transport: s.Transport()}).Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	exchanges := s.Exchanges()
	return answer{response.StatusCode, string(content), exchanges[len(exchanges)-1].Verdict}
}

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

// lastCode is the code that arrived last.
func lastCode(s *sim.Server) string {
	messages := s.Texts()
	return messages[len(messages)-1].Code
}

// wrong returns another code of the same length.
func wrong(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
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
	none, one := 0, 1
	strict := bmobsim.Config{Templates: map[string]string{"注册": "%smscode%", "订单": "%code%，%minutes%分钟"}}
	tests := []struct {
		name, path, body string
		cfg              bmobsim.Config
		code             int
		names            string
	}{
		{name: "body empty", path: requestCode, code: 107, names: "body"},
		{name: "body null", path: requestCode, body: `null`, code: 107, names: "body"},
		{name: "body truncated", path: requestCode, body: `{"mobilePhoneNumber":`, code: 107, names: "body"},
		{name: "body a form", path: requestCode, body: `mobilePhoneNumber=13800138000`, code: 107, names: "body"},
		{name: "number missing", path: requestCode, body: `{}`, code: 118, names: "mobilePhoneNumber"},
		{name: "number null", path: requestCode, body: `{"mobilePhoneNumber":null}`, code: 118, names: "mobilePhoneNumber"},
		{name: "number as a number", path: requestCode, body: `{"mobilePhoneNumber":13800138000}`, code: 111, names: "mobilePhoneNumber"},
		{name: "number empty", path: requestCode, body: `{"mobilePhoneNumber":""}`, code: 301, names: "mobilePhoneNumber"},
		{name: "number with country code", path: requestCode, body: `{"mobilePhoneNumber":"+8613800138000"}`, code: 301, names: "mobilePhoneNumber"},
		{name: "number with a letter", path: requestCode, body: `{"mobilePhoneNumber":"1380013800x"}`, code: 301, names: "mobilePhoneNumber"},
		{name: "template of another type", path: requestCode, body: `{"mobilePhoneNumber":"13800138000","template":1}`, code: 111, names: "template"},
		{name: "template unknown", cfg: strict, path: requestCode, body: `{"mobilePhoneNumber":"13800138000","template":"x"}`, code: 10022, names: "template"},
		{name: "no messages left", cfg: bmobsim.Config{Balance: &none}, path: requestCode, body: toPhone, code: 10016, names: "balance"},
		{
			name: "not enough messages for a long text", path: requestCode, body: toPhone, code: 10016, names: "the text takes 2",
			cfg: bmobsim.Config{Balance: &one, AppName: strings.Repeat("长", 70)},
		},
		{
			name: "token of another type", path: requestCode, code: 111, names: "validate_token",
			body: `{"mobilePhoneNumber":"13800138000","validate_token":1}`,
		},

		{name: "check, number missing", path: verifyCode + "/876845", body: `{}`, code: 118, names: "mobilePhoneNumber"},
		{name: "check, code missing", path: verifyCode, body: toPhone, code: 118, names: "smsCode"},
		{name: "check, code as a number", path: verifyCode, body: `{"mobilePhoneNumber":"13800138000","smsCode":876845}`, code: 111, names: "smsCode"},
		{name: "check, code that nobody sent", path: verifyCode + "/876845", body: toPhone, code: 207, names: "smsCode"},

		{name: "text, number missing", path: requestText, body: `{}`, code: 118, names: "mobilePhoneNumber"},
		{name: "text, template missing", path: requestText, body: toPhone, code: 10022, names: "template"},
		{name: "text, template of another type", path: requestText, body: `{"mobilePhoneNumber":"13800138000","template":[]}`, code: 111, names: "template"},
		{
			name: "text, template unknown", cfg: strict, path: requestText, code: 10022, names: "template",
			body: `{"mobilePhoneNumber":"13800138000","template":"x","content":{}}`,
		},
		{name: "text, content missing", path: requestText, body: `{"mobilePhoneNumber":"13800138000","template":"x"}`, code: 118, names: "content"},
		{
			name: "text, the older form", path: requestText, code: 111, names: "content",
			body: `{"mobilePhoneNumber":"13800138000","template":"x","content":"您好"}`,
		},
		{
			name: "text, value of another type", path: requestText, code: 111, names: "content.code",
			body: `{"mobilePhoneNumber":"13800138000","template":"x","content":{"code":[1]}}`,
		},
		{
			name: "text, value null", path: requestText, code: 111, names: "content.code",
			body: `{"mobilePhoneNumber":"13800138000","template":"x","content":{"code":null}}`,
		},
		{
			name: "text, variable missing", cfg: strict, path: requestText, code: 10013, names: "content.minutes",
			body: `{"mobilePhoneNumber":"13800138000","template":"订单","content":{"code":"1"}}`,
		},
		{
			name: "text, no messages left", cfg: bmobsim.Config{Balance: &none}, path: requestText, code: 10016, names: "balance",
			body: `{"mobilePhoneNumber":"13800138000","template":"x","content":{"code":"1"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(tt.cfg)
			requireRefused(t, post(t, s, tt.path, tt.body), tt.code, tt.names)
			require.Empty(t, s.Texts())
		})
	}
}

func TestMethodAndPath(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	a := call(t, s, http.MethodGet, requestCode, "", plainHeader())
	require.Equal(t, http.StatusNotFound, a.status)
	require.Contains(t, a.verdict, "method: want POST")
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
	right := lastCode(s)
	for range 5 {
		requireRefused(t, post(t, s, verifyCode+"/"+wrong(right), toPhone), 207, "smsCode: wrong")
	}
	require.Equal(t, answer{http.StatusOK, `{"msg":"ok"}`, ""}, post(t, s, verifyCode+"/"+right, toPhone))
	requireRefused(t, post(t, s, verifyCode+"/"+right, toPhone), 207, "it was used")

	post(t, s, requestCode, toPhone)
	inBody := `{"mobilePhoneNumber":"13800138000","smsCode":"` + lastCode(s) + `"}`
	require.JSONEq(t, `{"msg":"ok"}`, post(t, s, verifyCode, inBody).body)
	require.JSONEq(t, `{"code":207,"error":"code error:`+lastCode(s)+`."}`, post(t, s, verifyCode, inBody).body)
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	s, clock := newServer(bmobsim.Config{})
	post(t, s, requestCode, toPhone)
	first := lastCode(s)
	post(t, s, requestCode, toPhone)
	requireRefused(t, post(t, s, verifyCode+"/"+first, toPhone), 207, "wrong")
	clock.Advance(5*time.Minute - time.Nanosecond)
	require.Equal(t, http.StatusOK, post(t, s, verifyCode+"/"+lastCode(s), toPhone).status)
	post(t, s, requestCode, toPhone)
	clock.Advance(5 * time.Minute)
	requireRefused(t, post(t, s, verifyCode+"/"+lastCode(s), toPhone), 207, "expired")
}

func TestLimitsPerNumber(t *testing.T) {
	t.Parallel()
	s, clock := newServer(bmobsim.Config{Limits: true})
	send := func() answer { return post(t, s, requestCode, toPhone) }
	limited := func(window string) {
		a := send()
		requireRefused(t, a, 10010, window)
		require.Contains(t, a.body, "mobile '13800138000' send message limited.")
	}
	require.Equal(t, http.StatusOK, send().status)
	limited("1 texts in 1m0s")
	require.Equal(t, http.StatusOK, post(t, s, requestCode, `{"mobilePhoneNumber":"13900139000"}`).status, "another number has limits of its own")
	for range 4 {
		clock.Advance(time.Minute)
		require.Equal(t, http.StatusOK, send().status)
	}
	clock.Advance(time.Minute)
	limited("5 texts in 1h0m0s")
	for range 5 {
		clock.Advance(time.Hour)
		require.Equal(t, http.StatusOK, send().status)
	}
	clock.Advance(time.Hour)
	limited("10 texts in 24h0m0s")
	clock.Advance(18 * time.Hour)
	require.Equal(t, http.StatusOK, send().status)
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
			requireRefused(t, post(t, s, requestText, string(content)), 10016, "0 messages left")
		})
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	s, clock := newServer(bmobsim.Config{})
	query := func(id string) answer { return call(t, s, http.MethodGet, "/1/querySms/"+id, "", plainHeader()) }
	a := query("1232222")
	requireRefused(t, a, 10018, "smsId")
	require.Contains(t, a.body, "smsId:1232222 not found")
	post(t, s, requestCode, toPhone)
	id := s.Texts()[0].ID
	require.JSONEq(t, `{"sms_state":"SENDING","verify_state":false}`, query(id).body)
	clock.Advance(3 * time.Second)
	require.JSONEq(t, `{"sms_state":"SUCCESS","verify_state":false}`, query(id).body)
	post(t, s, verifyCode+"/"+lastCode(s), toPhone)
	require.JSONEq(t, `{"sms_state":"SUCCESS","verify_state":true}`, query(id).body)
}

func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	s, _ := newServer(bmobsim.Config{})
	post(t, s, requestCode, toPhone)
	code, id := lastCode(s), s.Texts()[0].ID
	inject := func(code string) {
		_, err := s.Inject(sim.Fault{Code: code})
		require.NoError(t, err)
	}
	inject("500")
	require.Equal(t, answer{500, `{"error":"It is busy...Try it later!"}`, "scripted refusal"}, post(t, s, requestCode, toPhone))
	inject("401")
	require.Equal(t, answer{401, `{"error":"unauthorized"}`, "scripted refusal"}, post(t, s, requestCode, toPhone))
	inject("10014")
	requireRefused(t, post(t, s, requestText, `{"mobilePhoneNumber":"13800138000","template":"x","content":{}}`), 10014, "scripted")
	inject("10200")
	requireRefused(t, post(t, s, verifyCode+"/"+code, toPhone), 10200, "scripted")
	inject("10076")
	requireRefused(t, call(t, s, http.MethodGet, "/1/querySms/"+id, "", plainHeader()), 10076, "scripted")
	inject("10076")
	requireRefused(t, post(t, s, "/1/requestCaptcha", `{}`), 10076, "scripted")
	inject("10076")
	requireRefused(t, post(t, s, "/1/verifyCaptcha", `{"captcha_code":"1","captcha_token":"x"}`), 10076, "scripted")
	require.Len(t, s.Texts(), 1)
	require.Equal(t, http.StatusOK, post(t, s, verifyCode+"/"+code, toPhone).status, "a scripted refusal uses no code up")
}
