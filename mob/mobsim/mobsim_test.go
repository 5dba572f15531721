package mobsim_test

import (
	"cmp"
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

// fields are those of every call below /sms.
func fields(pairs ...string) url.Values {
	return wiretest.With(url.Values{"appkey": {appKey}, "zone": {"86"}, "phone": {phone}}, pairs...)
}

// customFields are those of custom/msg.
func customFields(pairs ...string) url.Values {
	return wiretest.With(url.Values{"appKey": {appKey}, "templateCode": {"1001"}, "zone": {"86"}, "phone": {phone}, "code": {"042137"}}, pairs...)
}

// post sends a form and returns the reply and what the simulator says of it.
func post(t *testing.T, s *sim.Server, path string, form url.Values) (body, verdict string) {
	t.Helper()
	return exchange(t, s, http.MethodPost, path, form.Encode())
}

func exchange(t *testing.T, s *sim.Server, method, path, content string) (body, verdict string) {
	t.Helper()
	e := wiretest.Ask(t, s, method, path, content, nil)
	require.Equal(t, http.StatusOK, e.Status, "the service answers 200 whatever happened")
	require.Equal(t, "text/plain; charset=utf-8", e.ReplyHeader.Get("Content-Type"))
	require.Equal(t, "0", e.ReplyHeader.Get("Expires"))
	return string(e.Reply), e.Verdict
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

	s, _ = newServer(mobsim.Config{CodeLength: 6})
	post(t, s, sendmsg, fields())
	require.Len(t, wiretest.LastCode(s), 6)
}

func TestCustomAccepted(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{AppName: "小店", Templates: map[string]string{"1001": "验证码{code}，{minutes}分钟内有效。"}})
	body, verdict := post(t, s, customMsg, customFields("minutes", "5"))
	require.Equal(t, done, body)
	require.Empty(t, verdict)
	require.Equal(t, sim.Text{
		Seq: 1, At: s.Texts()[0].At, Service: "mob-custom", Mailbox: appKey, To: "+8613800138000", Sign: "小店", Template: "1001",
		Params: []string{"042137", "5"}, Names: []string{"code", "minutes"}, Text: "【小店】验证码042137，5分钟内有效。", Code: "042137",
	}, s.Texts()[0])

	s, _ = newServer(mobsim.Config{})
	post(t, s, customMsg, customFields())
	require.Equal(t, "【示例】042137", s.Texts()[0].Text, "without templates the text is the values")
}

