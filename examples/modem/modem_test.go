//go:build unix

// Package modem_test runs the scripts for modems with programs that only pretend.
package modem_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	number = "+8613800138000"
	made   = `Successfully created new SMS: /org/freedesktop/ModemManager1/SMS/21`
)

// modem is a sender that runs a script with the flags of the page, and with a program of this
// content in its path.
func modem(t *testing.T, script, program, content string) *phone.Exec {
	t.Helper()
	bin, path := t.TempDir(), "/nowhere" // with nothing of this machine
	if content != "" {
		path = bin + ":/usr/bin:/bin"
		syscall.ForkLock.RLock() // another test's new process would inherit the open file
		defer syscall.ForkLock.RUnlock()
		require.NoError(t, os.WriteFile(filepath.Join(bin, program), []byte("#!/bin/sh\ncd "+bin+"\n"+content), 0o700))
	}
	folder, err := os.Getwd()
	require.NoError(t, err)
	return &phone.Exec{
		Command: "/bin/sh", Args: []string{"-c", `PATH="$1" exec "$2" "$3"`, "sh", path, filepath.Join(folder, script), "{to}"},
		TrustExitCode: true, MayHaveSent: []int{75},
		Classes: map[int]relayapi.FailureClass{65: relayapi.FailureRejected, 69: relayapi.FailureNoService, 78: relayapi.FailureConfig},
	}
}

func TestModems(t *testing.T) {
	t.Parallel()
	mmcli := func(state, code string) string {
		return `case "$*" in *create*) [ "$3" = "--messaging-create-sms=text='Your code is 824913.',number='` + number + `'" ] && echo "` + made + `" ;;
*keyvalue) echo "sms.properties.state : ` + state + `" ;; *--send) exit ` + code + ` ;; esac`
	}
	const gammu = `[ "$*" = "sendsms TEXT ` + number + ` -unicode -autolen 1000" ] && [ "$(cat)" = "Your code is 824913." ] || exit 9
printf '%s' "Sending SMS 1/1....waiting for network answer.."; `
	tests := []struct {
		name, script, program, content string
		class                          relayapi.FailureClass // empty: sent
		mayHaveSent                    bool
	}{
		{"sent", "gammu.sh", "gammu", gammu + `echo "OK, message reference=7"`, "", false},
		{"refused", "gammu.sh", "gammu", gammu + `echo "error 38, message reference=-1"; exit 127`, relayapi.FailureRejected, false},
		{"exit code 0, and refused", "gammu.sh", "gammu", gammu + `echo "error 38, message reference=-1"`, relayapi.FailureRejected, false},
		{"no answer", "gammu.sh", "gammu", gammu + `exit 114`, relayapi.FailureUnknown, true},
		{"half of it", "gammu.sh", "gammu", gammu + `echo "OK"; echo "Sending SMS 2/2....waiting for network answer..error 38"; exit 1`, relayapi.FailureUnknown, true},
		{"no modem", "gammu.sh", "gammu", `echo "Error opening device, it doesn't exist."; exit 104`, relayapi.FailureNoService, false},
		{"sent", "mmcli.sh", "mmcli", mmcli("sent", "0"), "", false},
		{"refused", "mmcli.sh", "mmcli", mmcli("stored", "1"), relayapi.FailureRejected, false},
		{"exit code 0, and not sent", "mmcli.sh", "mmcli", mmcli("stored", "0"), relayapi.FailureUnknown, true},
		{"on its way", "mmcli.sh", "mmcli", mmcli("sending", "1"), relayapi.FailureUnknown, true},
		{"no modem", "mmcli.sh", "mmcli", `echo "error: couldn't find modem" >&2; exit 1`, relayapi.FailureNoService, false},
		{"not there", "gammu.sh", "gammu", "", relayapi.FailureConfig, false},
		{"not there", "mmcli.sh", "mmcli", "", relayapi.FailureConfig, false},
	}
	for _, tt := range tests {
		t.Run(tt.script+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			sender := modem(t, tt.script, tt.program, tt.content)
			require.NoError(t, sender.Validate())
			err := sender.Send(t.Context(), phone.Text{To: number, Body: "Your code is 824913."})
			if tt.class == "" {
				require.NoError(t, err)
				return
			}
			var failed *phone.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, tt.class, failed.Class, failed.Text)
			require.Equal(t, tt.mayHaveSent, failed.MayHaveSent)
		})
	}
}

func TestMMCLITakesOneKindOfQuotationMarks(t *testing.T) {
	t.Parallel()
	sender := modem(t, "mmcli.sh", "mmcli", `echo x >> ran; [ "$3" = "--messaging-create-sms=text=\"it's 1\",number='`+number+`'" ] && echo "`+made+`"
echo "sms.properties.state : sent"`)
	require.NoError(t, sender.Send(t.Context(), phone.Text{To: number, Body: "it's 1"}))
	var failed *phone.Error
	require.ErrorAs(t, sender.Send(t.Context(), phone.Text{To: number, Body: `it's "1"`}), &failed)
	require.False(t, failed.MayHaveSent)
	require.Contains(t, failed.Text, "both kinds of quotation marks")
}
