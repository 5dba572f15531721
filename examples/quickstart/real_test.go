package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
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
	require.Contains(t, out.String(), "tencent             sent it, paid")
	require.Contains(t, out.String(), "ihuyi               sent it, paid")
	require.Contains(t, out.String(), "verified yes")
	require.NotContains(t, out.String(), "13800138000")
	messages := services.Texts()
	require.Len(t, messages, 2)
	require.Equal(t, messages[0].Code, messages[1].Code, "a retry carries the same code")
}

// TestSendForRealThroughAliyun is not parallel because secrets come from the environment.
func TestSendForRealThroughAliyun(t *testing.T) {
	services := sim.Start(t, aliyunsim.New(aliyunsim.Config{AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret}).Verification())
	t.Setenv("CNSMS_ALIYUN_ACCESS_KEY_SECRET", aliyunKeySecret)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{
		"--to", "138 0013 8000", "--aliyun-url", services.URL(), "--aliyun-access-key-id", aliyunKeyID, "--aliyun-sign", aliyunSign,
	}, strings.NewReader("no code\n"), &out))
	require.Contains(t, out.String(), "aliyun-verification sent it, paid")
	require.Equal(t, aliyunTemplate, services.Texts()[0].Template)
}

// startIhuyi starts a simulated Ihuyi and returns the flags that send through it.
// Secrets come from the environment, so its tests are not parallel.
func startIhuyi(t *testing.T) (*sim.Server, []string) {
	t.Helper()
	services := sim.Start(t, ihuyisim.New(ihuyisim.Config{Account: ihuyiAccount, APIKey: ihuyiAPIKey}))
	t.Setenv("CNSMS_IHUYI_API_KEY", ihuyiAPIKey)
	return services, []string{"--to", "13800138000", "--ihuyi-url", services.URL(), "--ihuyi-account", ihuyiAccount}
}

// TestSendForRealTellsEachAttemptOnce: an attempt that is told twice looks like
// two texts that were paid for. It is not parallel, see startIhuyi.
func TestSendForRealTellsEachAttemptOnce(t *testing.T) {
	services, args := startIhuyi(t)
	t.Setenv("CNSMS_RELAY_TOKEN", siteToken)
	noGateway := sim.Start(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), append(args, "--relay-url", noGateway.URL()), strings.NewReader("000000 \n"), &out))
	require.Equal(t, 1, strings.Count(out.String(), "relay               did not send"))
	require.Equal(t, 1, strings.Count(out.String(), "ihuyi               sent it, paid"))
	require.Len(t, services.Texts(), 1)
}

// TestSendForRealRetryFails is not parallel, see startIhuyi.
func TestSendForRealRetryFails(t *testing.T) { //nolint:paralleltest // startIhuyi sets the environment.
	services, args := startIhuyi(t)
	sim.MustInject(t, services, sim.Fault{Skip: 1, Kind: provider.KindBalance, Times: sim.Forever})
	keyboard, user := io.Pipe()
	go func() {
		first, err := services.Wait(t.Context(), 0, nil)
		if err == nil {
			_, _ = io.WriteString(user, "\n"+first.Code+"\n")
		}
		_ = user.Close()
	}()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, keyboard, &out))
	require.Contains(t, out.String(), "ihuyi               refused: balance")
	require.Contains(t, out.String(), "verified yes", "the first text has arrived")
}

// TestSendForRealFails is not parallel, see startIhuyi.
func TestSendForRealFails(t *testing.T) { //nolint:paralleltest // startIhuyi sets the environment.
	services, args := startIhuyi(t)
	sim.MustInject(t, services, sim.Fault{Kind: provider.KindBalance})
	require.ErrorIs(t, run(t.Context(), args, strings.NewReader("000000\n"), io.Discard), provider.KindBalance, "there is no code to type")
}

// TestSendForRealInputEnds is not parallel, see startIhuyi.
func TestSendForRealInputEnds(t *testing.T) { //nolint:paralleltest // startIhuyi sets the environment.
	_, args := startIhuyi(t)
	err := run(t.Context(), args, strings.NewReader(""), io.Discard)
	require.ErrorContains(t, err, "no code was typed")
}

// TestSendForRealCodeWithoutLineEnd is not parallel, see startIhuyi.
func TestSendForRealCodeWithoutLineEnd(t *testing.T) { //nolint:paralleltest // startIhuyi sets the environment.
	_, args := startIhuyi(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, strings.NewReader("no code"), &out))
	require.Contains(t, out.String(), "verified no")
}

// TestSendForRealInterrupted: Ctrl-C ends the program while it waits for the
// user. It is not parallel, see startIhuyi.
func TestSendForRealInterrupted(t *testing.T) { //nolint:paralleltest // startIhuyi sets the environment.
	_, args := startIhuyi(t)
	silent, user := io.Pipe()
	defer func() { _ = user.Close() }()
	ctx, interrupt := context.WithCancel(t.Context())
	out := writerFunc(func(text []byte) {
		if bytes.Contains(text, []byte("Type the code")) {
			interrupt()
		}
	})
	require.ErrorIs(t, run(ctx, args, silent, out), context.Canceled)
}

// writerFunc sees what is written.
type writerFunc func(text []byte)

func (f writerFunc) Write(text []byte) (int, error) {
	f(text)
	return len(text), nil
}

// TestSecretMissing is not parallel because secrets come from the
// environment.
func TestSecretMissing(t *testing.T) {
	t.Setenv("CNSMS_IHUYI_API_KEY", "")
	err := run(t.Context(), []string{"--to", "13800138000", "--ihuyi-account", ihuyiAccount}, nil, io.Discard)
	require.ErrorContains(t, err, "CNSMS_IHUYI_API_KEY")
}
