package otp_test

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
)

func TestHandlerVerifiesANumber(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var done otp.Checked
	s.verified = func(w http.ResponseWriter, _ *http.Request, d otp.Checked) error {
		done = d
		http.SetCookie(w, &http.Cookie{Name: "login", Value: "yes"})
		return nil
	}
	b := s.browser()
	got := b.post("start", `{"purpose":"login","phone":"１３８ 0013-8000","lang":"en"}`)
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	id := got.body["id"].(string)
	require.JSONEq(t, `{"id":"`+id+`","purpose":"login","phone":"138****8000","state":"pending","sent":true,"delivered":false,"sends":1,`+
		`"sends_left":4,"digits":6,"tries_left":5,"resend_after":60,"expires_in":600,"message":"A code has been sent. It is valid for 10 minutes."}`, got.text)

	s.clock.Advance(time.Minute)
	got = b.post("resend", `{"id":"`+id+`","purpose":"login"}`)
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	require.EqualValues(t, 2, got.body["sends"])
	require.Equal(t, "验证码已发送，9 分钟内有效", got.body["message"])

	got = b.status(id)
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	require.Equal(t, false, got.body["sent"])

	got = b.check(id, wrongFor(s.sms.CodeFor(phone)))
	require.Equal(t, http.StatusUnprocessableEntity, got.status)
	require.JSONEq(t, `{"code":"wrong_code","tries_left":4,"expires_in":540,"resend_after":60,"message":"验证码错误，还可以再试 4 次"}`, got.text)

	got = b.check(id, "  "+s.sms.CodeFor(phone)[:3]+"-"+s.sms.CodeFor(phone)[3:])
	require.Equal(t, http.StatusOK, got.status, "%s", got.text)
	require.JSONEq(t, `{"verified":true,"message":"验证成功"}`, got.text)
	require.Equal(t, phone, done.Phone)
	require.Equal(t, "login", done.Purpose)
	require.Contains(t, strings.Join(got.header.Values("Set-Cookie"), "\n"), "login=yes")
}

func TestHandlerCancels(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	id := b.start()
	require.Equal(t, "{}\n", b.post("cancel", `{"id":"`+id+`","purpose":"login"}`).text)
	got := b.check(id, s.sms.CodeFor(phone))
	require.Equal(t, http.StatusGone, got.status)
	require.Equal(t, "canceled", got.body["code"])
	require.Equal(t, "本次验证已取消，请重新获取验证码", b.status(id).body["message"])
}

func TestHandlerAnswersWithWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	id := b.start()
	s.clock.Advance(59*time.Second + time.Millisecond)
	got := b.post("resend", `{"id":"`+id+`","purpose":"login","lang":"en-GB"}`)
	require.Equal(t, http.StatusTooManyRequests, got.status)
	require.Equal(t, "1", got.header.Get("Retry-After"), "rounded up, never 0")
	require.Equal(t, "A code has been sent. Try again in 1 second.", got.body["message"])
	require.Equal(t, "en", got.header.Get("Content-Language"))
}

func TestHandlerAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	for _, got := range []reply{b.status("x"), b.post("start", "{}"), b.post("nothing", "{}"), b.post("start", `{"purpose":"login","phone":"`+typed+`"}`)} {
		require.Equal(t, "no-store", got.header.Get("Cache-Control"))
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
		require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
		require.NotEmpty(t, got.body["message"])
	}
}

func TestHandlerNarrowsPurposes(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(cfg *otp.HandlerConfig) { cfg.Purposes = []string{"reset"} })
	b := s.browser()
	got := b.post("start", `{"purpose":"login","phone":"`+typed+`"}`)
	require.Equal(t, http.StatusBadRequest, got.status)
	require.Equal(t, "purpose: is not served here; want one of reset", got.body["detail"])
	s.sms.ExpectNothing(t)
	require.Equal(t, http.StatusOK, b.post("start", `{"purpose":"reset","phone":"`+typed+`"}`).status)
}

func TestHandlerWhoseOnVerifiedFailsTakesItsHeadersBack(t *testing.T) {
	t.Parallel()
	var heard events
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.OnEvent = heard.hook })
	s.verified = func(w http.ResponseWriter, _ *http.Request, _ otp.Checked) error {
		http.SetCookie(w, &http.Cookie{Name: "login", Value: "yes"})
		w.Header().Set("X-Login", "yes")
		return errors.New("the database is away")
	}
	b := s.browser()
	id := b.start()
	got := b.check(id, s.sms.CodeFor(phone))
	require.Equal(t, http.StatusInternalServerError, got.status)
	require.JSONEq(t, `{"code":"unavailable","message":"服务繁忙，请稍后再试"}`, got.text)
	require.NotContains(t, strings.Join(got.header.Values("Set-Cookie"), "\n"), "login=yes")
	require.Empty(t, got.header.Get("X-Login"))
	require.NotEmpty(t, got.header.Get("Set-Cookie"), "the session is another one all the same")
	require.Contains(t, heard.kinds(), otp.EventTrouble)
	require.EqualValues(t, 1, s.logins.Load())
}

