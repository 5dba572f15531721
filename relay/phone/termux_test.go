//go:build unix

package phone_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// termux is a folder of stubs of the termux programs. The boxes are what the file boxes.json
// holds, and sending puts what next.json holds in its place.
type termux struct {
	*testing.T

	bin string
}

const (
	denied = `{"error": "Please grant the following permission to use this command: android.permission.READ_SMS"}`
	ready  = `{"sim_state": "ready", "sim_operator_name": "CMCC", "network_operator_name": "CHINA MOBILE"}`
)

func newTermux(t *testing.T) *termux {
	t.Helper()
	x := &termux{t, t.TempDir()}
	x.program("termux-sms-send", `printf '%s|' "$@" > args; cat > stdin; if [ -f next.json ]; then cp next.json boxes.json; fi`)
	x.program("termux-sms-list", `cat boxes.json`)
	x.program("termux-battery-status", `echo '{"percentage": 80, "status": "CHARGING"}'`)
	x.program("termux-telephony-deviceinfo", `echo '`+ready+`'`)
	x.boxes("boxes.json", boxed(1, "inbox", number, body), boxed(2, "sent", number, body))
	return x
}

// program writes a stub. The lock keeps other tests from starting a process meanwhile, which
// would inherit the open file, so that the stub could not be started.
func (x *termux) program(name, script string) {
	x.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	content := "#!/bin/sh\ncd '" + x.bin + "' || exit 9\n" + script + "\n"
	require.NoError(x, os.WriteFile(filepath.Join(x.bin, name), []byte(content), 0o700))
}

func (x *termux) missing(name string) { require.NoError(x, os.Remove(filepath.Join(x.bin, name))) }

func boxed(id int, kind, to, body string) map[string]any {
	return map[string]any{
		"threadid": 1, "type": kind, "read": true, "address": to, "number": to, "received": "2026-11-21 12:00:00", "body": body, "_id": id,
	}
}

func (x *termux) boxes(file string, texts ...map[string]any) {
	x.Helper()
	content, err := json.Marshal(texts)
	require.NoError(x, err)
	require.NoError(x, os.WriteFile(filepath.Join(x.bin, file), content, 0o600))
}

func (x *termux) said(file string) string {
	x.Helper()
	content, err := os.ReadFile(filepath.Join(x.bin, file))
	require.NoError(x, err)
	return string(content)
}

func (x *termux) sender() *phone.Termux { return &phone.Termux{Bin: x.bin, Poll: time.Millisecond} }

// send sends a text with a time that is over after a while.
func (x *termux) send(s *phone.Termux, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(x.Context(), limit)
	defer cancel()
	return s.Send(ctx, text())
}

func TestG1TermuxFindsTheTextInTheSentBox(t *testing.T) {
	t.Parallel()
	x := newTermux(t)
	x.boxes("next.json", boxed(2, "sent", number, body), boxed(3, "sent", "138 0013 8000", body+"\n"))
	sender := x.sender()
	sender.SIM = 2
	require.NoError(t, x.send(sender, time.Minute))
	require.Equal(t, "-n|"+number+"|-s|1|", x.said("args"))
	require.Equal(t, body, x.said("stdin"))
}

// The exit code is 0 each time.
func TestG1TermuxSaysSentOnlyOfASentText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		after map[string]any
		text  string
	}{
		{"in no box", boxed(2, "sent", number, body), "the text is not in the sent box"},
		{"in the outbox", boxed(3, "outbox", number, body), "the text waits in the phone's outbox"},
		{"queued", boxed(3, "", number, body), "the text waits in the phone's outbox"},
		{"came in", boxed(3, "inbox", number, body), "the text is not in the sent box"},
		{"another text", boxed(3, "sent", number, body+"!"), "the text is not in the sent box"},
		{"another number", boxed(3, "sent", "+8613900139000", body), "the text is not in the sent box"},
		{"a short number", boxed(3, "sent", "8000", body), "the text is not in the sent box"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := newTermux(t)
			x.boxes("next.json", tt.after)
			failed := failure(t, x.send(x.sender(), 300*time.Millisecond))
			require.Equal(t, relayapi.FailureUnknown, failed.Class)
			require.True(t, failed.MayHaveSent)
			require.Equal(t, tt.text, failed.Text)
		})
	}
}

