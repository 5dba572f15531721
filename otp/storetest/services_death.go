package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// lives are the states that the record of a verification passes through in life: those before
// the first call of the store, and after each: create, settle, try, note, look, claim, settle, try.
var lives = []string{
	"",
	"reserved/claimed",
	"pending/accepted",
	"pending/accepted",
	"pending/accepted",
	"pending/accepted",
	"pending/accepted,claimed",
	"pending/accepted,accepted",
	"approved/accepted,accepted",
}

// life is a whole verification: a text, a wrong code, a report that the text did not
// arrive, another text, the right code.
func life(ctx context.Context, s *otp.Service, sms *fake.Provider) (err error) {
	defer func() {
		if recover() != nil {
			err = errDeath
		}
	}()
	v, err := s.Start(ctx, start(typed))
	if err != nil {
		return err
	}
	if _, err := s.Check(ctx, check(v.ID, wrongFor(sms.CodeFor(phone)))); !errors.Is(err, otp.WrongCode) {
		return err
	}
	sent := sms.Attempts()[0].Receipt
	report := provider.Report{
		Kind: provider.ReportDelivery, Provider: sent.Provider, ID: sent.ID, Status: provider.Status{State: provider.StateFailed},
	}
	if err := s.Note(ctx, []provider.Report{report}); err != nil {
		return err
	}
	if _, err := s.Resend(ctx, otp.ResendRequest{ID: v.ID, Purpose: "login", Binding: session}); err != nil {
		return err
	}
	_, err = s.Check(ctx, check(v.ID, sms.CodeFor(phone)))
	return err
}

// wrongFor returns a code that is certainly another one.
func wrongFor(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}

// dies has a process die at one call of the store, and looks at what is left by another one.
func dies(t *testing.T, h Harness, call int, after bool) {
	t.Helper()
	sms := &fake.Provider{}
	err := life(t.Context(), newService(t, &dying{Store: h.Store, at: call, after: after}, sms), sms)
	if !errors.Is(err, errDeath) {
		t.Fatalf("call %d: the process lived: %v", call, err)
	}
	want := lives[call-1]
	if after {
		want = lives[call]
	}
	other := newService(t, h.Store, sms)
	if got := stateOf(t, other); got != want {
		t.Fatalf("call %d, after %v: %q is left, want %q", call, after, got, want)
	}
	if h.Endless != nil && len(h.Endless()) > 0 {
		t.Fatalf("call %d, after %v: keys without an end: %v", call, after, h.Endless())
	}
	if h.Now == nil {
		return
	}
	h.Advance(59 * time.Minute) // nothing is usable for ever
	if got := stateOf(t, other); got != "" {
		t.Fatalf("call %d, after %v: %q is left after an hour", call, after, got)
	}
	v, err := other.Start(t.Context(), start(typed))
	if err != nil || !v.Sent || !checkThere(t.Context(), t, other, v.ID, sms.CodeFor(phone)) {
		t.Fatalf("call %d, after %v: the next verification: %+v, %v", call, after, v, err)
	}
}

// stateOf is the state and the outcomes of the record that is there.
func stateOf(t *testing.T, s *otp.Service) string {
	t.Helper()
	all, err := s.ExportPhone(t.Context(), typed)
	if err != nil || len(all) > 1 {
		t.Fatalf("%d records, %v", len(all), err)
	}
	if len(all) == 0 {
		return ""
	}
	var outcomes []string
	for _, text := range all[0].Texts {
		outcomes = append(outcomes, string(text.Outcome))
	}
	return string(all[0].Verification.State) + "/" + strings.Join(outcomes, ",")
}

// errDeath is what a process that dies panics with.
var errDeath = errors.New("the process died")

// dying is a store whose process dies at a call, before or after it is made.
type dying struct {
	otp.Store
	at, calls int
	after     bool
}

func (d *dying) call(ask func() (otp.Answer, error)) (otp.Answer, error) {
	d.calls++
	if d.calls == d.at && !d.after {
		panic(errDeath)
	}
	a, err := ask()
	if d.calls == d.at {
		panic(errDeath)
	}
	return a, err
}

func (d *dying) Create(ctx context.Context, c otp.Creation) (otp.Answer, error) {
	return d.call(func() (otp.Answer, error) { return d.Store.Create(ctx, c) })
}

func (d *dying) Look(ctx context.Context, id string) (otp.Answer, error) {
	return d.call(func() (otp.Answer, error) { return d.Store.Look(ctx, id) })
}

func (d *dying) Claim(ctx context.Context, c otp.Claim) (otp.Answer, error) {
	return d.call(func() (otp.Answer, error) { return d.Store.Claim(ctx, c) })
}

func (d *dying) Settle(ctx context.Context, s otp.Settlement) (otp.Answer, error) {
	return d.call(func() (otp.Answer, error) { return d.Store.Settle(ctx, s) })
}

func (d *dying) Try(ctx context.Context, c otp.Trial) (otp.Answer, error) {
	return d.call(func() (otp.Answer, error) { return d.Store.Try(ctx, c) })
}

func (d *dying) Note(ctx context.Context, n otp.News) (otp.Answer, error) {
	return d.call(func() (otp.Answer, error) { return d.Store.Note(ctx, n) })
}
