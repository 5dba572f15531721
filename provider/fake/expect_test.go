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
	const seen = "\nThe program tried to send:" +
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
			`the fake accepted no message with the template "goodbye" for 138****8000` + seen,
		},
		{
			"refused",
			func(sms *fake.Provider, r *recorder) { sms.ExpectSent(r, otherOne, "login") },
			`the fake accepted no message with the template "login" for 139****9001` + seen,
		},
		{
			"another number that prints alike",
			func(sms *fake.Provider, r *recorder) { sms.ExpectSent(r, annaAlike, "login") },
			`the fake accepted no message with the template "login" for 138****8000 (it accepted one for another number that looks the same when it is masked)` + seen,
		},
		{
			"no code",
			func(sms *fake.Provider, r *recorder) { sms.ExpectCode(r, otherOne) },
			`139****9001 got no code` + seen,
		},
		{
			"count",
			func(sms *fake.Provider, r *recorder) { sms.ExpectCount(r, 2) },
			`the fake accepted 1 message, want 2` + seen,
		},
		{
			"count of too many",
			func(sms *fake.Provider, r *recorder) { sms.ExpectCount(r, 0) },
			`the fake accepted 1 message, want 0` + seen,
		},
		{
			"nothing",
			func(sms *fake.Provider, r *recorder) { sms.ExpectNothing(r) },
			`the program tried to send something, want nothing` + seen,
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

func TestExpectationWarnsOnlyOfAcceptedLookalikes(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	sms.Script(fake.Refuse(provider.KindBlocked))
	_, err := sms.Send(t.Context(), login(anna, "111111"))
	require.ErrorIs(t, err, provider.KindBlocked)
	r := record(t, func(r *recorder) { sms.ExpectCode(r, annaAlike) })
	require.Contains(t, r.fatal, "138****8000 got no code\n")
}

func TestU4ExpectationsTellBatches(t *testing.T) {
	t.Parallel()
	sms := &fake.BatchSender{}
	_, err := sms.SendBatch(t.Context(), login(provider.Phone{}, "111111"), []provider.Phone{anna, otherOne})
	require.NoError(t, err)
	r := record(t, func(r *recorder) { sms.ExpectCount(r, 3) })
	require.Equal(t, "the fake accepted 2 messages, want 3\nThe program tried to send:"+
		"\n  1. to 138****8000, template \"login\", params map[code:***], batch 1: accepted as fake-1"+
		"\n  2. to 139****9001, template \"login\", params map[code:***], batch 1: accepted as fake-2", r.fatal)
}

func TestExpectationWithoutAnySend(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	r := record(t, func(r *recorder) { sms.ExpectCode(r, anna) })
	require.Equal(t, "138****8000 got no code\nThe program did not try to send anything.", r.fatal)
}

func TestExpectNothingAfterOneSend(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	_, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	r := record(t, func(r *recorder) { sms.ExpectNothing(r) })
	require.Contains(t, r.fatal, "the program tried to send something, want nothing")
}
