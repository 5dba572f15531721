//go:build unix

package phonecmd_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/phonecmd"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestAPersonPairsByTypingOneCode(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	f.termux()
	code := o.code(gateway.Invitation{})
	typed := strings.ToUpper(code[:4]) + "-" + code[4:]
	s := start(t, phonecmd.Env{Bin: f.path}, "--gateway", o.url, "--token-file", f.file("phone.token"), "--code", typed, "--name", "kitchen", "--mute", "--pace", "0", "--json")
	job := o.submitted()
	require.Equal(t, relayapi.StateSent, job.State)
	require.Equal(t, "kitchen", job.Phone)
	s.ends()

	info, err := os.Stat(f.file("phone.token"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	token := strings.TrimSpace(f.read("phone.token"))
	require.Len(t, token, 43)
	require.NotContains(t, s.log.String()+s.out.String(), token)
	require.NotContains(t, s.log.String(), code)
	require.JSONEq(t, `{"event":"ready","lanes":["text"],"sender":"termux"}`, s.out.String())
	for _, line := range s.lines() {
		require.True(t, json.Valid([]byte(line)), line)
	}

	again := start(t, phonecmd.Env{Bin: f.path}, "--gateway", o.url, "--token-file", f.file("phone.token"), "--mute", "--pace", "0")
	require.Equal(t, relayapi.StateSent, o.submitted().State)
	again.ends()
	require.Equal(t, "ready: lanes text, sender termux\n", again.out.String())
}

func TestPairingFails(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	code := o.code(gateway.Invitation{})
	pair := func(t *testing.T, code string, more ...string) *started {
		t.Helper()
		return start(t, phonecmd.Env{}, append([]string{"--gateway", o.url, "--token-file", f.file("token"), "--sender", "fake", "--code", code}, more...)...)
	}
	pair(t, "no-such-code").fails("registration_unknown")
	require.NoFileExists(t, f.file("token"), "the next attempt finds no leftovers")
	pair(t, code, "--name", "old-phone").fails("name_taken")
	pair(t, o.code(gateway.Invitation{Role: gateway.RoleSite}), "--name", "a").fails("the code is for a site")
	require.NoFileExists(t, f.file("token"))

	f.write("token", "phone-token")
	pair(t, code).fails("the file exists")
	require.Equal(t, "phone-token", f.read("token"))
	require.NoError(t, os.Remove(f.file("token")))
	pair(t, code, "--name", "b").ready().ends()
	require.NoError(t, os.Remove(f.file("token")))
	pair(t, code, "--name", "c").fails("registration_used")

	start(t, phonecmd.Env{}, "--gateway", o.url, "--token-file", f.file("missing/token"), "--sender", "fake", "--code", o.code(gateway.Invitation{})).
		fails("--token-file:")
}

func TestG3WrongTokensEndTheCommand(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, token, lane, want string }{
		{"unknown", "no-such-token", "text", "the gateway does not accept the token"},
		{"of a site", "shop-token", "text", "the gateway does not accept the token"},
		{"not for the lane", "phone-token", "mob", "not for the lane mob"},
		{"empty", "", "text", "--token-file: the file is empty"},
	}
	o := newOffice(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			start(t, phonecmd.Env{}, "--gateway", o.url, "--token-file", f.write("token", tt.token), "--sender", "fake", "--lane", tt.lane).fails(tt.want)
		})
	}
	start(t, phonecmd.Env{}, "--gateway", o.url, "--token-file", newFolder(t).file("token"), "--sender", "fake").fails("run this once with --code CODE")
}

func TestG3AMissingSenderEndsTheCommand(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	flags := []string{"--gateway", "https://127.0.0.1:1", "--token-file", f.write("token", "phone-token")}
	start(t, phonecmd.Env{Bin: f.path}, flags...).fails("termux-sms-send is not there")
	start(t, phonecmd.Env{}, append(flags, "--sender", "exec", "--command", f.file("gammu")+" sendsms TEXT {to}")...).fails("gammu is not there")
	start(t, phonecmd.Env{}, append(flags, "--sender", "fake", "--speak-command", f.file("espeak"))...).fails("--speak-command:")
	f.termux()
	f.program("termux-sms-list", `echo '{"error": "Please grant the following permission to use this command: android.permission.READ_SMS"}'`)
	start(t, phonecmd.Env{Bin: f.path}, flags...).fails("android.permission.READ_SMS")
}

