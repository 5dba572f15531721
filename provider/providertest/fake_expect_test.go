package providertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
)

func TestExpectationsHold(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{}
	fake.ExpectNothing(t)
	fake.ExpectCount(t, 0)
	for _, code := range []string{"111111", "222222"} {
		_, err := fake.Send(t.Context(), login(anna, code))
		require.NoError(t, err)
	}
	require.Equal(t, "222222", fake.ExpectSent(t, anna, "login").Params[provider.ParamCode])
	require.Equal(t, "222222", fake.ExpectCode(t, anna))
	fake.ExpectCount(t, 2)
}

func TestExpectationsPrintWell(t *testing.T) {
	t.Parallel()
	const seen = "\nSend was called with:" +
		"\n  1. to 138****8000, template \"login\", params map[code:***], ref \"order-7\": accepted as fake-1" +
		"\n  2. to 139****9001, template \"login\", params map[code:***]: refused: fake: send: balance" +
		"\n  3. to nobody, template \"login\", params map[code:***]: refused: fake: send: recipient: To: no phone number"
	tests := []struct {
		name   string
		expect func(fake *providertest.Fake, r *recorder)
		want   string
	}{
		{
			"another template",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectSent(r, anna, "goodbye") },
			`no message with the template "goodbye" was accepted for 138****8000` + seen,
		},
		{
			"refused",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectSent(r, otherOne, "login") },
			`no message with the template "login" was accepted for 139****9001` + seen,
		},
		{
			"another number that prints alike",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectSent(r, annaAlike, "login") },
			`no message with the template "login" was accepted for 138****8000 (there is one for another number that prints alike)` + seen,
		},
		{
			"no code",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectCode(r, otherOne) },
			`139****9001 got no code` + seen,
		},
		{
			"count",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectCount(r, 2) },
			`1 messages were accepted, want 2` + seen,
		},
		{
			"count of too many",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectCount(r, 0) },
			`1 messages were accepted, want 0` + seen,
		},
		{
			"nothing",
			func(fake *providertest.Fake, r *recorder) { fake.ExpectNothing(r) },
			`want no message at all` + seen,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fake := &providertest.Fake{}
			fake.Script(providertest.Accept(), providertest.Refuse(provider.KindBalance))
			first := login(anna, "111111")
			first.Ref = "order-7"
			for _, m := range []provider.Message{first, login(otherOne, "222222"), login(provider.Phone{}, "333333")} {
				_, _ = fake.Send(t.Context(), m)
			}
			r := record(t, func(r *recorder) { test.expect(fake, r) })
			require.Equal(t, test.want, r.text())
			require.NotContains(t, r.text(), "111111")
			require.NotContains(t, r.text(), anna.National())
		})
	}
}

func TestExpectationWithoutAnySend(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{}
	r := record(t, func(r *recorder) { fake.ExpectCode(r, anna) })
	require.Equal(t, "138****8000 got no code\nSend was not called", r.text())
}

func TestExpectNothingAfterOneSend(t *testing.T) {
	t.Parallel()
	fake := &providertest.Fake{}
	_, err := fake.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	r := record(t, func(r *recorder) { fake.ExpectNothing(r) })
	require.Contains(t, r.text(), "want no message at all")
}
