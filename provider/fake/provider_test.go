package fake_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

var (
	anna = provider.MustParsePhone("13800138000")
	// annaAlike prints like anna: only the middle differs.
	annaAlike = provider.MustParsePhone("13811118000")
	otherOne  = provider.MustParsePhone("13900139001")
)

func login(to provider.Phone, code string) provider.Message {
	return provider.Message{To: to, Template: "login", Params: provider.Params{provider.ParamCode: code}}
}

func TestFakeRecords(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, time.May, 1, 8, 0, 0, 0, time.UTC)
	sms := &fake.Provider{Now: func() time.Time { return now }}

	_, found := sms.Last()
	require.False(t, found)
	require.Empty(t, sms.CodeFor(anna))

	first, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	require.Equal(t, provider.Receipt{Provider: "fake", ID: "fake-1", To: anna, At: now}, first)
	second, err := sms.Send(t.Context(), login(otherOne, "222222"))
	require.NoError(t, err)
	require.Equal(t, "fake-2", second.ID)
	_, err = sms.Send(t.Context(), login(anna, "333333"))
	require.NoError(t, err)

	require.Equal(t, []provider.Message{login(anna, "111111"), login(otherOne, "222222"), login(anna, "333333")}, sms.Sent())
	last, found := sms.Last()
	require.True(t, found)
	require.Equal(t, login(anna, "333333"), last)
	require.Equal(t, "333333", sms.CodeFor(anna))
	require.Equal(t, "222222", sms.CodeFor(otherOne))

	sms.Script(fake.Refuse(provider.KindBalance))
	sms.ScriptFor(anna, fake.Refuse(provider.KindBlocked))
	sms.Otherwise(fake.Refuse(provider.KindAuth))
	sms.Reset()
	require.Empty(t, sms.Attempts())
	require.Empty(t, sms.CodeFor(anna))
	fourth, err := sms.Send(t.Context(), login(anna, "444444"))
	require.NoError(t, err)
	require.Equal(t, "fake-4", fourth.ID)
}

func TestFakeReturnsCopies(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	m := login(anna, "111111")
	_, err := sms.Send(t.Context(), m)
	require.NoError(t, err)
	m.Params[provider.ParamCode] = "changed"
	sms.Sent()[0].Params[provider.ParamCode] = "changed"
	sms.Attempts()[0].Message.Params[provider.ParamCode] = "changed"
	require.Equal(t, "111111", sms.Sent()[0].Params[provider.ParamCode])
}

func TestFakeScript(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{ProviderName: "backup"}
	sms.Script(
		fake.Refuse(provider.KindBalance),
		fake.Accept(),
		fake.Fail(provider.Error{Kind: provider.KindUnavailable, Code: "503", MayHaveSent: true}),
	)
	sms.ScriptFor(otherOne, fake.Refuse(provider.KindBlocked))

	send := func(to provider.Phone) error {
		_, err := sms.Send(t.Context(), login(to, "111111"))
		return err
	}
	// What is wrong with the message comes first, and uses up no result.
	require.ErrorIs(t, send(provider.Phone{}), provider.KindRecipient)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sms.Send(ended, provider.Message{To: anna})
	require.ErrorIs(t, err, provider.KindTemplate, "and comes before the end of the context")

	require.EqualError(t, send(anna), "backup: send: balance")
	require.ErrorIs(t, send(otherOne), provider.KindBlocked, "the script of a phone goes first")
	require.NoError(t, send(otherOne))
	err = send(anna)
	require.EqualError(t, err, "backup: send: unavailable: 503 (may have been sent)")
	require.True(t, provider.MayHaveSent(err))
	require.NoError(t, send(anna), "the script is over")

	sms.Otherwise(fake.Refuse(provider.KindUnavailable))
	require.ErrorIs(t, send(anna), provider.KindUnavailable)
	require.ErrorIs(t, send(anna), provider.KindUnavailable)
	sms.Otherwise(fake.Accept())
	require.NoError(t, send(anna))
	require.Len(t, sms.Attempts(), 10)
	require.Len(t, sms.Sent(), 3)

	sms.ScriptFor(anna, fake.Refuse(provider.KindBlocked))
	sms.ScriptFor(anna, fake.Fail(provider.Error{Provider: "inner", Op: provider.OpStatus, Kind: provider.KindAuth}))
	require.ErrorIs(t, send(anna), provider.KindBlocked)
	require.EqualError(t, send(anna), "inner: status: auth", "what the failure says itself stays")

	sms.Script(fake.Refuse(provider.KindBlocked))
	sms.Script(fake.Refuse(provider.KindAuth))
	require.ErrorIs(t, send(anna), provider.KindBlocked)
	require.ErrorIs(t, send(anna), provider.KindAuth)
}

