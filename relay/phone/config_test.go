package phone_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
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
	text := text()
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