func TestG1AnExitCodeIsNoProofOfSending(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		flags []string
		want  relayapi.State
	}{
		{"trusted", []string{"--trust-exit-code"}, relayapi.StateSent},
		{"not trusted", nil, relayapi.StateTaken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, f := newOffice(t), newFolder(t)
			command := f.program("send", `cat > text; printf '%s' "$1" > number`)
			s := start(t, phonecmd.Env{}, append([]string{
				"--gateway", o.url, "--token-file", f.write("token", "phone-token"), "--sender", "exec", "--command", command + " {to}", "--pace", "0",
			}, tt.flags...)...)
			id := o.stored().ID
			require.Eventually(t, func() bool { _, err := os.Stat(f.file("number")); return err == nil }, testTime, poll)
			s.ends() // finishes the text in hand
			require.Equal(t, tt.want, o.job(id).State)
			require.Equal(t, "+8613800138000", f.read("number"))
			require.Equal(t, "Your code is 824913.", f.read("text"))
			require.Equal(t, tt.want == relayapi.StateTaken, strings.Contains(s.log.String(), "a command's exit code proves nothing"))
		})
	}
}

func TestFlagsAreCheckedTogether(t *testing.T) {
	t.Parallel()
	s := start(t, phonecmd.Env{}, "--sender", "pigeon", "--sim", "9", "--language", "fr", "--speak-every", "1ms", "--pace", "-1s",
		"--dns", "example.com", "--trust-exit-code", "--exit-class", "0=limit", "--exit-may-have-sent", "0", "--gateway", "http://relay.example.com")
	err := <-s.ended
	for _, flag := range []string{"--gateway: want https", "--plain-http", "--token-file", "--sender", "--sim", "--language", "--speak-every", "--pace", "--dns", "--trust-exit-code", "--exit-class:", "--exit-may-have-sent:"} {
		require.ErrorContains(t, err, flag)
	}
	start(t, phonecmd.Env{}, "--sender", "exec", "--command", "send", "--sim", "9").fails("--command: want the command that sends, with {to}")
}

func TestExitCodesHaveAMeaning(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	s := start(t, phonecmd.Env{}, "--gateway", o.url, "--token-file", f.write("token", "phone-token"), "--sender", "exec", "--pace", "0",
		"--command", f.program("send", "exit 65")+" {to}", "--exit-class", "65=rejected", "--exit-may-have-sent", "65,75")
	job := o.submitted()
	s.ends()
	require.Equal(t, relayapi.StateFailed, job.State)
	failure := job.History[len(job.History)-1].Failure
	require.Equal(t, &relayapi.Failure{Class: relayapi.FailureRejected, Text: "exit code 65", MayHaveSent: true}, failure)
}

func TestTheGatewayKnowsThePhone(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	f.termux()
	f.program("termux-battery-status", `echo '{"percentage": 80, "status": "DISCHARGING"}'`)
	s := start(t, phonecmd.Env{Bin: f.path}, "--gateway", o.url, "--token-file", f.write("token", "phone-token"), "--mute")
	o.submitted()
	phones, err := o.gateway.Phones(t.Context(), o.who("eva"))
	require.NoError(t, err)
	require.Len(t, phones, 1)
	require.Equal(t, "cnsms phone", phones[0].Device.App)
	require.Equal(t, 80, *phones[0].Device.BatteryPercent)
	require.True(t, *phones[0].Device.MaySend)
	s.ends()
}

func TestTheErrorsAreSpoken(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	f.termux()
	f.program("termux-tts-speak", `cat > words.new; mv words.new words`)
	s := start(t, phonecmd.Env{Bin: f.path}, "--gateway", o.url, "--token-file", f.write("token", "phone-token"), "--speak-every", "1s", "--language", "en")
	require.Eventually(t, func() bool { _, err := os.Stat(f.file("words")); return err == nil }, testTime, poll)
	require.Equal(t, "0 errors", f.read("words"))
	s.ends()

	f.termux()
	require.NoError(t, os.Remove(f.file("termux-tts-speak")))
	silent := start(t, phonecmd.Env{Bin: f.path}, "--gateway", o.url, "--token-file", f.file("token"))
	o.submitted()
	silent.ends()
	require.Contains(t, silent.log.String(), "termux-tts-speak is not there")
}
