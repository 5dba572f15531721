package mobsim_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

const (
	appKey = "0123456789abcdef"
	phone  = "13800138000"

	sendmsg   = "/sms/sendmsg"
	checkcode = "/sms/checkcode"
	verify    = "/sms/verify"
	customMsg = "/custom/msg"

	done = `{"status":200}`
)

func newServer(cfg mobsim.Config) (*sim.Server, *wiretest.Clock) {
	cfg.AppKey = appKey
	c := wiretest.NewClock(time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)) // noon in Beijing
	account := mobsim.New(cfg)
	return sim.New(sim.Config{Now: c.Now}, account, account.Custom()), c
}

// fields are those of every call below /sms; an empty value takes one out.
func fields(pairs ...string) url.Values {
	return with(url.Values{"appkey": {appKey}, "zone": {"86"}, "phone": {phone}}, pairs)
}

// customFields are those of custom/msg.
func customFields(pairs ...string) url.Values {
	return with(url.Values{"appKey": {appKey}, "templateCode": {"1001"}, "zone": {"86"}, "phone": {phone}, "code": {"042137"}}, pairs)
}

func with(form url.Values, pairs []string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// post sends a form and returns the reply and what the simulator says of it.
func post(t *testing.T, s *sim.Server, path string, form url.Values) (body, verdict string) {
	t.Helper()
	return exchange(t, s, http.MethodPost, path, form.Encode())
}

func exchange(t *testing.T, s *sim.Server, method, path, content string) (body, verdict string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(content))
	require.NoError(t, err)
	response, err := (&http.Client{Transport: s.Transport()}).Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "the service answers 200 whatever happened")
	require.Equal(t, "text/plain; charset=utf-8", response.Header.Get("Content-Type"))
	require.Equal(t, "0", response.Header.Get("Expires"))
	exchanges := s.Exchanges()
	return string(answer), exchanges[len(exchanges)-1].Verdict
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
	s, _ := newServer(mobsim.Config{})
	body, verdict := post(t, s, sendmsg, fields())
	require.Equal(t, done, body)
	require.Empty(t, verdict)
	m := s.Texts()[0]
	require.Equal(t, "+8613800138000", m.To)
	require.Regexp(t, `^[0-9]{4}$`, m.Code)
	require.Equal(t, "【示例】验证码："+m.Code+"，5分钟内有效。", m.Text)
	require.Equal(t, appKey, m.Mailbox)
	require.Equal(t, "mob", m.Service)

	body, _ = exchange(t, s, http.MethodGet, sendmsg+"?"+fields("zone", "1", "phone", "2025550123").Encode(), "")
	require.Equal(t, done, body)
	require.Equal(t, "+12025550123", s.Texts()[1].To)
}

