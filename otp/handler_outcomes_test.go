package otp_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// TestHandlerTellsTheHolderHowItEnded asks everything of a verification that is over.
func TestHandlerTellsTheHolderHowItEnded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state, code string
		status      int
		end         func(s *site, b *browser, id string)
	}{
		{"approved", "used", http.StatusGone, func(s *site, b *browser, id string) {
			b.do(http.MethodPost, "check", `{"id":"`+id+`","purpose":"login","code":"`+s.sms.CodeFor(phone)+`"}`)
		}},
		{"exhausted", "exhausted", http.StatusTooManyRequests, func(_ *site, b *browser, id string) {
			for range 5 {
				b.check(id, "no code")
			}
		}},
		{"expired", "expired", http.StatusGone, func(s *site, _ *browser, _ string) { s.clock.Advance(10 * time.Minute) }},
		{"canceled", "canceled", http.StatusGone, func(_ *site, b *browser, id string) {
			b.post("cancel", `{"id":"`+id+`","purpose":"login"}`)
		}},
		{"undeliverable", "not_sent", http.StatusBadGateway, func(s *site, _ *browser, _ string) {
			sent := s.sms.Attempts()[0].Receipt
			report := provider.Report{Provider: sent.Provider, ID: sent.ID, Phone: phone, Status: provider.Status{State: provider.StateFailed}}
			require.NoError(s.t, s.codes.Note(s.t.Context(), []provider.Report{report}))
		}},
	} {
		t.Run(c.state, func(t *testing.T) {
			t.Parallel()
			s := newSiteOf(t, func(cfg *otp.Config) { cfg.Purposes["login"] = otp.Policy{Sends: 1} })
			b := s.browser()
			id := b.start()
			held := b.cookie()
			c.end(s, b, id)
			asks := func(path, body string) reply {
				return s.browser().do(http.MethodPost, path, body, func(r *http.Request) {
					r.AddCookie(&http.Cookie{Name: "cnsms-otp", Value: held})
				})
			}
			got := s.browser().do(http.MethodGet, "status?purpose=login&id="+id, "", func(r *http.Request) {
				r.AddCookie(&http.Cookie{Name: "cnsms-otp", Value: held})
			})
			require.Equal(t, c.state, got.body["state"], got.text)
			require.EqualValues(t, 0, got.body["tries_left"])
			for _, path := range []string{"resend", "cancel"} {
				if path == "cancel" && c.state == "canceled" {
					continue
				}
				got = asks(path, `{"id":"`+id+`","purpose":"login"}`)
				require.Equal(t, c.code, got.body["code"], "%s: %s", path, got.text)
				require.Equal(t, c.status, got.status)
			}
			got = asks("check", `{"id":"`+id+`","purpose":"login","code":"`+s.sms.CodeFor(phone)+`"}`)
			require.Equal(t, c.code, got.body["code"], got.text)
			require.Equal(t, c.status, got.status)
			require.LessOrEqual(t, s.logins.Load(), int64(1))
		})
	}
}

// TestHandlerAnswersWhatStandsInTheWayOfAText has each reason why none is sent.
func TestHandlerAnswersWhatStandsInTheWayOfAText(t *testing.T) {
	t.Parallel()
	g := &fakeGuard{}
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g })
	b := s.browser()
	start, body := "start", `{"purpose":"login","phone":"`+typed+`"}`
	want := func(path, body string, status int, code string) reply {
		t.Helper()
		got := b.post(path, body)
		require.Equal(t, status, got.status, "%s", got.text)
		require.Equal(t, code, got.body["code"])
		return got
	}
	g.says(guard.Decision{Verdict: guard.Refused, Rule: "R1", Wait: 90*time.Minute - time.Millisecond})
	got := want(start, body, http.StatusTooManyRequests, "wait")
	require.Equal(t, "5400", got.header.Get("Retry-After"))
	require.Equal(t, "该手机号获取验证码过于频繁，请 90 分钟后再试", got.body["message"])
	g.says(guard.Decision{Verdict: guard.Refused, Rule: "R5"})
	require.Equal(t, "暂不支持该国家或地区的手机号", want(start, body, http.StatusForbidden, "blocked").body["message"])
	g.err = errors.New("no connection")
	require.Empty(t, want(start, body, http.StatusServiceUnavailable, "unavailable").header.Get("Retry-After"), "it is not known")
	g.err = nil
	g.says(guard.Decision{Paid: true})
	s.sms.Script(fake.Refuse(provider.KindBalance))
	want(start, body, http.StatusBadGateway, "not_sent")

	resend := `{"id":"` + b.start() + `","purpose":"login"}`
	for _, wait := range otp.DefaultLadder() {
		s.clock.Advance(wait)
		require.Equal(t, http.StatusOK, b.post("resend", resend).status)
	}
	got = want("resend", resend, http.StatusTooManyRequests, "no_sends")
	require.Empty(t, got.header.Get("Retry-After"), "waiting does not help")

	b = s.browser()
	id := b.start()
	report := provider.Report{Ref: otp.RefOf(id, 1), Phone: phone, Status: provider.Status{State: provider.StateDelivered}}
	require.NoError(t, s.codes.Note(t.Context(), []provider.Report{report}))
	s.clock.Advance(time.Minute)
	want("resend", `{"id":"`+id+`","purpose":"login"}`, http.StatusConflict, "arrived")
}

