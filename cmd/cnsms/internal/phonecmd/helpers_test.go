//go:build unix

package phonecmd_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/phonecmd"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// asProgram is set when this test program is to be the command.
const asProgram = "CNSMS_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(beProgram())
	}
	goleak.VerifyTestMain(m)
}

// beProgram is "cnsms phone", as the program has it.
func beProgram() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	command := phonecmd.New(phonecmd.Env{Getenv: os.Getenv})
	command.SetArgs(os.Args[2:])
	if err := command.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// office is a gateway that is served on a loopback address, with a site and an operator.
type office struct {
	*testing.T

	gateway   *gateway.Gateway
	url, port string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	queue := memqueue.New()
	relay, err := gateway.New(gateway.Config{
		Queue: queue, Principals: memqueue.NewPrincipals(), Quotas: []gateway.Quota{},
		Tokens: []gateway.Token{
			{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("shop-token")},
			{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("phone-token")},
			{Name: "eva", Role: gateway.RoleOperator, Hash: gateway.HashToken("eva-token")},
		},
	})
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, end := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- relaydoor.Serve(ctx, listener, relay, relaydoor.ServeOptions{}) }()
	t.Cleanup(func() {
		end()
		require.NoError(t, <-served)
		require.NoError(t, queue.Close())
	})
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return &office{t, relay, "http://127.0.0.1:" + port, port}
}

func (o *office) who(name string) gateway.Principal {
	o.Helper()
	who, err := o.gateway.Authenticate(o.Context(), name+"-token")
	require.NoError(o, err)
	return who
}

func (o *office) code(i gateway.Invitation) string {
	o.Helper()
	code, err := o.gateway.NewRegistration(o.Context(), o.who("eva"), i)
	require.NoError(o, err)
	return string(code)
}

const (
	testTime = 30 * time.Second
	poll     = 2 * time.Millisecond
)

// stored submits a text as soon as a phone is there.
func (o *office) stored() gateway.Job {
	o.Helper()
	shop := o.who("shop")
	for {
		result, err := o.gateway.Submit(o.Context(), shop, gateway.Submission{To: "13800138000", Text: "Your code is 824913.", Wait: relayapi.MaxWait})
		if err == nil {
			return result.Job
		}
		require.ErrorIs(o, err, gateway.ErrNoPhoneOnline)
		require.NoError(o, o.Context().Err())
		runtime.Gosched()
	}
}

// submitted submits a text and waits until the phone has reported its outcome.
func (o *office) submitted() gateway.Job {
	o.Helper()
	job, err := o.gateway.Await(o.Context(), o.stored().ID, relayapi.MaxWait)
	require.NoError(o, err)
	return job
}

func (o *office) job(id string) gateway.Job {
	job, err := o.gateway.Job(o.Context(), o.who("shop"), id)
	require.NoError(o, err)
	return job
}

// folder is where a test keeps its files and programs.
type folder struct {
	*testing.T

	path string
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	return &folder{t, t.TempDir()}
}

func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

func (f *folder) write(name, content string) string {
	f.Helper()
	require.NoError(f, os.MkdirAll(filepath.Dir(f.file(name)), 0o700))
	require.NoError(f, os.WriteFile(f.file(name), []byte(content), 0o600))
	return f.file(name)
}

func (f *folder) read(name string) string {
	f.Helper()
	content, err := os.ReadFile(f.file(name))
	require.NoError(f, err)
	return string(content)
}

// program writes a shell script.
func (f *folder) program(name, script string) string {
	f.Helper()
	return f.executable(name, "#!/bin/sh\ncd '"+f.path+"' || exit 9\n"+script+"\n")
}

// executable writes a program. The lock keeps other tests from starting a process meanwhile,
// which would inherit the open file, so that the program could not be started.
func (f *folder) executable(name, content string) string {
	f.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	require.NoError(f, os.WriteFile(f.file(name), []byte(content), 0o700))
	return f.file(name)
}

// termux writes stubs of the programs of Termux: what is sent is in the sent box then.
func (f *folder) termux() {
	f.Helper()
	f.write("boxes.json", "[]")
	f.program("termux-sms-send", `body=$(cat); echo >> sent; printf '[{"_id":'$(wc -l < sent)',"type":"sent","number":"%s","body":"%s"}]' "$2" "$body" > boxes.json`)
	f.program("termux-sms-list", `cat boxes.json`)
}

// output collects what the command writes.
type output struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all.String()
}

// started is a command that runs.
type started struct {
	*testing.T

	out, log output
	stop     context.CancelFunc
	ended    chan error
}

// start runs the command with these flags. The environment is empty, and the system has a
// resolv.conf.
func start(t *testing.T, env phonecmd.Env, flags ...string) *started {
	t.Helper()
	if env.Getenv == nil {
		env.Getenv = func(string) string { return "" }
	}
	if env.Root == "" {
		f := newFolder(t)
		f.write("etc/resolv.conf", "nameserver 127.0.0.1\n")
		env.Root = f.path
	}
	s := &started{T: t, ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	command := phonecmd.New(env)
	command.SetArgs(flags)
	command.SetOut(&s.out)
	command.SetErr(&s.log)
	go func() { s.ended <- command.ExecuteContext(ctx) }()
	return s
}

// fails waits for the command's error.
func (s *started) fails(want string) {
	s.Helper()
	err := <-s.ended
	require.ErrorContains(s, err, want)
	s.showsNothing()
}

// ends stops the command.
func (s *started) ends() {
	s.Helper()
	s.stop()
	require.NoError(s, <-s.ended, s.log.String())
	s.showsNothing()
}

func (s *started) showsNothing() {
	s.Helper()
	for _, secret := range []string{"13800138000", "824913", "phone-token"} {
		require.NotContains(s, s.log.String()+s.out.String(), secret)
	}
}

// ready waits until the command says that it is.
func (s *started) ready() *started {
	s.Helper()
	require.Eventually(s, func() bool { return strings.Contains(s.out.String(), "ready") }, testTime, poll, s.log.String())
	return s
}

// lines is the log without empty lines.
func (s *started) lines() []string { return strings.Split(strings.TrimSpace(s.log.String()), "\n") }
