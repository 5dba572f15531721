//go:build linux

package phonecmd_test

import (
	"context"
	"encoding/binary"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// build builds the command without cgo.
func build(t *testing.T, to, goos, goarch string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "build", "-o", to, "github.com/cnsms/cnsms/cmd/cnsms")
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
}

func TestG5BuildsForAndroid(t *testing.T) {
	t.Parallel()
	build(t, newFolder(t).file("cnsms"), "android", "arm64")
}

// nameServer answers every question for an IPv4 address with 127.0.0.1, and returns its
// address.
func nameServer(t *testing.T) string {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		packet := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(answer(packet[:n]), from)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-ended
	})
	return conn.LocalAddr().String()
}

// answer is the response to a query with one question.
func answer(query []byte) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5
	response := append([]byte{}, query[:end]...)
	binary.BigEndian.PutUint16(response[2:], 0x8180)
	copy(response[6:12], make([]byte, 6))
	if binary.BigEndian.Uint16(query[end-4:]) == 1 { // A
		response[7] = 1
		response = append(response, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1)
	}
	return response
}

// The program runs where there is nothing: no resolv.conf, no certificates, no C library. As
// root it is locked up in an empty folder; anybody else's program sees the system, and asks the
// name server of the flag all the same.
func TestG5AStaticProgramResolvesNames(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	build(t, f.file("cnsms"), "linux", "")
	f.write("phone.token", "phone-token")
	program, tokenFile := f.file("cnsms"), f.file("phone.token")
	attributes := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		attributes.Chroot, program, tokenFile = f.path, "/cnsms", "/phone.token"
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	command := exec.CommandContext(ctx, program, "phone", "--gateway", "http://relay.test:"+o.port, "--plain-http", "--token-file", tokenFile,
		"--sender", "fake", "--dns", nameServer(t), "--pace", "0")
	command.SysProcAttr, command.Env, command.Dir = attributes, []string{}, "/"
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	var log output
	command.Stderr = &log
	require.NoError(t, command.Start())
	require.Equal(t, relayapi.StateSent, o.submitted().State, log.String())
	stop()
	err := command.Wait()
	require.True(t, err == nil || command.ProcessState.Success(), "%v: %s", err, log.String())
	require.Contains(t, log.String(), "stopped")
}
