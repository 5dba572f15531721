package phone_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestConfigReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := phone.New(phone.Config{
		BaseURL: "gateway", Sender: &phone.Exec{}, Lanes: append(make([]string, 15), "mob", "mob"),
		Pace: -1, Wait: 2 * time.Minute, Interval: time.Millisecond, SendTimeout: -1, Timeout: -1,
	})
	for _, field := range []string{
		"BaseURL", "Token", "Sender: Command", "Args", "Lanes", "Lanes[0]", "Lanes[16]", "Pace", "Wait", "Interval", "SendTimeout", "Timeout",
	} {
		require.ErrorContains(t, err, field+":")
	}
	require.Equal(t, 1, strings.Count(err.Error(), "BaseURL"))
	_, err = phone.New(phone.Config{})
	require.ErrorContains(t, err, "Sender: must not be nil")
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	tests := []struct {
		baseURL        string
		plainHTTP, bad bool
	}{
		{baseURL: "https://gateway.example.com"},
		{baseURL: "http://gateway.example.com", bad: true},
		{baseURL: "http://gateway.example.com", plainHTTP: true},
		{baseURL: "http://127.0.0.1:8080"},
	}
	for _, tt := range tests {
		t.Run(tt.baseURL, func(t *testing.T) {
			t.Parallel()
			_, err := phone.New(phone.Config{BaseURL: tt.baseURL, PlainHTTP: tt.plainHTTP, Token: token, Sender: &phone.Fake{}})
			if tt.bad {
				require.ErrorContains(t, err, "phone: config: BaseURL: want https://")
				return
			}
			require.NoError(t, err)
		})
	}
}

func TestNothingSecretIsPrinted(t *testing.T) {
	t.Parallel()
	fake := &phone.Fake{}
	text := phone.Text{Job: "a", To: number, Body: body}
	require.NoError(t, fake.Send(t.Context(), text))
	cfg := phone.Config{BaseURL: "https://gateway.test", Token: token, Sender: fake}
	agent, err := phone.New(cfg)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{cfg, agent, fake, text} {
			printed := fmt.Sprintf(verb, value)
			for _, secret := range []string{token, "13800138000", "824913"} {
				require.NotContains(t, printed, secret, verb)
			}
		}
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := &phone.Error{Class: relayapi.FailureLimit, Text: "30 an hour", Err: cause}
	require.EqualError(t, err, "phone: limit: 30 an hour")
	require.EqualError(t, &phone.Error{Class: relayapi.FailureLimit}, "phone: limit")
	require.ErrorIs(t, err, cause)
}

func TestFake(t *testing.T) {
	t.Parallel()
	fake := &phone.Fake{}
	text := phone.Text{Job: "a", To: number, Body: body}
	busy := &phone.Error{Class: relayapi.FailureLimit}
	fake.Script(busy, nil, busy)
	require.ErrorIs(t, fake.Send(t.Context(), text), busy)
	require.NoError(t, fake.Send(t.Context(), text))
	require.ErrorIs(t, fake.Send(t.Context(), text), busy)
	require.NoError(t, fake.Ready(t.Context()))

	fake.SwitchOff()
	var off *phone.Error
	require.ErrorAs(t, fake.Send(t.Context(), text), &off)
	require.Equal(t, relayapi.FailureNoService, off.Class)
	require.Error(t, fake.Ready(t.Context()))
	fake.SwitchOn()
	require.NoError(t, fake.Send(t.Context(), text))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, fake.Send(ctx, text), context.Canceled)
	sent, err := fake.Wait(ctx, 3)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []phone.Text{text, text}, sent)
	require.Equal(t, sent, fake.Sent())
}