func TestG1TermuxFailedBox(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, info, text string
		class            relayapi.FailureClass
	}{
		{"no credit", ready, "the carrier did not take it", relayapi.FailureRejected},
		{"no SIM", `{"sim_state": "absent"}`, "the SIM is absent", relayapi.FailureNoService},
		{"a SIM in a state of its own", `{"sim_state": "824913"}`, "the SIM is not ready", relayapi.FailureNoService},
		{"airplane mode", `{"sim_state": "ready", "network_operator_name": ""}`, "in no network", relayapi.FailureNoService},
		{"the phone does not tell", denied, "the carrier did not take it", relayapi.FailureRejected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := newTermux(t)
			x.program("termux-telephony-deviceinfo", `echo '`+tt.info+`'`)
			x.boxes("next.json", boxed(3, "failed", number, body))
			failed := failure(t, x.send(x.sender(), time.Minute))
			require.Equal(t, tt.class, failed.Class)
			require.False(t, failed.MayHaveSent)
			require.Contains(t, failed.Text, tt.text)
		})
	}
}

func TestTermuxSendsWithItsSIMAlone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		own, wanted int
		args        string
	}{
		{0, 1, "-n|" + number + "|"}, {2, 2, "-n|" + number + "|-s|1|"}, {0, 2, ""}, {2, 1, ""},
	} {
		x := newTermux(t)
		x.boxes("next.json", boxed(3, "sent", number, body))
		sender, wanted := x.sender(), text()
		sender.SIM, wanted.SIM = tt.own, tt.wanted
		err := sender.Send(t.Context(), wanted)
		if tt.args != "" {
			require.NoError(t, err)
			require.Equal(t, tt.args, x.said("args"))
			continue
		}
		require.Equal(t, relayapi.FailureConfig, failure(t, err).Class)
		require.NoFileExists(t, filepath.Join(x.bin, "args"))
	}
}

func TestTermuxDoesNotSendWhatItCannotLookFor(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]string{
		"permission": `echo '` + denied + `'`, "not JSON": `echo hello`, "exit code": `echo "too bad" >&2; exit 3`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTermux(t)
			x.program("termux-sms-list", list)
			failed := failure(t, x.send(x.sender(), time.Minute))
			require.Equal(t, relayapi.FailureConfig, failed.Class)
			require.False(t, failed.MayHaveSent)
			require.NoFileExists(t, filepath.Join(x.bin, "args"))
		})
	}
}

func TestTermuxSendIsRefused(t *testing.T) {
	t.Parallel()
	x := newTermux(t)
	x.program("termux-sms-send", `echo '`+denied+`'`)
	failed := failure(t, x.send(x.sender(), time.Minute))
	require.Equal(t, relayapi.FailureConfig, failed.Class)
	require.False(t, failed.MayHaveSent)
	require.Contains(t, failed.Text, "android.permission.READ_SMS")
}

// What the program says and whether it ends is no proof either way: the box is.
func TestTermuxSendThatFailsMayHaveSent(t *testing.T) {
	t.Parallel()
	t.Run("exit code", func(t *testing.T) {
		t.Parallel()
		x := newTermux(t)
		x.program("termux-sms-send", `cat >&2; exit 1`)
		failed := failure(t, x.send(x.sender(), 300*time.Millisecond))
		require.True(t, failed.MayHaveSent)
		require.NotContains(t, failed.Text, "824913")
		require.Contains(t, failed.Text, "exit code 1")
	})
	t.Run("hangs, and has sent", func(t *testing.T) {
		t.Parallel()
		x := newTermux(t)
		x.boxes("next.json", boxed(3, "sent", number, body))
		x.program("termux-sms-send", `cp next.json boxes.json; exec sleep 600`)
		sender := x.sender()
		sender.Limit = 500 * time.Millisecond
		require.NoError(t, x.send(sender, time.Minute))
	})
}

