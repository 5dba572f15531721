package phone_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// What makes the test program a victim: an agent that runs until it is killed.
const (
	victimGateway = "PHONE_TEST_GATEWAY"
	victimOutbox  = "PHONE_TEST_OUTBOX"
	victimSends   = "PHONE_TEST_SENDS"
)

// victimSender says on the standard output that it sends, and may do so for ever.
type victimSender struct{ ends bool }

func (s victimSender) Send(context.Context, phone.Text) error {
	fmt.Println("sending")
	for !s.ends {
		<-time.After(time.Hour)
	}
	return nil
}

func beVictim(url string) {
	agent, err := phone.New(phone.Config{
		BaseURL: url, Token: token, Outbox: os.Getenv(victimOutbox), Sender: victimSender{os.Getenv(victimSends) != ""},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = agent.Run(context.Background())
}

func TestOutboxSurvivesKill(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		sends string
		want  relayapi.StateReport
	}{
		{"while it sends", "", relayapi.StateReport{State: relayapi.StateFailed, Error: &relayapi.Failure{
			Class: relayapi.FailureUnknown, Text: "reported after a restart", MayHaveSent: true,
		}}},
		{"while it reports", "yes", relayapi.StateReport{State: relayapi.StateSent}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := offers(job("a"))
			reporting := make(chan struct{}, 1)
			g.then(leave, func(w http.ResponseWriter, r *http.Request) bool {
				reporting <- struct{}{}
				return status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable)(w, r)
			})
			server := httptest.NewServer(g)
			defer server.Close()
			path := filepath.Join(t.TempDir(), "outbox.json")
			killVictim(t, server.URL, path, tt.sends, reporting)
			requirePrivate(t, path)

			g.forgetScript()
			g.offer(job("a")) // again
			sender := &phone.Fake{}
			agent, err := phone.New(phone.Config{BaseURL: server.URL, Token: token, Outbox: path, Sender: sender})
			require.NoError(t, err)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- agent.Run(ctx) }()
			require.Eventually(t, func() bool { return len(g.states()) >= 3 }, 10*time.Second, 5*time.Millisecond)
			stop()
			require.ErrorIs(t, <-ended, context.Canceled)
			require.Empty(t, sender.Sent(), "it is not sent again")
			require.Equal(t, []string{"a taken", "a " + string(tt.want.State), "a " + string(tt.want.State)}, g.states()[:3])
			got := g.reports[1]
			require.Equal(t, "lease of a", got.Lease)
			require.Equal(t, tt.want.Error, got.Error)
			require.False(t, got.At.IsZero())
		})
	}
}

// leave leaves the response to the gateway.
func leave(http.ResponseWriter, *http.Request) bool { return false }

// killVictim starts an agent in a process of its own and kills it in the middle.
func killVictim(t *testing.T, url, path, sends string, reporting <-chan struct{}) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	victim := exec.CommandContext(t.Context(), program)
	victim.Env = append(os.Environ(), victimGateway+"="+url, victimOutbox+"="+path, victimSends+"="+sends)
	output, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "sending\n", line)
	if sends != "" {
		<-reporting
	}
	require.NoError(t, victim.Process.Kill())
	require.Error(t, victim.Wait())
}

// requirePrivate wants a file that only its owner can read, and that holds no secret.
func requirePrivate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, secret := range []string{number, "13800138000", "824913", token} {
		require.NotContains(t, string(content), secret)
	}
}