// TestHandlersOnVerifiedMayAnswerByItself has it write in every way.
func TestHandlersOnVerifiedMayAnswerByItself(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		status     int
		verified   func(w http.ResponseWriter) error
	}{
		{"a status", "", http.StatusCreated, func(w http.ResponseWriter) error { w.WriteHeader(http.StatusCreated); return nil }},
		{"a body", "hello", http.StatusOK, func(w http.ResponseWriter) error { return hello(w) }},
		{"both", "hello", http.StatusCreated, func(w http.ResponseWriter) error { w.WriteHeader(http.StatusCreated); return hello(w) }},
		{"an error behind it", "hello", http.StatusOK, func(w http.ResponseWriter) error { return errors.Join(hello(w), errors.New("too late")) }},
		{"by its controller", "hello", http.StatusOK, func(w http.ResponseWriter) error {
			return errors.Join(hello(w), http.NewResponseController(w).Flush())
		}},
		{"a hint alone", `{"verified":true,"message":"验证成功"}` + "\n", http.StatusOK, func(w http.ResponseWriter) error { w.WriteHeader(http.StatusEarlyHints); return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.verified = func(w http.ResponseWriter, _ *http.Request, _ otp.Checked) error { return c.verified(w) }
			b := s.browser()
			r := b.request(http.MethodPost, "check", `{"id":"`+b.start()+`","purpose":"login","code":"`+s.sms.CodeFor(phone)+`"}`)
			answer, err := b.http.Do(r)
			require.NoError(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.Equal(t, c.text, string(text))
			require.Equal(t, c.status, answer.StatusCode)
		})
	}
}

func hello(w http.ResponseWriter) error {
	_, err := io.WriteString(w, "hello")
	return err
}

func TestHandlerPassesOnWhatItIsGiven(t *testing.T) {
	t.Parallel()
	g := &fakeGuard{answer: guard.Decision{Paid: true}}
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g })
	b := s.browser()
	got := b.post("start", `{"purpose":"login","phone":"`+typed+`","solution":"first","captcha":"first puzzle"}`)
	id := got.body["id"].(string)
	s.clock.Advance(time.Minute)
	b.post("resend", `{"id":"`+id+`","purpose":"login","solution":"second","captcha":"second puzzle"}`)
	require.Equal(t, "first", g.asked[0].Token)
	require.Equal(t, "second", g.asked[1].Token)
	require.Equal(t, "first puzzle", s.sms.Attempts()[0].Message.Captcha)
	require.Equal(t, "second puzzle", s.sms.Attempts()[1].Message.Captcha)

	code := s.sms.CodeFor(phone)
	got = b.post("check", `{"id":"`+id+`","purpose":"login","code":"`+code+`","phone":"13900139000"}`)
	require.Equal(t, "wrong_code", got.body["code"], "another number")
	got = b.post("check", `{"id":"`+id+`","purpose":"login","code":"`+code+`","phone":"+86 `+typed+`"}`)
	require.Equal(t, http.StatusOK, got.status, got.text)
}

func TestHandlerAnswersHead(t *testing.T) {
	t.Parallel()
	b := newSite(t).browser()
	r := b.request(http.MethodHead, "status?purpose=login&id="+b.start(), "")
	answer, err := b.http.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
}

func TestNewHandlerNamesEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := otp.NewHandler(otp.HandlerConfig{
		Purposes: []string{}, TrustedProxies: []netip.Prefix{{}}, Origins: []string{"example.com"},
	})
	for _, want := range []string{"Service: ", "OnVerified: ", "Purposes: ", "TrustedProxies[0]: ", "Origins[0]: "} {
		require.ErrorContains(t, err, want)
	}
	codes, _ := newService(t)
	cfg := otp.HandlerConfig{Service: codes, Purposes: []string{"login", "logn"}, OnVerified: func(http.ResponseWriter, *http.Request, otp.Checked) error { return nil }}
	require.ErrorContains(t, cfg.Validate(), `Purposes[1]: the service has no purpose "logn"`)
	cfg.Purposes = nil
	require.NoError(t, cfg.Validate())
}
