package otp_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestConfigNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	_, err := otp.New(otp.Config{
		Key: "short", OldKeys: []provider.Secret{key, key}, GuessesPerDay: 101, SendTimeout: -1, StoreTimeout: time.Hour, Poll: -1,
		Store: (*otp.MemoryStore)(nil), Guard: (*guard.Guard)(nil),
		Purposes: otp.Purposes{
			"": {}, "login": {Digits: 3, Tries: 11, Sends: -1, Lifetime: 11 * time.Minute, Ladder: []time.Duration{time.Second, time.Minute, 30 * time.Second}, EscalateAfter: time.Second},
			"none": {Ladder: []time.Duration{}},
		},
		TestNumbers: map[string]otp.TestNumber{"1": {}, "13800138000": {Code: "123456"}, "+86 138 0013 8000": {Code: "12a", Until: time.Now()}},
	})
	for _, problem := range []string{
		"Sender: must not be nil", "Key: has 5 bytes", "OldKeys[1]: is there twice", "GuessesPerDay: want 1 to 100",
		"SendTimeout", "StoreTimeout", "Poll", "Store: is a nil pointer", "Guard: is a nil pointer",
		"Purposes: a purpose needs a name", `Purposes["login"].Digits: want 4 to 8`, `Purposes["login"].Tries: want 1 to 10`,
		`Purposes["login"].Sends: want 1 to 10`, `Purposes["login"].Lifetime`, `Purposes["login"].Ladder[0]`, `Purposes["login"].Ladder[2]`,
		`Purposes["login"].EscalateAfter`, `Purposes["none"].Ladder`,
		"is no phone number", "is there twice, in another writing", "Code: want 4 to 8 digits", "Until: want a date",
	} {
		require.ErrorContains(t, err, problem)
	}
	require.NotContains(t, err.Error(), "13800138000")
	_, err = otp.New(otp.Config{Sender: &fake.Provider{}, Key: key})
	require.ErrorContains(t, err, "Purposes: want one at least")
	var unmade failover.Composer
	_, err = otp.New(otp.Config{Sender: &unmade, Key: key, Purposes: otp.Purposes{"login": {}}})
	require.ErrorContains(t, err, "Sender: has no name")
}

func TestO20PoliciesGoThroughFiles(t *testing.T) {
	t.Parallel()
	purposes := otp.Purposes{
		"login": {}, "reset": {
			Template: "code", Digits: 8, Lifetime: 5 * time.Minute, Tries: 3, Sends: 2,
			Ladder: []time.Duration{time.Minute, 2 * time.Minute}, EscalateAfter: 45 * time.Second,
		},
	}
	data, err := json.Marshal(purposes)
	require.NoError(t, err)
	require.JSONEq(t, `{"login":{},"reset":{"template":"code","digits":8,"lifetime":"5m0s","tries":3,"sends":2,"ladder":["1m0s","2m0s"],"escalate_after":"45s"}}`, string(data))
	var read otp.Purposes
	require.NoError(t, json.Unmarshal(data, &read))
	require.Equal(t, purposes, read)

	for _, bad := range []string{
		`{"login":{"trys":3}}`, `{"login":{"lifetime":"long"}}`, `{"login":{"ladder":["x"]}}`, `{"login":{"escalate_after":"x"}}`, `{"login":{"digits":"6"}}`,
	} {
		require.Error(t, json.Unmarshal([]byte(bad), &read), bad)
	}
}

func TestO20EachPurposeHasAPolicyOfItsOwn(t *testing.T) {
	t.Parallel()
	s, sms, c := newClocked(t, func(cfg *otp.Config) {
		cfg.Purposes["reset"] = otp.Policy{Template: "code", Digits: 8, Lifetime: 2 * time.Minute, Tries: 2, Sends: 2, Ladder: []time.Duration{30 * time.Second}}
	})
	req := start()
	req.Purpose = "reset"
	v, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, sms.ExpectSent(t, phone, "code").Params["code"], 8)
	require.Equal(t, []any{2, 30 * time.Second, 2 * time.Minute, 1}, []any{v.TriesLeft, v.ResendAfter, v.ExpiresIn, v.SendsLeft})
	c.Advance(30 * time.Second)
	again := otp.ResendRequest{ID: v.ID, Purpose: "reset", Binding: session}
	_, err = s.Resend(t.Context(), again)
	require.NoError(t, err)
	c.Advance(30 * time.Second)
	_, err = s.Resend(t.Context(), again)
	require.ErrorIs(t, err, otp.NoSends)
}

func TestO20TheLadderGrows(t *testing.T) {
	t.Parallel()
	s, _, c := newClocked(t, func(cfg *otp.Config) { cfg.Purposes["login"] = otp.Policy{Sends: 6} })
	v := started(t, s)
	for _, wait := range []time.Duration{60, 60, 120, 300} {
		require.Equal(t, wait*time.Second, v.ResendAfter)
		c.Advance(v.ResendAfter)
		var err error
		v, err = s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err)
	}
	require.Equal(t, 300*time.Second, v.ResendAfter)
}

// narrow is a provider that takes codes of up to four digits.
type narrow struct{ *fake.Provider }

func (narrow) CodeLimit(string) provider.CodeLimit {
	return provider.CodeLimit{Most: 4, Remedy: "use codes of 4 digits"}
}