// One result can be given to several fakes.
func TestFakesShareAResult(t *testing.T) {
	t.Parallel()
	result := fake.Refuse(provider.KindBalance)
	for _, name := range []string{"first", "second"} {
		sms := &fake.Provider{ProviderName: name}
		sms.Otherwise(result)
		_, err := sms.Send(t.Context(), login(anna, "111111"))
		require.EqualError(t, err, name+": send: balance")
	}
}

// A refused message gets nothing that an accepted one gets.
func TestFakeRefuses(t *testing.T) {
	t.Parallel()
	sms := &fake.StatusReader{}
	sms.Script(fake.Refuse(provider.KindBalance))
	_, err := sms.Send(t.Context(), login(anna, "111111"))
	require.ErrorIs(t, err, provider.KindBalance)
	require.Equal(t, []fake.Attempt{{Message: login(anna, "111111"), Err: err}}, sms.Attempts())
	require.Empty(t, sms.CodeFor(anna))
	status, err := sms.ReadStatus(t.Context(), provider.Receipt{})
	require.NoError(t, err)
	require.Equal(t, provider.StateUnknown, status.State)

	r, err := sms.Send(t.Context(), login(anna, "222222"))
	require.NoError(t, err)
	require.Equal(t, "fake-1", r.ID)
}

func TestFakeTemplates(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{Templates: provider.Templates{
		"login": {ID: "1", Params: []string{"code"}},
		"hello": {Text: "Hello {name}."},
		"both":  {ID: "2", Params: []string{"code"}, Text: "{code} is valid for {minutes} minutes."},
	}}
	tests := []struct {
		name     string
		template string
		params   provider.Params
		problem  string // empty: none
	}{
		{"by id", "login", provider.Params{"code": "1"}, ""},
		{"by text", "hello", provider.Params{"name": "A"}, ""},
		{"by id where there is a text too", "both", provider.Params{"code": "1"}, ""},
		{"unmapped", "bye", nil, `fake: send: template: template "bye": not mapped for this provider; mapped: "both", "hello", "login"`},
		{"missing by id", "login", nil, `fake: send: template: Params: missing parameter "code"`},
		{"surplus by text", "hello", provider.Params{"name": "A", "x": "y"}, `fake: send: template: Params: surplus parameter "x"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := sms.Send(t.Context(), provider.Message{To: anna, Template: test.template, Params: test.params})
			if test.problem == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.problem)
			require.ErrorIs(t, err, provider.KindTemplate)
		})
	}
}

func TestFakeHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sms := &fake.Provider{}
		sms.Script(fake.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		_, err := sms.Send(ctx, login(anna, "111111"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.True(t, provider.MayHaveSent(err))
		require.Equal(t, time.Hour, time.Since(start))
		require.Empty(t, sms.Sent())
	})
}

func TestFakeHoldsUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sms := &fake.Provider{}
		release := make(chan struct{})
		sms.Script(fake.HoldUntil(release))
		done := make(chan error)
		go func() {
			_, err := sms.Send(t.Context(), login(anna, "111111"))
			done <- err
		}()
		synctest.Wait()
		require.Empty(t, sms.Attempts(), "the send is held")
		close(release)
		require.NoError(t, <-done)
		sms.ExpectSent(t, anna, "login")
	})
}

func TestFakeIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	sms := &fake.Verifier{}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			sms.Script(fake.Accept())
			r, err := sms.Send(t.Context(), login(anna, ""))
			if err != nil || sms.CodeFor(anna) == "" || len(sms.Sent()) == 0 {
				t.Errorf("send: %v", err)
			}
			if err := sms.Verify(t.Context(), r, "000000"); err == nil {
				t.Error("a wrong code passed")
			}
		})
	}
	wg.Wait()
	sms.ExpectCount(t, 50)
}

func TestFakePrintsNoCodes(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	_, err := sms.Send(t.Context(), login(anna, "987123"))
	require.NoError(t, err)
	require.Equal(t, "fake.Provider(fake, 1 attempts)", fmt.Sprint(sms))
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%x", "%d"} {
		text := fmt.Sprintf(verb, sms)
		require.NotContains(t, text, "987123", verb)
		require.NotContains(t, text, anna.National(), verb)
	}
}
