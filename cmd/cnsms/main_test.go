//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// testTime is far more than any step takes.
const testTime = 30 * time.Second

// TestProgram runs the built program as a newcomer does: a gateway, tokens, a phone, a text;
// then it kills the gateway, and ends the next one by SIGTERM.
func TestProgram(t *testing.T) {
	t.Parallel()
	p := build(t)
	gateway := p.start("gateway", "--listen", "127.0.0.1:0", "--data", p.data, "--json", "--log-format", "json")
	url := gateway.ready()
	site := p.siteToken()
	phone := p.startPhone(url)
	sent := p.sends(url, site, 0)
	require.Contains(t, sent, "sent to ")
	id := sent[strings.LastIndex(sent, " ")+1:]

	gateway.kill()
	phone.terminate()
	gateway = p.start("gateway", "--listen", strings.TrimPrefix(url, "http://"), "--data", p.data, "--json")
	require.Equal(t, url, gateway.ready())
	status, code := p.run("status", "--gateway", url, "--token-file", site, id)
	require.Zero(t, code, status)
	require.Contains(t, status, "sent")
	gateway.terminate()
}

// TestProgramKeepsWhatWaits kills the gateway while a job waits for a phone: the next gateway
// has it, and a phone sends it.
func TestProgramKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	p := build(t)
	gateway := p.start("gateway", "--listen", "127.0.0.1:0", "--data", p.data, "--json")
	url := gateway.ready()
	site := p.siteToken()
	first := p.startPhone(url)
	p.sends(url, site, 0) // now a phone is known to be there
	first.terminate()
	stored, code := p.run("send", "--gateway", url, "--token-file", site, "--to", "13900139000", "--text", "hello", "--wait", "0")
	require.Zero(t, code, stored)
	id := stored[strings.LastIndex(stored, " ")+1:]
	gateway.kill()

	gateway = p.start("gateway", "--listen", strings.TrimPrefix(url, "http://"), "--data", p.data, "--json")
	gateway.ready()
	phone := p.startPhone(url)
	require.Eventually(t, func() bool {
		status, code := p.run("status", "--gateway", url, "--token-file", site, id)
		return code == 0 && strings.HasPrefix(status, id+": sent")
	}, testTime, 50*time.Millisecond)
	phone.terminate()
	gateway.terminate()
}

// TestHangUp ends a phone in good order when its terminal is closed, and not at all when
// somebody has that signal ignored.
func TestHangUp(t *testing.T) {
	t.Parallel()
	notIgnored := make(chan os.Signal, 1)
	signal.Notify(notIgnored, syscall.SIGHUP) // else the programs inherit that it is, when it is here
	defer signal.Stop(notIgnored)
	p := build(t)
	gateway := p.start("gateway", "--listen", "127.0.0.1:0", "--data", p.data, "--json")
	phone := p.startPhone(gateway.ready())
	require.NoError(t, phone.Process.Signal(syscall.SIGHUP))
	select {
	case <-phone.ended:
	case <-time.After(testTime):
		require.Fail(t, "it did not end")
	}
	require.Zero(t, phone.ProcessState.ExitCode(), phone.logs.String())

	kept := exec.CommandContext(t.Context(), "nohup", p.path, "gateway", "--listen", "127.0.0.1:0", "--data", p.data+"2", "--json")
	out, err := kept.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, kept.Start())
	lines := bufio.NewReader(out)
	_, err = lines.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, kept.Process.Signal(syscall.SIGHUP))
	require.NoError(t, kept.Process.Signal(syscall.SIGTERM))
	require.NoError(t, kept.Wait(), "SIGTERM was the first signal, and no second one")
	gateway.terminate()
}

// TestSecondSignal ends a gateway at once that still waits for a request to end.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	p := build(t)
	gateway := p.start("gateway", "--listen", "127.0.0.1:0", "--data", p.data, "--json", "--drain-for", "1h")
	url := gateway.ready()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()                                            // a server waits for seconds for what such a connection may ask
	said, code := p.run("status", "--gateway", url, "--token-file", p.siteToken()) // connections are accepted in order
	require.Zero(t, code, said)
	for gateway.Process.Signal(os.Interrupt) == nil {
		select {
		case <-gateway.ended:
		case <-time.After(time.Millisecond):
		}
	}
	<-gateway.ended
	ended, ok := gateway.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, ended.Signaled(), "it ended by itself, with %v: %s", gateway.ProcessState, gateway.logs)
}

