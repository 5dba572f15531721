package providertest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
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
	fake := &providertest.Fake{Now: func() time.Time { return now }}

	_, found := fake.Last()
	require.False(t, found)
	require.Empty(t, fake.CodeFor(anna))

	first, err := fake.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	require.Equal(t, provider.Receipt{Provider: "fake", ID: "fake-1", To: anna, At: now}, first)
	second, err := fake.Send(t.Context(), login(otherOne, "222222"))
	require.NoError(t, err)
	require.Equal(t, "fake-2", second.ID)
	_, err = fake.Send(t.Context(), login(anna, "333333"))
	require.NoError(t, err)

	require.Equal(t, []provider.Message{login(anna, "111111"), login(otherOne, "222222"), login(anna, "333333")}, fake.Sent())
	last, found := fake.Last()
	require.True(t, found)
	require.Equal(t, login(anna, "333333"), last)
	require.Equal(t, "333333", fake.CodeFor(anna))
	require.Equal(t, "222222", fake.CodeFor(otherOne))

	fake.Script(providertest.Refuse(provider.KindBalance))
	fake.ScriptFor(anna, providertest.Refuse(provider.KindBlocked))
	fake.Otherwise(providertest.Refuse(provider.KindAuth))
	fake.Reset()
	require.Empty(t, fake.Attempts())
	require.Empty(t, fake.CodeFor(anna))
	fourth, err := fake.Send(t.Context(), login(anna, "444444"))
	require.NoError(t, err)
	require.Equal(t, "fake-4", fourth.ID)
}

func TestFakeReturnsCopies(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{}
	m := login(anna, "111111")
	_, err := fake.Send(t.Context(), m)
	require.NoError(t, err)
	m.Params[provider.ParamCode] = "changed"
	fake.Sent()[0].Params[provider.ParamCode] = "changed"
	fake.Attempts()[0].Message.Params[provider.ParamCode] = "changed"
	require.Equal(t, "111111", fake.Sent()[0].Params[provider.ParamCode])
}

func TestFakeScript(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{ProviderName: "backup"}
	fake.Script(
		providertest.Refuse(provider.KindBalance),
		providertest.Accept(),
		providertest.Fail(provider.Error{Kind: provider.KindUnavailable, Code: "503", MayHaveSent: true}),
	)
	fake.ScriptFor(otherOne, providertest.Refuse(provider.KindBlocked))

	send := func(to provider.Phone) error {
		_, err := fake.Send(t.Context(), login(to, "111111"))
		return err
	}
	// What is wrong with the message comes first, and uses up no result.
	require.ErrorIs(t, send(provider.Phone{}), provider.KindRecipient)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := fake.Send(ended, provider.Message{To: anna})
	require.ErrorIs(t, err, provider.KindTemplate, "and comes before the end of the context")

	require.EqualError(t, send(anna), "backup: send: balance")
	require.ErrorIs(t, send(otherOne), provider.KindBlocked, "the script of a phone goes first")
	require.NoError(t, send(otherOne))
	err = send(anna)
	require.EqualError(t, err, "backup: send: unavailable: 503 (may have been sent)")
	require.True(t, provider.MayHaveSent(err))
	require.NoError(t, send(anna), "the script is over")

	fake.Otherwise(providertest.Refuse(provider.KindUnavailable))
	require.ErrorIs(t, send(anna), provider.KindUnavailable)
	require.ErrorIs(t, send(anna), provider.KindUnavailable)
	fake.Otherwise(providertest.Accept())
	require.NoError(t, send(anna))
	require.Len(t, fake.Attempts(), 10)
	require.Len(t, fake.Sent(), 3)

	fake.ScriptFor(anna, providertest.Refuse(provider.KindBlocked))
	fake.ScriptFor(anna, providertest.Fail(provider.Error{Provider: "inner", Op: provider.OpStatus, Kind: provider.KindAuth}))
	require.ErrorIs(t, send(anna), provider.KindBlocked)
	require.EqualError(t, send(anna), "inner: status: auth", "what the failure says itself stays")

	fake.Script(providertest.Refuse(provider.KindBlocked))
	fake.Script(providertest.Refuse(provider.KindAuth))
	require.ErrorIs(t, send(anna), provider.KindBlocked)
	require.ErrorIs(t, send(anna), provider.KindAuth)
}

// One result can be given to several fakes.
func TestFakesShareAResult(t *testing.T) {
	t.Parallel()
	result := providertest.Refuse(provider.KindBalance)
	for _, name := range []string{"first", "second"} {
		fake := &providertest.Fake{ProviderName: name}
		fake.Otherwise(result)
		_, err := fake.Send(t.Context(), login(anna, "111111"))
		require.EqualError(t, err, name+": send: balance")
	}
}

// A refused message gets nothing that an accepted one gets.
func TestFakeRefuses(t *testing.T) {
	t.Parallel()
	fake := &providertest.StatusFake{}
	fake.Script(providertest.Refuse(provider.KindBalance))
	_, err := fake.Send(t.Context(), login(anna, "111111"))
	require.ErrorIs(t, err, provider.KindBalance)
	require.Equal(t, []providertest.Attempt{{Message: login(anna, "111111"), Err: err}}, fake.Attempts())
	require.Empty(t, fake.CodeFor(anna))
	status, err := fake.ReadStatus(t.Context(), provider.Receipt{})
	require.NoError(t, err)
	require.Equal(t, provider.StateUnknown, status.State)

	r, err := fake.Send(t.Context(), login(anna, "222222"))
	require.NoError(t, err)
	require.Equal(t, "fake-1", r.ID)
}