func TestCodesMustFitEveryMember(t *testing.T) {
	t.Parallel()
	composer, _, _ := ways(t, func(cfg *failover.ComposerConfig) {
		chain, err := failover.NewChain(failover.ChainConfig{Name: "paid"}, failover.Member{Provider: &fake.Provider{ProviderName: "wide"}},
			failover.Member{Provider: narrow{&fake.Provider{ProviderName: "trial"}}})
		require.NoError(t, err)
		cfg.Retry.Provider = chain
	})
	_, err := otp.New(otp.Config{Sender: composer, Key: key, Purposes: otp.Purposes{"login": {}}})
	require.ErrorContains(t, err, `Purposes["login"].Digits: trial: send: template: a code has 6 digits, and template "login" takes codes of up to 4 digits`)
	require.ErrorContains(t, err, "use codes of 4 digits")
	_, err = otp.New(otp.Config{Sender: composer, Key: key, Purposes: otp.Purposes{"login": {Digits: 4}}})
	require.NoError(t, err)
}

func TestO24TestNumbers(t *testing.T) {
	t.Parallel()
	var heard events
	c := newClock()
	g := &fakeGuard{}
	s, sms := newService(t, func(cfg *otp.Config) {
		cfg.Now, cfg.OnEvent, cfg.Guard = c.Now, heard.hook, g
		cfg.TestNumbers = map[string]otp.TestNumber{"138-0013-8000": {Code: "1234", Until: c.Now().Add(time.Hour)}}
	})
	for range 150 { // as tests of a program do
		v := started(t, s)
		require.True(t, v.Test)
		require.Equal(t, 4, v.Digits)
		_, err := s.Resend(t.Context(), resend(v.ID))
		require.NoError(t, err, "no wait")
		_, err = s.Check(t.Context(), check(v.ID, "0000"))
		require.ErrorIs(t, err, otp.WrongCode)
		done, err := s.Check(t.Context(), check(v.ID, "1234"))
		require.NoError(t, err)
		require.True(t, done.Test)
	}
	sms.ExpectNothing(t)
	require.Empty(t, g.asked)
	for _, e := range heard.all {
		require.True(t, e.Test, "%+v", e)
	}

	req := start() // there is no code for all numbers
	req.Phone = "13900139000"
	v, err := s.Start(t.Context(), req)
	require.NoError(t, err)
	_, err = s.Check(t.Context(), check(v.ID, "1234"))
	require.ErrorIs(t, err, otp.WrongCode)

	c.Advance(time.Hour) // an ordinary number from now on
	v = started(t, s)
	require.False(t, v.Test)
	require.NotEqual(t, "1234", sms.ExpectCode(t, phone))
}

func TestO24NoTestNumberWithoutAnEndInProduction(t *testing.T) {
	t.Parallel()
	cfg := otp.Config{
		Sender: &fake.Provider{}, Key: key, Purposes: otp.Purposes{"login": {}},
		TestNumbers: map[string]otp.TestNumber{"13800138000": {Code: "123456"}},
	}
	_, err := otp.New(cfg)
	require.ErrorContains(t, err, "Until")
	cfg.Development = true
	_, err = otp.New(cfg)
	require.NoError(t, err)
}

func TestO25KeysRotate(t *testing.T) {
	t.Parallel()
	c := newClock()
	store, sms := newStore(t, c), &fake.Provider{}
	with := func(current provider.Secret, old ...provider.Secret) *otp.Service {
		s, _ := newService(t, func(cfg *otp.Config) {
			cfg.Store, cfg.Sender, cfg.Now, cfg.Key, cfg.OldKeys = store, sms, c.Now, current, old
		})
		return s
	}
	before, during, after := with(key), with(other, key), with(other)
	v := started(t, before)
	code := sms.ExpectCode(t, phone)

	again := started(t, during)
	require.Equal(t, v.ID, again.ID, "what is pending is found under the old key")
	c.Advance(time.Minute)
	_, err := during.Resend(t.Context(), resend(v.ID))
	require.NoError(t, err)
	require.Equal(t, code, sms.ExpectCode(t, phone))
	report := provider.Report{Provider: "fake", ID: sms.Attempts()[0].Receipt.ID, Phone: phone, Status: provider.Status{State: provider.StateDelivered}}
	require.NoError(t, during.Note(t.Context(), []provider.Report{report}))

	_, err = after.Check(t.Context(), check(v.ID, code))
	require.ErrorIs(t, err, otp.WrongCode, "nobody can show that he is the holder")
	_, err = during.Check(t.Context(), check(v.ID, code))
	require.NoError(t, err)

	v = started(t, during)
	_, err = after.Check(t.Context(), check(v.ID, sms.CodeFor(phone)))
	require.NoError(t, err, "new ones use the new key")
	all, err := during.ExportPhone(t.Context(), typed)
	require.NoError(t, err)
	require.Len(t, all, 2, "one under each key")
}

func TestAServicePrintsNoSecret(t *testing.T) {
	t.Parallel()
	cfg := otp.Config{
		Sender: &fake.Provider{}, Key: key, OldKeys: []provider.Secret{other}, Purposes: otp.Purposes{"login": {}},
		TestNumbers: map[string]otp.TestNumber{"13800138000": {Code: "271828"}}, Development: true,
	}
	s, err := otp.New(cfg)
	require.NoError(t, err)
	data, err := json.Marshal(cfg.TestNumbers)
	require.NoError(t, err)
	shown := fmt.Sprintf("%v %+v %#v %v %+v %#v %s", s, s, s, cfg, cfg, cfg, data)
	for _, secret := range []string{"271828", string(key), string(other)} {
		require.NotContains(t, shown, secret)
	}
}