// TestRefusals corrupts one field at a time, or switches one thing off: the
// simulator answers with the service's status and names what is wrong.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cfg := mobsim.Config{}
	byCode := func(pairs ...string) url.Values { return wiretest.With(fields("code", "1234"), pairs...) }
	off, blocked := mobsim.Config{WebAPIOff: true}, mobsim.Config{Blocked: []string{"+8613800138000"}}
	texts := mobsim.Config{
		Templates:    map[string]string{"1001": "{code}，{minutes}分钟", "long": strings.Repeat("长", 65) + "{code}"},
		BlockedWords: []string{"彩票"}, Blocked: []string{"+8613900139000"},
	}
	elsewhere := mobsim.Config{AllowedIPs: []string{"192.0.2.1"}}
	for _, tt := range []struct {
		path   string
		cfg    mobsim.Config
		form   url.Values
		status string
		says   string
	}{
		{sendmsg, cfg, fields("appkey", ""), "405", "appkey: empty"},
		{sendmsg, cfg, fields("appkey", "", "appKey", appKey), "405", "appkey: empty"},
		{sendmsg, cfg, fields("appkey", "0123456789abcdee"), "406", "appkey: unknown"},
		{sendmsg, cfg, fields("zone", ""), "456", "zone: empty"},
		{sendmsg, cfg, fields("zone", "+86"), "457", "zone: want"},
		{sendmsg, cfg, fields("zone", "0086"), "457", "zone: want"},
		{sendmsg, cfg, fields("phone", ""), "456", "phone: empty"},
		{sendmsg, cfg, fields("phone", "1380013800"), "457", "phone: want"},
		{sendmsg, cfg, fields("phone", "+8613800138000"), "457", "phone: want"},
		{sendmsg, cfg, fields("zone", "852", "phone", "123"), "457", "phone: want"},
		{sendmsg, blocked, fields(), "458", "phone: on the blacklist"},
		{sendmsg, mobsim.Config{Zones: []string{"852"}}, fields(), "461", "zone: the region"},
		{sendmsg, off, fields(), "469", "Config.WebAPIOff: "},
		{sendmsg, elsewhere, fields(), `471,"error":"Request ip is error."`, "caller's address: 127.0.0.1"},

		{mobsim.SDKPath, cfg, fields("appkey", ""), "405", "appkey: empty"},
		{mobsim.SDKPath, cfg, fields("zone", ""), "456", "zone: empty"},
		{mobsim.SDKPath, cfg, fields("phone", ""), "456", "phone: empty"},

		{checkcode, cfg, byCode("appkey", ""), "405", "appkey: empty"},
		{checkcode, cfg, byCode("appkey", "", "appKey", appKey), "405", "appkey: empty"},
		{checkcode, cfg, byCode("appkey", "x"), "406", "appkey: unknown"},
		{checkcode, cfg, byCode("zone", ""), "456", "zone: empty"},
		{checkcode, cfg, byCode("phone", ""), "456", "phone: empty"},
		{checkcode, cfg, byCode("code", ""), "466", "code: empty"},
		{checkcode, cfg, byCode(), "468", "code: sendmsg has sent none"},
		{checkcode, blocked, byCode(), "468", "code: sendmsg has sent none"},
		{checkcode, off, byCode(), "469", "Config.WebAPIOff: "},
		{checkcode, elsewhere, byCode(), `471,"error":"Request ip is error."`, "caller's address: 127.0.0.1"},

		{verify, cfg, byCode("appkey", ""), "405", "appkey: empty"},
		{verify, cfg, byCode("appkey", "", "appKey", appKey), "405", "appkey: empty"},
		{verify, cfg, byCode("zone", ""), "456", "zone: empty"},
		{verify, cfg, byCode("phone", ""), "456", "phone: empty"},
		{verify, cfg, byCode("code", ""), "466", "code: empty"},
		{verify, off, byCode(), "468", "code: a phone's SDK has sent none"},
		{verify, elsewhere, byCode(), `471,"error":"Request ip is error."`, "caller's address: 127.0.0.1"},
		{verify, mobsim.Config{ServerVerifyOff: true}, byCode(), "474", "Config.ServerVerifyOff: "},

		{customMsg, texts, customFields("appKey", ""), "201", "appKey: empty"},
		{customMsg, texts, customFields("appKey", "", "appkey", appKey), "201", "appKey: empty"},
		{customMsg, texts, customFields("appKey", "x"), "203", "appKey: unknown"},
		{customMsg, texts, customFields("templateCode", ""), "202", "templateCode: empty"},
		{customMsg, texts, customFields("templateCode", "9"), "206", "templateCode: no such"},
		{customMsg, texts, customFields("zone", ""), "204", "zone: empty"},
		{customMsg, texts, customFields("zone", "+86"), "205", "zone: want"},
		{customMsg, texts, customFields("phone", ""), "204", "phone: empty"},
		{customMsg, texts, customFields("phone", "1380013800x"), "205", "phone: want"},
		{customMsg, texts, customFields("phone", "13900139000"), "210", "phone: on the blacklist"},
		{customMsg, texts, customFields(), "208", "minutes: missing"},
		{customMsg, texts, customFields("minutes", ""), "208", "minutes: empty"},
		{customMsg, texts, customFields("minutes", strings.Repeat("五", 11)), "215", "minutes: longer"},
		{customMsg, texts, customFields("minutes", "买彩票"), "209", "minutes: has"},
		{customMsg, texts, customFields("templateCode", "long"), "215", "templateCode: the whole text"},
		{customMsg, off, customFields(), "212", "Config.WebAPIOff: "},
		{customMsg, elsewhere, customFields(), "214", "caller's address: 127.0.0.1"},
	} {
		t.Run(tt.path+" "+tt.says, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(tt.cfg)
			body, verdict := post(t, s, tt.path, tt.form)
			require.Equal(t, `{"status":`+tt.status+`}`, body)
			require.True(t, strings.HasPrefix(verdict, tt.says), verdict)
			require.Empty(t, s.Texts())
		})
	}
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

// step is a request after some time, with the last code or a wrong one.
type step struct {
	after  time.Duration
	path   string
	phone  string // default: phone
	wrong  bool
	status string // default: 200
	says   string
}

