package phone_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// script is an Exec that runs a shell script with these arguments.
func script(t *testing.T, content string, args ...string) *phone.Exec {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a Unix shell")
	}
	file := filepath.Join(t.TempDir(), "send.sh")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	return &phone.Exec{Command: "/bin/sh", Args: append([]string{file}, args...), TrustExitCode: true}
}

func TestExec(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	sender := script(t, `printf '%s|' "$@" > "$1"; cat >> "$1"`, out, "-n", "{to}", "to={to};$(reboot)", "{other}", "{sim}")
	require.NoError(t, sender.Validate())
	wanted := text()
	wanted.SIM = 2
	require.NoError(t, sender.Send(t.Context(), wanted))
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, out+"|-n|"+number+"|to="+number+";$(reboot)|{other}|2|"+body, string(got))
}

// A command can end with 0 whatever happens, as termux-sms-send does without a SIM.
func TestG1AnExitCodeIsNoProofOfSending(t *testing.T) {
	t.Parallel()
	sender := script(t, `exit 0`, "{to}")
	sender.TrustExitCode = false
	require.ErrorIs(t, sender.Send(t.Context(), text()), phone.ErrUnconfirmed)
}

func TestExecNamesAMissingCommand(t *testing.T) {
	t.Parallel()
	sender := &phone.Exec{Command: filepath.Join(t.TempDir(), "gammu"), Args: []string{"{to}"}}
	failed := failure(t, sender.Ready(t.Context()))
	require.Equal(t, relayapi.FailureConfig, failed.Class)
	require.Contains(t, failed.Text, "gammu")
	require.NoError(t, script(t, "").Ready(t.Context()))
}

func TestExecMayLeaveTheTextUnread(t *testing.T) {
	t.Parallel()
	long := text()
	long.Body = relayapi.Text(strings.Repeat("x", 1<<20))
	require.NoError(t, script(t, `exit 0`, "{to}").Send(t.Context(), long))
}

func TestExecFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		class         relayapi.FailureClass
		text          string
		mayHaveSent   bool
	}{
		{"exit code", `exit 3`, relayapi.FailureUnknown, "exit code 3", false},
		{"exit code with a meaning", `exit 69`, relayapi.FailureNoService, "exit code 69", false},
		{"exit code that says nothing", `exit 75`, relayapi.FailureUnknown, "exit code 75", true},
		{"complaints", `cat >&2; echo " to $1" >&2; exit 1`, relayapi.FailureUnknown, "exit code 1: *** to ***", false},
		{"many complaints", `i=0; while [ $i -lt 2000 ]; do echo "no luck" >&2; i=$((i+1)); done; exit 1`, relayapi.FailureUnknown, "", false},
		{"killed", `kill -9 $$`, relayapi.FailureUnknown, "the command was killed", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sender := script(t, tt.content, "{to}")
			sender.MayHaveSent = []int{75}
			sender.Classes = map[int]relayapi.FailureClass{69: relayapi.FailureNoService}
			failed := failure(t, sender.Send(t.Context(), text()))
			require.Equal(t, tt.class, failed.Class)
			require.Equal(t, tt.mayHaveSent, failed.MayHaveSent)
			require.NotContains(t, failed.Error(), "824913")
			require.Less(t, len(failed.Text), 700)
			if tt.text != "" {
				require.Equal(t, tt.text, failed.Text)
			}
		})
	}
}

func TestExecTimeout(t *testing.T) {
	t.Parallel()
	sender := script(t, `exec sleep 600`, "{to}")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	failed := failure(t, sender.Send(ctx, text()))
	require.True(t, failed.MayHaveSent)
	require.ErrorIs(t, failed, context.DeadlineExceeded)
}

func TestExecStoppedBeforeItStarts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failed := failure(t, script(t, `exit 0`, "{to}").Send(ctx, text()))
	require.Equal(t, relayapi.FailureUnknown, failed.Class, "there is nothing wrong with the phone's settings")
	require.False(t, failed.MayHaveSent)
	require.ErrorIs(t, failed, context.Canceled)
}

func TestExecCannotStart(t *testing.T) {
	t.Parallel()
	sender := &phone.Exec{Command: filepath.Join(t.TempDir(), "missing"), Args: []string{"{to}"}}
	failed := failure(t, sender.Send(t.Context(), text()))
	require.Equal(t, relayapi.FailureConfig, failed.Class)
	require.False(t, failed.MayHaveSent)
}

// The command trusts its arguments, and the gateway is another machine.
func TestExecTakesNumbersOnly(t *testing.T) {
	t.Parallel()
	for _, to := range []relayapi.Number{"", "--config=/tmp/x", "-n", "13800138000", "+8613800138000 -x", "+86138\n00138000", "+８６13800138000"} {
		t.Run(string(to), func(t *testing.T) {
			t.Parallel()
			ran := filepath.Join(t.TempDir(), "ran")
			other := text()
			other.To = to
			failed := failure(t, script(t, `touch "$2"`, "{to}", ran).Send(t.Context(), other))
			require.Equal(t, relayapi.FailureInvalidNumber, failed.Class)
			require.False(t, failed.MayHaveSent)
			require.NoFileExists(t, ran)
		})
	}
}

func TestExecValidate(t *testing.T) {
	t.Parallel()
	err := (&phone.Exec{Args: []string{"to"}, MayHaveSent: []int{0}, Classes: map[int]relayapi.FailureClass{
		0: relayapi.FailureLimit, 3: "no_servce",
	}}).Validate()
	require.ErrorContains(t, err, "Classes[3]:")
	require.ErrorContains(t, err, "MayHaveSent:")
	require.ErrorContains(t, err, "Command:")
	require.ErrorContains(t, err, "Args:")
	require.ErrorContains(t, err, "Classes[0]:")
}
