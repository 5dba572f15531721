//go:build unix

package admin_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
)

// folder is one whose name is short, as a socket's path must be.
func folder(t *testing.T) string {
	t.Helper()
	name, err := os.MkdirTemp("", "cn") //nolint:usetesting // t.TempDir is too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(name)) })
	return name
}

// local is a gateway of this process.
func local(t *testing.T) admin.Local {
	t.Helper()
	principals := memqueue.NewPrincipals()
	token, entry := admin.NewOperator()
	g, err := gateway.New(gateway.Config{Queue: memqueue.New(), Principals: principals, Tokens: []gateway.Token{entry}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return admin.Local{Gateway: g, Principals: principals, Operator: token}
}

// remote is the same gateway through its socket.
func remote(t *testing.T, l admin.Local) admin.Tokens {
	t.Helper()
	data := filepath.Join(folder(t), "relay.db")
	listener, err := admin.Listen(data)
	require.NoError(t, err)
	info, err := os.Stat(admin.SocketPath(data))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "nobody else may use it")
	server := &http.Server{Handler: admin.Handler(l), ReadHeaderTimeout: time.Second}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	t.Cleanup(func() { require.NoError(t, server.Close()); <-ended })
	tokens, err := admin.Dial(data)
	require.NoError(t, err)
	return tokens
}

func TestTokens(t *testing.T) {
	t.Parallel()
	t.Run("local", func(t *testing.T) { t.Parallel(); l := local(t); lifeOfTokens(t, l, l.Gateway) })
	t.Run("remote", func(t *testing.T) { t.Parallel(); l := local(t); lifeOfTokens(t, remote(t, l), l.Gateway) })
}

// lifeOfTokens makes tokens, uses, lists and revokes them.
func lifeOfTokens(t *testing.T, tokens admin.Tokens, g *gateway.Gateway) {
	t.Helper()
	ctx := t.Context()
	first, err := tokens.Create(ctx, admin.Token{Role: "site", Name: "shop", Lanes: []string{"otp"}, Limits: gateway.Limits{SubmitsPerDay: 7}})
	require.NoError(t, err)
	second, err := tokens.Create(ctx, admin.Token{Role: "site", Name: "shop"})
	require.NoError(t, err)
	phone, err := tokens.Create(ctx, admin.Token{Role: "phone", Name: "old-phone"})
	require.NoError(t, err)
	who, err := g.Authenticate(ctx, string(first), gateway.RoleSite)
	require.NoError(t, err)
	require.Equal(t, []string{"otp"}, who.Lanes)
	require.Equal(t, 7, who.Limits.SubmitsPerDay)

	all, err := tokens.List(ctx)
	require.NoError(t, err)
	require.Len(t, all, 3)
	id := gateway.HashToken(string(first))[:12]
	revoked, err := tokens.Revoke(ctx, id)
	require.NoError(t, err)
	require.Len(t, revoked, 1)
	require.Equal(t, id, revoked[0].ID)
	_, err = g.Authenticate(ctx, string(first))
	require.ErrorIs(t, err, gateway.ErrUnauthorized)
	_, err = g.Authenticate(ctx, string(second))
	require.NoError(t, err)
	revoked, err = tokens.Revoke(ctx, "shop")
	require.NoError(t, err)
	require.Len(t, revoked, 1, "the first is revoked already")
	_, err = tokens.Revoke(ctx, "shop")
	require.ErrorContains(t, err, `"shop"`)
	_, err = g.Authenticate(ctx, string(phone))
	require.NoError(t, err)

	_, err = tokens.Create(ctx, admin.Token{Role: "king", Name: "shop"})
	require.ErrorContains(t, err, "role: want site, phone or operator")
	_, err = tokens.Create(ctx, admin.Token{Role: "site"})
	require.Error(t, err)
	codes(t, tokens, g)
}

func codes(t *testing.T, tokens admin.Tokens, g *gateway.Gateway) {
	t.Helper()
	code, err := tokens.Code(t.Context(), admin.Invitation{Name: "second-phone", For: time.Minute})
	require.NoError(t, err)
	_, device, err := g.Register(t.Context(), code, "")
	require.NoError(t, err)
	require.Equal(t, "second-phone", device.Name)
	_, err = tokens.Code(t.Context(), admin.Invitation{App: true})
	require.ErrorContains(t, err, "app.enabled")
}

func TestAppCode(t *testing.T) {
	t.Parallel()
	l := local(t)
	l.AppCode = func(_ context.Context, operator gateway.Principal, i gateway.Invitation) (provider.Secret, error) {
		require.Equal(t, gateway.RoleOperator, operator.Role)
		require.Equal(t, "a", i.Name)
		return "12345678", nil
	}
	code, err := remote(t, l).Code(t.Context(), admin.Invitation{App: true, Name: "a"})
	require.NoError(t, err)
	require.Equal(t, "12345678", string(code))
}

// TestOpen makes a token in the file while no gateway runs.
func TestOpen(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "relay.db")
	_, _, err := admin.Open(data, false)
	require.ErrorContains(t, err, "--data")
	tokens, closeAll, err := admin.Open(data, true)
	require.NoError(t, err)
	_, err = tokens.Create(t.Context(), admin.Token{Role: "site", Name: "shop"})
	require.NoError(t, err)
	_, _, err = admin.Open(data, false)
	require.Error(t, err, "another has the file")
	require.NoError(t, closeAll())
	tokens, closeAll, err = admin.Open(data, false)
	require.NoError(t, err)
	all, err := tokens.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.NoError(t, closeAll())
}

// TestLeftOver is the socket of a process that was killed.
func TestLeftOver(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "relay.db")
	address := &net.UnixAddr{Name: admin.SocketPath(data), Net: "unix"}
	old, err := net.ListenUnix("unix", address)
	require.NoError(t, err)
	old.SetUnlinkOnClose(false)
	require.NoError(t, old.Close())
	_, err = admin.Dial(data)
	require.ErrorIs(t, err, admin.ErrNotRunning)
	listener, err := admin.Listen(data)
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.NoError(t, os.WriteFile(admin.SocketPath(data), nil, 0o600))
	_, err = admin.Listen(data)
	require.ErrorContains(t, err, "is no socket")
	_, err = admin.Listen(filepath.Join(folder(t), "nowhere", "relay.db"))
	require.Error(t, err)
}

func TestWhatIsNoGateway(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "relay.db")
	listener, err := admin.Listen(data)
	require.NoError(t, err)
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Second}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	tokens, err := admin.Dial(data)
	require.NoError(t, err)
	_, err = tokens.List(t.Context())
	require.ErrorContains(t, err, "404")
	require.NoError(t, server.Close())
	<-ended
	_, err = tokens.Revoke(t.Context(), "a")
	require.Error(t, err)
}

// FuzzHandler hands the socket any request: it is refused, or answered.
func FuzzHandler(f *testing.F) {
	f.Add("/create", `{"role":"site","name":"shop"}`)
	f.Add("/code", `{"for":-1}`)
	f.Add("/revoke", `{"which":""}`)
	f.Add("/list", `{}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		if !strings.HasPrefix(path, "/") {
			path = "/create"
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.URL.Path = path
		w := httptest.NewRecorder()
		admin.Handler(local(t)).ServeHTTP(w, r)
		require.Less(t, w.Code, http.StatusInternalServerError)
	})
}