// TestScenes follows codes, limits and the balance through several requests.
func TestScenes(t *testing.T) {
	t.Parallel()
	none, two := 0, 2
	send, later, custom := step{path: sendmsg}, step{path: sendmsg, after: time.Minute}, step{path: customMsg}
	bySDK, right, wrong := step{path: mobsim.SDKPath}, step{path: checkcode}, step{path: checkcode, wrong: true, status: "468", says: "code: wrong, "}
	for name, tt := range map[string]struct {
		cfg   mobsim.Config
		steps []step
	}{
		"a code is good once": {steps: []step{
			send,
			{path: checkcode, wrong: true, status: "468", says: "code: wrong, 2 checks left"},
			right,
			{path: checkcode, status: "468", says: "it is used up"},
		}},
		"a code is kept where told so, for three checks": {cfg: mobsim.Config{KeepVerified: true}, steps: []step{
			send, right, right, right, {path: checkcode, status: "467", says: "code: checked more than 3 times"},
		}},
		"a new code has checks of its own": {steps: []step{
			send, wrong, wrong, wrong, {path: checkcode, status: "467", says: "code: checked"}, send, right,
		}},
		"a code in time":  {steps: []step{send, {after: 5*time.Minute - time.Nanosecond, path: checkcode}}},
		"a code too late": {steps: []step{send, {after: 5 * time.Minute, path: checkcode, status: "468", says: "code: expired"}, send, right}},
		"the SDK's code, with nothing left": {cfg: mobsim.Config{Balance: &none}, steps: []step{
			bySDK, {path: checkcode, status: "468", says: "which only /sms/verify checks"}, {path: verify},
		}},
		"sendmsg's code": {steps: []step{send, {path: verify, status: "468", says: "which only /sms/checkcode checks"}}},
		"five in 12 hours, two a minute": {cfg: mobsim.Config{Limits: true}, steps: []step{
			custom, send, bySDK,
			{path: sendmsg, status: "462"},
			{path: sendmsg, phone: "13900139000"},
			later, later, later,
			{after: time.Minute, path: sendmsg, status: "478"},
		}},
		"ten a day": {cfg: mobsim.Config{Limits: true}, steps: []step{
			{after: -12 * time.Hour, path: sendmsg},
			later, later, later, later, // from midnight in Beijing on
			{after: 12*time.Hour + time.Minute, path: sendmsg},
			later, later, later, later,
			{after: time.Minute, path: sendmsg, status: "477"},
			{after: 12 * time.Hour, path: sendmsg},
		}},
		"one balance for both products, the SDK free of charge": {cfg: mobsim.Config{Balance: &two}, steps: []step{
			bySDK, send, custom, {path: sendmsg, status: "470", says: "balance"}, {path: customMsg, status: "213", says: "balance"},
		}},
		"an address on the list": {cfg: mobsim.Config{AllowedIPs: []string{"192.0.2.1", "127.0.0.1"}}, steps: []step{send, right, custom}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, clock := newServer(tt.cfg)
			for i, step := range tt.steps {
				clock.Advance(step.after)
				body, verdict := post(t, s, step.path, step.form(s))
				require.Equal(t, `{"status":`+cmp.Or(step.status, "200")+`}`, body, "step %d", i)
				require.Contains(t, verdict, step.says)
			}
		})
	}
}

func (step step) form(s *sim.Server) url.Values {
	code := "none"
	if len(s.Texts()) > 0 {
		code = wiretest.LastCode(s)
	}
	if step.wrong {
		code = wiretest.OtherCode(code)
	}
	if step.path == customMsg {
		return customFields("code", code)
	}
	return fields("code", code, "phone", cmp.Or(step.phone, phone))
}

// TestScriptedRefusals: the words of a status stay with the service, those of the
// script go out.
func TestScriptedRefusals(t *testing.T) {
	t.Parallel()
	s, _ := newServer(mobsim.Config{})
	post(t, s, sendmsg, fields())
	form := fields("code", wiretest.LastCode(s))
	for _, tt := range []struct {
		path  string
		form  url.Values
		fault sim.Fault
		want  string
	}{
		{sendmsg, fields(), sim.Fault{Code: "500"}, `{"status":500}`},
		{sendmsg, fields(), sim.Fault{Code: "471"}, `{"status":471,"error":"Request ip is error."}`},
		{sendmsg, fields(), sim.Fault{Code: "500", Text: "忙"}, `{"status":500,"error":"忙"}`},
		{checkcode, form, sim.Fault{Code: "467"}, `{"status":467}`},
		{customMsg, customFields(), sim.Fault{Code: "218"}, `{"status":218}`},
		{customMsg, customFields(), sim.Fault{Code: "999", Unlisted: true, Text: "忙"}, `{"status":999,"error":"忙"}`},
	} {
		sim.MustInject(t, s, tt.fault)
		body, verdict := post(t, s, tt.path, tt.form)
		require.Equal(t, tt.want, body)
		require.Equal(t, "scripted refusal", verdict)
	}
	body, _ := post(t, s, checkcode, form)
	require.Equal(t, done, body, "a scripted refusal uses no check up")
	_, err := s.Inject(sim.Fault{Service: "mob", Kind: provider.KindContent})
	require.Error(t, err, "Mob's own text has nothing to refuse")
}
