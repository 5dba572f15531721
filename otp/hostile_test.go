package otp_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
)

// TestAHookThatPanicsCostsNobodyACode has OnEvent panic with all it knows, at each event.
func TestAHookThatPanicsCostsNobodyACode(t *testing.T) {
	t.Parallel()
	var troubles []string
	s, sms, c := newClocked(t, func(cfg *otp.Config) {
		cfg.OnEvent = func(_ context.Context, e otp.Event) {
			if e.Kind == otp.EventTrouble {
				troubles = append(troubles, e.Err.Error())
			}
			panic("no log for " + e.Phone.E164())
		}
	})
	v := started(t, s)
	c.Advance(time.Minute)
	_, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	_, err = s.Check(t.Context(), check(v.ID, wrongFor(sms.CodeFor(phone))))
	require.ErrorIs(t, err, otp.WrongCode)
	_, err = s.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err)
	require.Len(t, troubles, 4)
	require.Contains(t, troubles[0], "OnEvent panicked: no log for ")
	require.NotContains(t, strings.Join(troubles, ""), phone.National())
}

// TestRunOutlivesWhatPanics has the hook, the store and the guard panic while the service sends
// by itself.
func TestRunOutlivesWhatPanics(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(cfg *otp.Config, on *atomic.Bool){
		"hook": func(cfg *otp.Config, on *atomic.Bool) {
			cfg.OnEvent = func(context.Context, otp.Event) { panicIf(on) }
		},
		"store": func(cfg *otp.Config, on *atomic.Bool) { cfg.Store = &panicky{Store: cfg.Store, on: on} },
		"dues":  func(cfg *otp.Config, on *atomic.Bool) { cfg.Store = &panicky{Store: cfg.Store, on: on, due: true} },
		"guard": func(cfg *otp.Config, on *atomic.Bool) { cfg.Guard = &panickyGuard{Guard: otp.NoGuard, on: on} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				on := &atomic.Bool{}
				r := run(t, 1, func(cfg *otp.Config) { change(cfg, on) })
				defer r.stop()
				started(t, r.Service)
				on.Store(true)
				pass(50 * time.Second)
				on.Store(false)
				pass(2 * time.Minute)
				r.paid.ExpectSent(t, phone, "login")
			})
		})
	}
}

func panicIf(on *atomic.Bool) {
	if on.Load() {
		panic("at your service")
	}
}

// panicky is a store whose Claim and Due panic.
type panicky struct {
	otp.Store
	on  *atomic.Bool
	due bool
}

func (p *panicky) Claim(ctx context.Context, c otp.Claim) (otp.Answer, error) {
	panicIf(p.on)
	return p.Store.Claim(ctx, c)
}

func (p *panicky) Due(ctx context.Context, limit int) (otp.Listing, error) {
	if p.due {
		panicIf(p.on)
	}
	return p.Store.Due(ctx, limit)
}

// panickyGuard is a guard whose Reserve panics.
type panickyGuard struct {
	otp.Guard
	on *atomic.Bool
}

func (p *panickyGuard) Reserve(ctx context.Context, r guard.Request) (guard.Decision, error) {
	panicIf(p.on)
	return p.Guard.Reserve(ctx, r)
}

// TestAServiceThatPanicsWhileItChecksBurnsATry has the checker panic with the code.
func TestAServiceThatPanicsWhileItChecksBurnsATry(t *testing.T) {
	t.Parallel()
	maker := &panickyMaker{newCounted()}
	composer, _, _ := ways(t, withRetry(maker))
	s, _, c := newClocked(t, func(cfg *otp.Config) { cfg.Sender = composer })
	v := started(t, s)
	c.Advance(time.Minute)
	_, err := s.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	_, err = s.Check(t.Context(), check(v.ID, "271828"))
	require.Equal(t, []any{otp.Unavailable, 4}, []any{failure(t, err).Code, failure(t, err).TriesLeft})
	require.NotContains(t, err.Error(), "271828")
	require.NotContains(t, err.Error(), phone.National())
}

type panickyMaker struct{ *counted }

func (p *panickyMaker) Verify(_ context.Context, r provider.Receipt, code string) error {
	panic("cannot check " + code + " of " + r.To.E164())
}

// TestNoErrorRepeatsARequest swaps the fields of requests, as programs with a fault do.
func TestNoErrorRepeatsARequest(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	const secret = "13800138000"
	for _, req := range []otp.StartRequest{
		{Purpose: secret, Phone: typed, Binding: session},
		{Purpose: "login", Phone: secret + "x", Binding: session},
		{Purpose: "login", Phone: typed, Binding: strings.Repeat(secret, 1000)},
		{Purpose: "login", Phone: typed, Binding: session, Client: secret},
		{Purpose: "login", Phone: typed, Binding: session, Code: secret},
		{Purpose: "login", Phone: typed, Binding: session, Params: provider.Params{"code": secret}},
		{Purpose: "login", Phone: typed, Binding: session, Params: provider.Params{secret + "\xff": secret}},
	} {
		_, err := s.Start(t.Context(), req)
		require.NotContains(t, err.Error(), secret)
		require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), secret)
	}
	_, err := s.Start(t.Context(), otp.StartRequest{Purpose: "other", Phone: typed, Binding: session})
	require.ErrorContains(t, err, "want one of login, reset")
}

// TestOddReceipts has the sender answer with what no service should.
func TestOddReceipts(t *testing.T) {
	t.Parallel()
	for name, receipt := range map[string]provider.Receipt{
		"empty":                       {},
		"no name":                     {ID: "1"},
		"huge":                        {Provider: "p", ID: strings.Repeat("1", 1<<20)},
		"no Unicode":                  {Provider: "p\xff", ID: "\xff\xfe", Code: provider.CodeByProvider},
		"no origin":                   {Provider: "p", ID: "1", Code: provider.CodeOrigin(250)},
		"no origin of ours, and more": {Provider: "p", ID: "1", Code: provider.CodeByProvider, Extra: map[string]string{"x": "\xff"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			odd := &odd{receipt: receipt}
			s, _, c := newClocked(t, func(cfg *otp.Config) { cfg.Sender = odd })
			v := started(t, s)
			require.True(t, v.Sent)
			require.NoError(t, s.Note(t.Context(), []provider.Report{{Provider: receipt.Provider, ID: receipt.ID, Status: provider.Status{State: provider.StateFailed}}}))
			c.Advance(time.Minute)
			_, err := s.Resend(t.Context(), resend(v.ID))
			require.NoError(t, err)
			_, err = s.Check(t.Context(), check(v.ID, wrongFor(odd.code.Load().(string))))
			require.Error(t, err)
			_, err = s.Check(t.Context(), check(v.ID, odd.code.Load().(string)))
			require.NoError(t, err)
			all, err := s.ExportPhone(t.Context(), typed)
			require.NoError(t, err)
			require.Less(t, len(fmt.Sprint(all)), 10_000)
		})
	}
}

// odd is a sender with a receipt of its own.
type odd struct {
	receipt provider.Receipt
	code    atomic.Value
}

func (o *odd) Name() string { return "odd" }

func (o *odd) Send(_ context.Context, m provider.Message) (provider.Receipt, error) {
	o.code.Store(m.Params[provider.ParamCode])
	return o.receipt, nil
}
