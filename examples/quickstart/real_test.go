package main

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// TestSendForReal plays a user at the terminal: the code does not arrive, Enter
// sends it again, and then the user types it. It is not parallel because secrets
// come from the environment.
func TestSendForReal(t *testing.T) {
	services := sim.Start(t,
		tencentsim.New(tencentsim.Config{SecretID: tencentSecretID, SecretKey: tencentSecretKey, AppID: tencentAppID}),
		ihuyisim.New(ihuyisim.Config{Account: ihuyiAccount, APIKey: ihuyiAPIKey}))
	t.Setenv("CNSMS_TENCENT_SECRET_KEY", tencentSecretKey)
	t.Setenv("CNSMS_IHUYI_API_KEY", ihuyiAPIKey)
	sim.MustInject(t, services, sim.Fault{Service: "tencent", Skip: 1, Code: "LimitExceeded.PhoneNumberThirtySecondLimit"})

	keyboard, user := io.Pipe()
	go func() {
		_, _ = io.WriteString(user, "\n")
		second, err := services.Wait(t.Context(), 1, nil)
		if err == nil {
			_, _ = io.WriteString(user, second.Code+"\n")
		}
		_ = user.Close()
	}()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{
		"--to", "138 0013 8000",
		"--tencent-url", services.URL(), "--tencent-secret-id", tencentSecretID, "--tencent-app-id", tencentAppID,
		"--tencent-sign", tencentSign, "--tencent-template", tencentTemplate,
		"--ihuyi-url", services.URL(), "--ihuyi-account", ihuyiAccount,
	}, keyboard, &out))
	require.Contains(t, out.String(), "tencent  sent it, paid")
	require.Contains(t, out.String(), "ihuyi    sent it, paid")
	require.Contains(t, out.String(), "verified yes")
	require.NotContains(t, out.String(), "13800138000")
	messages := services.Messages()
	require.Len(t, messages, 2)
	require.Equal(t, messages[0].Code, messages[1].Code, "a retry carries the same code")
}

// TestSecretMissing is not parallel because secrets come from the
// environment.
func TestSecretMissing(t *testing.T) {
	t.Setenv("CNSMS_IHUYI_API_KEY", "")
	err := run(t.Context(), []string{"--to", "13800138000", "--ihuyi-account", ihuyiAccount}, nil, io.Discard)
	require.ErrorContains(t, err, "CNSMS_IHUYI_API_KEY")
}