// gone is a store that does not answer.
type gone struct{ otp.Store }

func (gone) Create(context.Context, otp.Creation) (otp.Answer, error) {
	return otp.Answer{}, errors.New("no connection")
}

func (gone) Look(context.Context, string) (otp.Answer, error) {
	return otp.Answer{}, errors.New("no connection")
}

func TestHandlerSaysThatAStoreIsAway(t *testing.T) {
	t.Parallel()
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Store = gone{newStore(t, newClock())} })
	b := s.browser()
	for _, got := range []reply{b.post("start", `{"purpose":"login","phone":"`+typed+`"}`), b.status("aaaaaaaaaaaaaaaaaaaaaaaaaa")} {
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.JSONEq(t, `{"code":"unavailable","message":"服务繁忙，请稍后再试"}`, got.text)
	}
}

// babbling is a store whose error is no JSON.
type babbling struct{ otp.Store }

func (babbling) Look(context.Context, string) (otp.Answer, error) {
	return otp.Answer{}, &otp.Error{Code: otp.ChallengeWanted, Challenge: []byte("{")}
}

func TestHandlerAnswersJSONWhateverItHears(t *testing.T) {
	t.Parallel()
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Store = babbling{newStore(t, newClock())} })
	got := s.browser().status("aaaaaaaaaaaaaaaaaaaaaaaaaa")
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.JSONEq(t, `{"code":"unavailable","message":"服务繁忙，请稍后再试"}`, got.text)
}

// blinking is a store that at times stores no outcome.
type blinking struct {
	otp.Store
	away atomic.Bool
}

func (f *blinking) Settle(ctx context.Context, c otp.Settlement) (otp.Answer, error) {
	if f.away.Load() {
		return otp.Answer{}, errors.New("no connection")
	}
	return f.Store.Settle(ctx, c)
}

// TestHandlerGivesTheCookieWhenATextMayBeOnItsWay: the user who asks again finds his text.
func TestHandlerGivesTheCookieWhenATextMayBeOnItsWay(t *testing.T) {
	t.Parallel()
	store := &blinking{Store: newStore(t, newClock())}
	store.away.Store(true)
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Store = store })
	b := s.browser()
	got := b.post("start", `{"purpose":"login","phone":"`+typed+`"}`)
	require.Equal(t, http.StatusServiceUnavailable, got.status)
	require.NotEmpty(t, b.cookie())
	store.away.Store(false)
	require.Equal(t, http.StatusOK, b.check(b.start(), s.sms.CodeFor(phone)).status)
	s.sms.ExpectCount(t, 1)
}

// revoking is a provider during whose send the owner of the number says that it was not him.
type revoking struct {
	*fake.Provider
	site **site
}

func (p revoking) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	if _, err := (*p.site).codes.RevokePhone(ctx, typed); err != nil {
		return provider.Receipt{}, err
	}
	return p.Provider.Send(ctx, m)
}

func TestHandlerSaysThatAVerificationEndedWhileItsTextWasSent(t *testing.T) {
	t.Parallel()
	var s *site
	s = newSiteOf(t, func(cfg *otp.Config) { cfg.Sender = revoking{&fake.Provider{}, &s} })
	got := s.browser().post("start", `{"purpose":"login","phone":"`+typed+`"}`)
	require.Equal(t, http.StatusGone, got.status)
	require.Equal(t, "canceled", got.body["code"])
}