// TestRefusals corrupts one field at a time, or switches one thing off: the
// simulator answers with the service's status and names what is wrong.
func TestRefusals(t *testing.T) {
	t.Parallel()
	none := 0
	tests := []struct {
		name, path string
		cfg        mobsim.Config
		form       url.Values
		status     string
		names      string
	}{
		{name: "key empty", path: sendmsg, form: fields("appkey", ""), status: "405", names: "appkey"},
		{name: "key unknown", path: sendmsg, form: fields("appkey", "0123456789abcdee"), status: "406", names: "appkey"},
		{name: "zone empty", path: sendmsg, form: fields("zone", ""), status: "456", names: "zone"},
		{name: "zone with plus", path: sendmsg, form: fields("zone", "+86"), status: "457", names: "zone"},
		{name: "zone with zeros", path: sendmsg, form: fields("zone", "0086"), status: "457", names: "zone"},
		{name: "phone empty", path: sendmsg, form: fields("phone", ""), status: "456", names: "phone"},
		{name: "phone too short", path: sendmsg, form: fields("phone", "1380013800"), status: "457", names: "phone"},
		{name: "phone with country code", path: sendmsg, form: fields("phone", "+8613800138000"), status: "457", names: "phone"},
		{name: "phone abroad too short", path: sendmsg, form: fields("zone", "852", "phone", "123"), status: "457", names: "phone"},
		{name: "phone blocked", path: sendmsg, cfg: mobsim.Config{Blocked: []string{"+8613800138000"}}, form: fields(), status: "458", names: "phone"},
		{name: "region off", path: sendmsg, cfg: mobsim.Config{Zones: []string{"852"}}, form: fields(), status: "461", names: "zone"},
		{name: "web interface off", path: sendmsg, cfg: mobsim.Config{WebAPIOff: true}, form: fields(), status: "469", names: "switched off"},
		{name: "nothing left", path: sendmsg, cfg: mobsim.Config{Balance: &none}, form: fields(), status: "470", names: "balance"},

		{name: "check, key empty", path: checkcode, form: fields("appkey", "", "code", "1234"), status: "405", names: "appkey"},
		{name: "check, key unknown", path: checkcode, form: fields("appkey", "x", "code", "1234"), status: "406", names: "appkey"},
		{name: "check, zone empty", path: checkcode, form: fields("zone", "", "code", "1234"), status: "456", names: "zone"},
		{name: "check, phone empty", path: checkcode, form: fields("phone", "", "code", "1234"), status: "456", names: "phone"},
		{name: "check, code empty", path: checkcode, form: fields(), status: "466", names: "code"},
		{name: "check, code that nobody sent", path: checkcode, form: fields("code", "1234"), status: "468", names: "code"},
		{
			name: "check, phone blocked since", path: checkcode, cfg: mobsim.Config{Blocked: []string{"+8613800138000"}},
			form: fields("code", "1234"), status: "468", names: "code",
		},
		{name: "check, web interface off", path: checkcode, cfg: mobsim.Config{WebAPIOff: true}, form: fields("code", "1234"), status: "469", names: "switched off"},
		{name: "server check off", path: verify, cfg: mobsim.Config{ServerVerifyOff: true}, form: fields("code", "1234"), status: "474", names: "switched off"},
		{name: "server check needs no web interface", path: verify, cfg: mobsim.Config{WebAPIOff: true}, form: fields("code", "1234"), status: "468", names: "code"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(tt.cfg)
			body, verdict := post(t, s, tt.path, tt.form)
			require.Equal(t, `{"status":`+tt.status+`}`, body)
			require.Contains(t, verdict, tt.names)
			require.Empty(t, s.Texts())
		})
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{AllowedIPs: []string{"192.0.2.1"}})
	for _, path := range []string{sendmsg, checkcode, verify} {
		body, verdict := post(t, s, path, fields("code", "1234"))
		require.JSONEq(t, `{"status":471,"error":"Request ip is error."}`, body)
		require.Contains(t, verdict, "127.0.0.1")
	}
	body, _ := post(t, s, customMsg, customFields())
	require.Equal(t, `{"status":214}`, body)

	s, _ = newServer(mobsim.Config{AllowedIPs: []string{"192.0.2.1", "127.0.0.1"}})
	body, _ = post(t, s, sendmsg, fields())
	require.Equal(t, done, body)
}

// TestCopiedEntities sends what somebody gets who copies the vendor's samples,
// in which & stands as an entity: the fields behind the first are lost.
func TestCopiedEntities(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	body, verdict := exchange(t, s, http.MethodPost, sendmsg, "appkey="+appKey+"&amp;phone="+phone+"&amp;zone=86")
	require.Equal(t, `{"status":456}`, body)
	require.Contains(t, verdict, "zone: empty (a part of the body is no form")
}

func TestCodeIsCheckedOnce(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	post(t, s, sendmsg, fields())
	right := lastCode(s)
	body, verdict := post(t, s, checkcode, fields("code", wrong(right)))
	require.Equal(t, `{"status":468}`, body)
	require.Equal(t, "code: wrong, 2 checks left", verdict)
	body, _ = post(t, s, checkcode, fields("code", right))
	require.Equal(t, done, body)
	body, _ = post(t, s, checkcode, fields("code", right))
	require.Equal(t, `{"status":468}`, body, "a code that was right is used up")
}

func TestCodeIsKeptWhereToldSo(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{KeepVerified: true, CodeLength: 6})
	post(t, s, sendmsg, fields())
	require.Len(t, lastCode(s), 6)
	for range 3 {
		body, _ := post(t, s, checkcode, fields("code", lastCode(s)))
		require.Equal(t, done, body)
	}
	body, verdict := post(t, s, checkcode, fields("code", lastCode(s)))
	require.Equal(t, `{"status":467}`, body, "the fourth check")
	require.Contains(t, verdict, "code: checked more than 3 times")
}

func TestCodeBearsThreeChecks(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	post(t, s, sendmsg, fields())
	first := lastCode(s)
	for range 3 {
		body, _ := post(t, s, checkcode, fields("code", wrong(first)))
		require.Equal(t, `{"status":468}`, body)
	}
	body, _ := post(t, s, checkcode, fields("code", first))
	require.Equal(t, `{"status":467}`, body)
	post(t, s, sendmsg, fields())
	body, _ = post(t, s, checkcode, fields("code", lastCode(s)))
	require.Equal(t, done, body, "a new code has checks of its own")
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	s, clock := newServer(mobsim.Config{})
	post(t, s, sendmsg, fields())
	clock.Advance(5 * time.Minute)
	body, verdict := post(t, s, checkcode, fields("code", lastCode(s)))
	require.Equal(t, `{"status":468}`, body)
	require.Contains(t, verdict, "expired")
	post(t, s, sendmsg, fields())
	clock.Advance(5*time.Minute - time.Nanosecond)
	body, _ = post(t, s, checkcode, fields("code", lastCode(s)))
	require.Equal(t, done, body)
}

