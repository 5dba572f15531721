package fake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestExpectationsHold(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	sms.ExpectNothing(t)
	sms.ExpectCount(t, 0)
	for _, code := range []string{"111111", "222222"} {
		_, err := sms.Send(t.Context(), login(anna, code))
		require.NoError(t, err)
	}
	require.Equal(t, "222222", sms.ExpectSent(t, anna, "login").Params[provider.ParamCode])
	require.Equal(t, "222222", sms.ExpectCode(t, anna))
	sms.ExpectCount(t, 2)
}

func TestExpectationsPrintWell(t *testing.T) {
	t.Parallel()
	const seen = "\nSend was called with:" +
		"\n  1. to 138****8000, template \"login\", params map[code:***], ref \"order-7\": accepted as fake-1" +
		"\n  2. to 139****9001, template \"login\", params map[code:***]: refused: fake: send: balance" +
		"\n  3. to nobody, template \"login\", params map[code:***]: refused: fake: send: recipient: To: no phone number"
	tests := []struct {
		name   string
		expect func(sms *fake.Provider, r *recorder)
		want   string
	}{
		{
			"another template",
			func(sms *fake.Provider, r *recorder) { sms.ExpectSent(r, anna, "goodbye") },
			`no message with the template "goodbye" was accepted for 138****8000` + seen,
		},
		{
			"refused",
			func(sms *fake.Provider, r *recorder) { sms.ExpectSent(r, otherOne, "login") },
			`no message with the template "login" was accepted for 139****9001` + seen,
		},
		{
			"another number that prints alike",
			func(sms *fake.Provider, r *recorder) { sms.ExpectSent(r, annaAlike, "login") },
			`no message with the template "login" was accepted for 138****8000 (there is one for another number that prints alike)` + seen,
		},
		{
			"no code",
			func(sms *fake.Provider, r *recorder) { sms.ExpectCode(r, otherOne) },
			`139****9001 got no code` + seen,
		},
		{
			"count",
			func(sms *fake.Provider, r *recorder) { sms.ExpectCount(r, 2) },
			`1 messages were accepted, want 2` + seen,
		},
		{
			"count of too many",
			func(sms *fake.Provider, r *recorder) { sms.ExpectCount(r, 0) },
			`1 messages were accepted, want 0` + seen,
		},
		{
			"nothing",
			func(sms *fake.Provider, r *recorder) { sms.ExpectNothing(r) },
			`want no message at all` + seen,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sms := &fake.Provider{}
			sms.Script(fake.Accept(), fake.Refuse(provider.KindBalance))
			first := login(anna, "111111")
			first.Ref = "order-7"
			for _, m := range []provider.Message{first, login(otherOne, "222222"), login(provider.Phone{}, "333333")} {
				_, _ = sms.Send(t.Context(), m)
			}
			r := record(t, func(r *recorder) { test.expect(sms, r) })
			require.Equal(t, test.want, r.fatal)
			require.NotContains(t, r.fatal, "111111")
			require.NotContains(t, r.fatal, anna.National())
		})
	}
}

func TestExpectationWithoutAnySend(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	r := record(t, func(r *recorder) { sms.ExpectCode(r, anna) })
	require.Equal(t, "138****8000 got no code\nSend was not called", r.fatal)
}

func TestExpectNothingAfterOneSend(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	_, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	r := record(t, func(r *recorder) { sms.ExpectNothing(r) })
	require.Contains(t, r.fatal, "want no message at all")
}