func TestTermuxTakesNumbersOnly(t *testing.T) {
	t.Parallel()
	x := newTermux(t)
	for _, to := range []relayapi.Number{"", "-h", "+8613800138000,+8613900139000"} {
		other := text()
		other.To = to
		require.Equal(t, relayapi.FailureInvalidNumber, failure(t, x.sender().Send(t.Context(), other)).Class)
	}
	require.NoFileExists(t, filepath.Join(x.bin, "args"))
}

func TestG3TermuxSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*termux)
		want  string
	}{
		{"termux-sms-send", func(x *termux) { x.missing("termux-sms-send") }, "termux-sms-send is not there"},
		{"termux-sms-list", func(x *termux) { x.missing("termux-sms-list") }, "termux-sms-list is not there"},
		{"permission", func(x *termux) { x.program("termux-sms-list", `echo '`+denied+`'`) }, "android.permission.READ_SMS"},
		{"app", func(x *termux) { x.program("termux-sms-list", `exec sleep 600`) }, "is the app Termux:API installed"},
		{"interpreter", func(x *termux) {
			syscall.ForkLock.RLock()
			defer syscall.ForkLock.RUnlock()
			require.NoError(x, os.WriteFile(filepath.Join(x.bin, "termux-sms-list"), []byte("#!/no/such/shell\n"), 0o600))
		}, "termux-sms-list cannot be started"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := newTermux(t)
			tt.spoil(x)
			sender := x.sender()
			sender.Limit = 500 * time.Millisecond
			failed := failure(t, sender.Ready(t.Context()))
			require.Equal(t, relayapi.FailureConfig, failed.Class)
			require.Contains(t, failed.Text, tt.want)
			require.False(t, *sender.Describe(t.Context()).MaySend)
		})
	}
}

func TestTermuxChecksNowAndThen(t *testing.T) {
	t.Parallel()
	x := newTermux(t)
	x.program("termux-sms-list", `echo x >> looks; cat boxes.json`)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	sender := x.sender()
	sender.Now = func() time.Time { return now }
	for range 3 {
		require.NoError(t, sender.Ready(t.Context()))
	}
	now = now.Add(5 * time.Minute)
	require.NoError(t, sender.Ready(t.Context()))
	require.Equal(t, 2, strings.Count(x.said("looks"), "x"))
}

func TestTermuxDescribes(t *testing.T) {
	t.Parallel()
	x := newTermux(t)
	sender := x.sender()
	require.NoError(t, sender.Ready(t.Context()))
	encoded, err := json.Marshal(sender.Describe(t.Context()))
	require.NoError(t, err)
	require.JSONEq(t, `{"battery_percent":80,"charging":true,"may_send":true,"sims":[{"slot":1,"carrier":"CMCC","ready":true}]}`, string(encoded))

	x.program("termux-telephony-deviceinfo", `printf '%s' '{"sim_state":"ready","sim_operator_name":" 中国\u0007移动 "}'`)
	require.Equal(t, "中国移动", sender.Describe(t.Context()).SIMs[0].Carrier)
	x.missing("termux-telephony-deviceinfo")
	x.program("termux-battery-status", `echo '{"percentage": 900}'`)
	second := x.sender()
	second.SIM = 2
	encoded, err = json.Marshal(second.Describe(t.Context()))
	require.NoError(t, err)
	require.JSONEq(t, `{"sims":[{"slot":2}]}`, string(encoded))
}

func TestTermuxValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, (&phone.Termux{}).Validate())
	require.ErrorContains(t, (&phone.Termux{SIM: 9}).Validate(), "SIM:")
	require.ErrorContains(t, (&phone.Termux{Poll: -1}).Validate(), "Poll")
}