// TestSeparateStores: codes of sendmsg and of a phone's SDK are not each other's.
func TestSeparateStores(t *testing.T) {
	t.Parallel()
	none := 0
	s, _ := newServer(mobsim.Config{Balance: &none, WebAPIOff: false, AllowedIPs: []string{"127.0.0.1"}})
	body, _ := post(t, s, mobsim.SDKPath, fields())
	require.Equal(t, done, body, "the SDK is free of charge")
	bySDK := lastCode(s)
	body, verdict := post(t, s, checkcode, fields("code", bySDK))
	require.Equal(t, `{"status":468}`, body)
	require.Contains(t, verdict, "which only /sms/verify checks")
	body, _ = post(t, s, verify, fields("code", bySDK))
	require.Equal(t, done, body)

	s, _ = newServer(mobsim.Config{})
	post(t, s, sendmsg, fields())
	body, verdict = post(t, s, verify, fields("code", lastCode(s)))
	require.Equal(t, `{"status":468}`, body)
	require.Contains(t, verdict, "which only /sms/checkcode checks")
	body, verdict = post(t, s, mobsim.SDKPath, fields("phone", ""))
	require.Equal(t, `{"status":456}`, body)
	require.Contains(t, verdict, "phone")
}

func TestLimitsPerNumber(t *testing.T) {
	t.Parallel()
	s, clock := newServer(mobsim.Config{Limits: true})
	send := func(path, number string) string {
		body, _ := post(t, s, path, fields("phone", number))
		return body
	}
	require.Equal(t, done, send(sendmsg, phone))
	require.Equal(t, done, send(mobsim.SDKPath, phone))
	require.Equal(t, `{"status":462}`, send(sendmsg, phone), "the SDK's count too")
	require.Equal(t, done, send(sendmsg, "13900139000"), "another number has limits of its own")
	for range 3 {
		clock.Advance(time.Minute)
		require.Equal(t, done, send(sendmsg, phone))
	}
	clock.Advance(time.Minute)
	require.Equal(t, `{"status":478}`, send(sendmsg, phone))
}

func TestLimitPerDay(t *testing.T) {
	t.Parallel()
	s, clock := newServer(mobsim.Config{Limits: true})
	clock.Advance(-12 * time.Hour) // midnight in Beijing
	send := func() string {
		body, _ := post(t, s, sendmsg, fields())
		return body
	}
	for range 5 {
		require.Equal(t, done, send())
		clock.Advance(time.Minute)
	}
	clock.Advance(12 * time.Hour)
	for range 5 {
		require.Equal(t, done, send())
		clock.Advance(time.Minute)
	}
	require.Equal(t, `{"status":477}`, send())
	clock.Advance(12 * time.Hour)
	require.Equal(t, done, send(), "the next day")
}

func TestBalanceRunsDown(t *testing.T) {
	t.Parallel()
	two := 2
	s, _ := newServer(mobsim.Config{Balance: &two})
	post(t, s, sendmsg, fields())
	post(t, s, customMsg, customFields())
	body, _ := post(t, s, sendmsg, fields())
	require.Equal(t, `{"status":470}`, body, "both products use the same account")
	body, verdict := post(t, s, customMsg, customFields())
	require.Equal(t, `{"status":213}`, body)
	require.Contains(t, verdict, "balance")
	require.Len(t, s.Texts(), 2)
}

func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	post(t, s, sendmsg, fields())
	code := lastCode(s)
	for path, status := range map[string]string{sendmsg: "500", checkcode: "467", customMsg: "218"} {
		_, err := s.Inject(sim.Fault{Code: status})
		require.NoError(t, err)
		form := customFields()
		if path != customMsg {
			form = fields("code", code)
		}
		body, verdict := post(t, s, path, form)
		require.Equal(t, `{"status":`+status+`}`, body)
		require.Equal(t, "scripted refusal", verdict)
	}
	body, _ := post(t, s, checkcode, fields("code", code))
	require.Equal(t, done, body, "a scripted refusal uses no check up")
	_, err := s.Inject(sim.Fault{Service: "mob", Kind: provider.KindContent})
	require.Error(t, err, "Mob's own text has nothing to refuse")
}
