package sitecmd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/sitecmd"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// office is a gateway with a site and a phone.
type office struct {
	*testing.T

	gateway    *gateway.Gateway
	url, token string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	queue := memqueue.New()
	g, err := gateway.New(gateway.Config{Queue: queue, Quotas: []gateway.Quota{}, Tokens: []gateway.Token{
		{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken("shop-token")},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken("phone-token")},
	}})
	require.NoError(t, err)
	server := httptest.NewServer(relaydoor.New(g))
	t.Cleanup(func() { require.NoError(t, g.Close()); server.Close() })
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("shop-token\n"), 0o600))
	return &office{t, g, server.URL, file}
}

// sender is a phone's.
type sender func(ctx context.Context, text phone.Text) error

func (s sender) Send(ctx context.Context, text phone.Text) error { return s(ctx, text) }

// phone is online, and sends.
func (o *office) phone(send sender) {
	o.Helper()
	agent, err := phone.New(phone.Config{BaseURL: o.url, Token: "phone-token", Sender: send})
	require.NoError(o, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = agent.Run(ctx) }()
	o.Cleanup(func() { cancel(); <-ended })
	o.online()
}

// online makes a request as the phone.
func (o *office) online() {
	o.Helper()
	who, err := o.gateway.Authenticate(o.Context(), "phone-token")
	require.NoError(o, err)
	_, err = o.gateway.Pull(o.Context(), who, gateway.PullRequest{})
	require.NoError(o, err)
}

func run(t *testing.T, c *cobra.Command, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetOut(&out)
	c.SetErr(io.Discard)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return strings.TrimSpace(out.String()), err
}

func (o *office) send(args ...string) (string, error) {
	o.Helper()
	return run(o.T, sitecmd.NewSend(), append([]string{"--gateway", o.url, "--token-file", o.token, "--to", "13800138000", "--text", "hello"}, args...)...)
}

// code is the exit code of an error.
func code(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}

func TestSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.phone(func(context.Context, phone.Text) error { return nil })
	said, err := o.send()
	require.NoError(t, err)
	require.Contains(t, said, "sent to ")
	require.NotContains(t, said, "13800138000")
	id := said[strings.LastIndex(said, " ")+1:]
	status, err := run(t, sitecmd.NewStatus(), "--gateway", o.url, "--token-file", o.token, id)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(status, id+": sent\n"), status)
	require.Contains(t, status, "by phone old-phone")
}

func TestNotSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.send()
	require.ErrorContains(t, err, "the text was not sent: ")
	require.Equal(t, 1, code(err))
	o.phone(func(context.Context, phone.Text) error {
		return &phone.Error{Class: relayapi.FailureInvalidNumber, Text: "no such number"}
	})
	_, err = o.send()
	require.ErrorContains(t, err, "the text was not sent: ")
	require.Equal(t, 1, code(err))
}

func TestMayHaveSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.phone(func(context.Context, phone.Text) error {
		return &phone.Error{Class: relayapi.FailureUnknown, Text: "who knows", MayHaveSent: true}
	})
	_, err := o.send()
	require.ErrorContains(t, err, "the text may have been sent: ")
	require.Equal(t, 3, code(err))
}

func TestNotWaiting(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.online()
	said, err := o.send("--wait", "0")
	require.NoError(t, err)
	require.Contains(t, said, "the gateway has the text for ")
}

// TestWrongCommandLine ends with 2, and says which flag is wrong.
func TestWrongCommandLine(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--gateway", ""}, "--gateway: want the gateway's URL"},
		{[]string{"--token-file", "nowhere"}, "--token-file: "},
		{[]string{"--token-file", empty}, "--token-file: want a file with the token"},
		{[]string{"--to", "12"}, "--to: "},
		{[]string{"--text", ""}, "--text: want the text"},
		{[]string{"--gateway", "http://relay.example.com"}, "--plain-http allows it"},
		{[]string{"--lane", "A B"}, "--lane: "},
	} {
		_, err := o.send(c.args...)
		require.ErrorContains(t, err, c.want)
		require.Equal(t, 2, code(err), c.want)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	said, err := run(t, sitecmd.NewStatus(), "--gateway", o.url)
	require.NoError(t, err)
	require.Equal(t, "the gateway works: ok", said)
}

func TestStatusRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	twoLines := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(twoLines, []byte("a\nb"), 0o600))
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{}, "--gateway: want the gateway's URL", 2},
		{[]string{"--gateway", "relay"}, "--gateway: want https://", 2},
		{[]string{"--gateway", "http://relay.example.com", "--token-file", o.token, "a"}, "--gateway: want https://", 2},
		{[]string{"--gateway", "http://127.0.0.1.example.com", "--token-file", o.token, "a"}, "--gateway: want https://", 2},
		{[]string{"--gateway", o.url, "--token-file", twoLines, "a"}, "--token-file: the token has a space", 2},
		{[]string{"--gateway", other.URL}, "is no gateway", 1},
		{[]string{"--gateway", gone.URL}, "cannot be reached", 1},
		{[]string{"--gateway", o.url, "--token-file", o.token, "nobody"}, "unknown_job", 1},
		{[]string{"--gateway", o.url, "a"}, "--token-file: want a file", 2},
	} {
		_, err := run(t, sitecmd.NewStatus(), c.args...)
		require.ErrorContains(t, err, c.want)
		require.Equal(t, c.code, code(err), c.want)
	}
}

// A wrong command line says what is missing.
func ExampleNewSend() {
	send := sitecmd.NewSend()
	send.SilenceErrors, send.SilenceUsage = true, true
	send.SetArgs([]string{"--gateway", "", "--to", "13800138000", "--text", "hello"})
	fmt.Println(send.Execute())
	// Output: --gateway: want the gateway's URL, such as https://relay.example.com
}