// program is the built program and a gateway's file.
type program struct {
	*testing.T

	path, folder, data string
}

// TestMain builds the program once.
func TestMain(m *testing.M) { os.Exit(withProgram(m.Run)) }

var built string

func withProgram(run func() int) int {
	folder, err := os.MkdirTemp("", "cnsms")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	built = filepath.Join(folder, "cnsms")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil { //nolint:noctx // go test ends it
		panic(string(out))
	}
	return run()
}

// build returns the program, with a folder of its own.
func build(t *testing.T) *program {
	t.Helper()
	folder, err := os.MkdirTemp("", "cnsms") //nolint:usetesting // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	return &program{t, built, folder, filepath.Join(folder, "relay.db")}
}

// run runs a command to its end and returns what it printed, and its exit code.
func (p *program) run(args ...string) (string, int) {
	p.Helper()
	c := exec.CommandContext(p.Context(), p.path, args...)
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		require.NoError(p, err)
	}
	return strings.TrimSpace(string(out)), c.ProcessState.ExitCode()
}

// siteToken makes a site's token while the gateway runs, and returns its file.
func (p *program) siteToken() string {
	p.Helper()
	token, code := p.run("token", "create", "site", "shop", "--data", p.data)
	require.Zero(p, code, token)
	file := filepath.Join(p.folder, "shop")
	require.NoError(p, os.WriteFile(file, []byte(token+"\n"), 0o600))
	return file
}

// sends sends a text as soon as a phone is there.
func (p *program) sends(url, site string, want int) string {
	p.Helper()
	var said string
	require.Eventually(p, func() bool {
		var code int
		said, code = p.run("send", "--gateway", url, "--token-file", site, "--to", "13800138000", "--text", "hello")
		return code == want
	}, testTime, 50*time.Millisecond)
	return said
}

func (p *program) startPhone(url string) *process {
	p.Helper()
	code, status := p.run("token", "code", "--name", "old-phone", "--data", p.data)
	require.Zero(p, status, code)
	token := filepath.Join(p.folder, "phone-"+code[:4])
	phone := p.start("phone", "--gateway", url, "--code", code, "--token-file", token, "--sender", "fake", "--pace", "0s", "--json")
	phone.line()
	return phone
}

// process is a command that runs.
type process struct {
	*exec.Cmd

	t     *testing.T
	lines *bufio.Scanner
	logs  *bytes.Buffer
	ended chan struct{}
}

func (p *program) start(args ...string) *process {
	p.Helper()
	logs := &bytes.Buffer{}
	c := exec.Command(p.path, args...) //nolint:noctx // it ends by a signal
	c.Stderr = logs
	read, write, err := os.Pipe()
	require.NoError(p, err)
	c.Stdout = write
	require.NoError(p, c.Start())
	require.NoError(p, write.Close())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	p.Cleanup(func() {
		_ = c.Process.Kill()
		<-ended
		_ = read.Close()
	})
	return &process{c, p.T, bufio.NewScanner(io.Reader(read)), logs, ended}
}

// line returns the next line that it prints.
func (p *process) line() string {
	p.t.Helper()
	if !p.lines.Scan() {
		<-p.ended
		require.Fail(p.t, "no line", p.logs.String())
	}
	return p.lines.Text()
}

// ready waits for the ready line and returns the URL.
func (p *process) ready() string {
	p.t.Helper()
	var line struct {
		Ready bool
		URL   string
	}
	require.NoError(p.t, json.Unmarshal([]byte(p.line()), &line))
	require.True(p.t, line.Ready)
	return line.URL
}

func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.Process.Kill())
	<-p.ended
}

// terminate ends it in good order. Its log has no number.
func (p *process) terminate() {
	p.t.Helper()
	require.NoError(p.t, p.Process.Signal(syscall.SIGTERM))
	<-p.ended
	require.Zero(p.t, p.ProcessState.ExitCode(), p.logs.String())
	require.NotContains(p.t, p.logs.String(), "13800138000")
	require.NotContains(p.t, p.logs.String(), "hello")
}