func TestFakeTemplates(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{Templates: provider.Templates{
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
		{"unmapped", "bye", nil, `fake: send: template: template "bye": not mapped for this provider`},
		{"missing by id", "login", nil, `fake: send: template: Params: missing parameter "code"`},
		{"surplus by text", "hello", provider.Params{"name": "A", "x": "y"}, `fake: send: template: Params: surplus parameter "x"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := fake.Send(t.Context(), provider.Message{To: anna, Template: test.template, Params: test.params})
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
		fake := &providertest.Fake{}
		fake.Script(providertest.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		_, err := fake.Send(ctx, login(anna, "111111"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.True(t, provider.MayHaveSent(err))
		require.Equal(t, time.Hour, time.Since(start))
		require.Empty(t, fake.Sent())
	})
}

func TestFakeHoldsUntil(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := &providertest.Fake{}
		release := make(chan struct{})
		fake.Script(providertest.HoldUntil(release))
		done := make(chan error)
		go func() {
			_, err := fake.Send(t.Context(), login(anna, "111111"))
			done <- err
		}()
		synctest.Wait()
		require.Empty(t, fake.Attempts(), "the send is held")
		close(release)
		require.NoError(t, <-done)
		fake.ExpectSent(t, anna, "login")
	})
}

func TestFakeIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	fake := &providertest.VerifyFake{}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			fake.Script(providertest.Accept())
			r, err := fake.Send(t.Context(), login(anna, ""))
			if err != nil || fake.CodeFor(anna) == "" || len(fake.Sent()) == 0 {
				t.Errorf("send: %v", err)
			}
			if err := fake.Verify(t.Context(), r, "000000"); err == nil {
				t.Error("a wrong code passed")
			}
		})
	}
	wg.Wait()
	fake.ExpectCount(t, 50)
}

func TestFakePrintsNoCodes(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{}
	_, err := fake.Send(t.Context(), login(anna, "987123"))
	require.NoError(t, err)
	require.Equal(t, "providertest.Fake(fake, 1 attempts)", fmt.Sprint(fake))
	for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%x", "%d"} {
		text := fmt.Sprintf(verb, fake)
		require.NotContains(t, text, "987123", verb)
		require.NotContains(t, text, anna.National(), verb)
	}
}

func TestVerifyFake(t *testing.T) {
	t.Parallel()
	fake := &providertest.VerifyFake{}
	r, err := fake.Send(t.Context(), provider.Message{To: anna, Template: "login"})
	require.NoError(t, err)
	require.Equal(t, provider.CodeByProvider, r.Code)
	require.Equal(t, "100001", fake.CodeFor(anna))

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = provider.Verify(ended, fake, r, "100001")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, provider.KindUnavailable)
	require.ErrorIs(t, provider.Verify(t.Context(), fake, r, "100002"), provider.KindCodeMismatch)
	require.NoError(t, provider.Verify(t.Context(), fake, r, "100001"))
	require.ErrorIs(t, provider.Verify(t.Context(), fake, r, "100001"), provider.KindCodeExpired, "a code is used once")

	r, err = fake.Send(t.Context(), provider.Message{To: anna, Template: "login"})
	require.NoError(t, err)
	require.Equal(t, "100002", fake.CodeFor(anna))
	fake.Reset()
	require.ErrorIs(t, provider.Verify(t.Context(), fake, r, "100002"), provider.KindCodeExpired, "a code is forgotten")
}

func TestBalanceFake(t *testing.T) {
	t.Parallel()
	fake := &providertest.BalanceFake{Unit: provider.UnitYuan}
	balance, err := fake.ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, provider.Balance{Provider: "fake", Amount: "0", Unit: provider.UnitYuan}, balance)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = fake.ReadBalance(ended)
	require.ErrorIs(t, err, context.Canceled)

	fake.BalanceErr = &provider.Error{Provider: "fake", Op: provider.OpBalance, Kind: provider.KindAuth}
	_, err = provider.ReadBalances(t.Context(), fake)
	require.ErrorIs(t, err, provider.KindAuth)
}

func TestStatusFake(t *testing.T) {
	t.Parallel()
	fake := &providertest.StatusFake{}
	r, err := fake.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	status, err := provider.ReadStatus(t.Context(), fake, r)
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StatePending, At: r.At}, status)

	fake.SetStatus(r.ID, provider.Status{State: provider.StateDelivered, Code: "DELIVRD"})
	status, err = provider.ReadStatus(t.Context(), fake, r)
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StateDelivered, Code: "DELIVRD"}, status)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = fake.ReadStatus(ended, r)
	require.ErrorIs(t, err, context.Canceled)
}

// What a fake can do besides sending is exactly what its type says.
func TestFakeAbilities(t *testing.T) {
	t.Parallel()
	_, verifies := provider.As[provider.Verifier](&providertest.Fake{})
	_, reads := provider.As[provider.BalanceReader](&providertest.Fake{})
	_, tells := provider.As[provider.StatusReader](&providertest.Fake{})
	require.False(t, verifies || reads || tells)
}
