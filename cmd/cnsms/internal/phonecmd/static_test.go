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

// staticProgram names a program that was built without cgo, to be tested in the place of this
// one: .ci/run builds it, and the one for Android.
const staticProgram = "CNSMS_STATIC_PROGRAM"

// The program runs where there is nothing: no resolv.conf, no certificates, no C library. As
// root, a static one is locked up in an empty folder; any other sees the system, and asks the
// name server of the flag all the same.
func TestG5AStaticProgramResolvesNames(t *testing.T) {
	t.Parallel()
	o, f := newOffice(t), newFolder(t)
	program, tokenFile, env := os.Args[0], f.write("phone.token", "phone-token"), []string{asProgram + "=yes"}
	attributes := &syscall.SysProcAttr{}
	if static := os.Getenv(staticProgram); static != "" {
		content, err := os.ReadFile(static)
		require.NoError(t, err)
		program, env = f.executable("cnsms", string(content)), []string{}
		if os.Geteuid() == 0 {
			attributes.Chroot, program, tokenFile = f.path, "/cnsms", "/phone.token"
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	command := exec.CommandContext(ctx, program, "phone", "--gateway", "http://relay.test:"+o.port, "--plain-http", "--token-file", tokenFile,
		"--sender", "fake", "--dns", nameServer(t), "--pace", "0")
	command.SysProcAttr, command.Env, command.Dir = attributes, env, "/"
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
