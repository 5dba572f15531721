package fake_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestU4CaptchaIssuer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, answer, right string }{{"default", "", "1234"}, {"its own", "kxq7", "kxq7"}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sms := &fake.CaptchaIssuer{Answer: test.answer}
			issuer, found := provider.As[provider.CaptchaIssuer](sms)
			require.True(t, found)
			first, err := issuer.IssueCaptcha(t.Context())
			require.NoError(t, err)
			require.Equal(t, provider.Captcha{Token: "fake-captcha-1", ImageURL: "https://captcha.invalid/fake-captcha-1.png"}, first)
			second, err := issuer.IssueCaptcha(t.Context())
			require.NoError(t, err)
			require.NotEqual(t, first.Token, second.Token)

			_, err = issuer.SolveCaptcha(t.Context(), first.Token, "wrong")
			require.EqualError(t, err, "fake: captcha: code mismatch: answer: wrong")
			solved, err := issuer.SolveCaptcha(t.Context(), first.Token, test.right)
			require.NoError(t, err)
			require.Equal(t, "fake-captcha-1-solved", solved)
			_, err = issuer.SolveCaptcha(t.Context(), first.Token, test.right)
			require.ErrorIs(t, err, provider.KindCodeExpired, "a puzzle is solved once")
			_, err = issuer.SolveCaptcha(t.Context(), "stranger", test.right)
			require.ErrorIs(t, err, provider.KindCodeExpired)

			m := login(anna, "111111")
			m.Captcha = solved
			_, err = sms.Send(t.Context(), m)
			require.NoError(t, err)
			require.Equal(t, solved, sms.ExpectSent(t, anna, "login").Captcha)

			sms.Reset()
			_, err = issuer.SolveCaptcha(t.Context(), second.Token, test.right)
			require.ErrorIs(t, err, provider.KindCodeExpired, "Reset forgets the puzzles")
		})
	}
}

func TestU4CaptchaIssuerFails(t *testing.T) {
	t.Parallel()
	sms := &fake.CaptchaIssuer{}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sms.IssueCaptcha(ended)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, provider.KindUnavailable)
	_, err = sms.SolveCaptcha(ended, "fake-captcha-1", "1234")
	require.ErrorIs(t, err, context.Canceled)

	sms.CaptchaErr = &provider.Error{Provider: "fake", Op: provider.OpCaptcha, Kind: provider.KindThrottled}
	_, err = sms.IssueCaptcha(t.Context())
	require.ErrorIs(t, err, provider.KindThrottled)
	_, err = sms.SolveCaptcha(t.Context(), "fake-captcha-1", "1234")
	require.ErrorIs(t, err, provider.KindThrottled)
}
