//go:build unix

package gatewaycmd_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
	"github.com/cnsms/cnsms/cmd/cnsms/internal/gatewaycmd"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// running is a gateway that runs until the test ends.
type running struct {
	*testing.T

	data, url, metrics string
	logs               *logs
	end                func() error
}

// logs are written by the gateway while the test reads.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// folder is one whose name is short, as a socket's path must be.
func folder(t *testing.T) string {
	t.Helper()
	name, err := os.MkdirTemp("", "cn") //nolint:usetesting // t.TempDir is too long for a socket
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(name)) })
	return name
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{T: t, data: filepath.Join(folder(t), "relay.db"), logs: &logs{}}
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	c := gatewaycmd.New()
	c.SilenceUsage, c.SilenceErrors = true, true
	c.SetArgs(append([]string{"--listen", "127.0.0.1:0", "--data", r.data, "--json"}, args...))
	c.SetOut(write)
	c.SetErr(r.logs)
	ended := make(chan error, 1)
	go func() {
		err := c.ExecuteContext(ctx)
		_ = write.CloseWithError(err)
		ended <- err
	}()
	r.end = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { require.NoError(t, r.end()) })
	var ready struct {
		Ready        bool
		URL, Metrics string
	}
	require.NoError(t, json.NewDecoder(read).Decode(&ready))
	require.True(t, ready.Ready)
	r.url, r.metrics = ready.URL, ready.Metrics
	return r
}

// token makes a token through the socket.
func (r *running) token(role, name string) string {
	r.Helper()
	tokens, err := admin.Dial(r.data)
	require.NoError(r, err)
	secret, err := tokens.Create(r.Context(), admin.Token{Role: role, Name: name})
	require.NoError(r, err)
	return string(secret)
}

// ask makes a request and returns the status and the body.
func (r *running) ask(method, url, token, body string) (int, string) {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), method, url, strings.NewReader(body))
	require.NoError(r, err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(request)
	require.NoError(r, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(r, err)
	return response.StatusCode, string(text)
}

func TestDoorsOfTheGateway(t *testing.T) {
	t.Parallel()
	r := start(t)
	status, body := r.ask(http.MethodGet, r.url+relayapi.PathHealth, "", "")
	require.Equal(t, http.StatusOK, status, body)
	status, _ = r.ask(http.MethodGet, r.url+"/mobile/v1/message", "", "")
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = r.ask(http.MethodGet, r.url+"/", "", "")
	require.Equal(t, http.StatusUnauthorized, status, "the pages ask for a login")
	require.Contains(t, r.logs.String(), "cnsms token create operator me")
	require.Empty(t, r.metrics)
}

func TestClosedDoors(t *testing.T) {
	t.Parallel()
	r := start(t, "--config", written(t, "app: {enabled: false}\ndashboard: {enabled: false}\n"))
	for _, path := range []string{"/mobile/v1/message", "/", "/login"} {
		status, _ := r.ask(http.MethodGet, r.url+path, "", "")
		require.Equal(t, http.StatusNotFound, status, path)
	}
	tokens, err := admin.Dial(r.data)
	require.NoError(t, err)
	_, err = tokens.Code(t.Context(), admin.Invitation{App: true})
	require.ErrorContains(t, err, "app.enabled")
}

func TestAppCode(t *testing.T) {
	t.Parallel()
	private := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.WriteFile(private, []byte("0123456789abcdef\n"), 0o600))
	r := start(t, "--app-token-file", private)
	tokens, err := admin.Dial(r.data)
	require.NoError(t, err)
	code, err := tokens.Code(t.Context(), admin.Invitation{App: true, For: time.Minute})
	require.NoError(t, err)
	require.Len(t, string(code), 8)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	r := start(t, "--metrics", "127.0.0.1:0")
	phone, site := r.token("phone", "old-phone"), r.token("site", "shop")
	status, body := r.ask(http.MethodPost, r.url+relayapi.PathPull, phone, `{"interval_ms":600000,"device":{"battery_percent":71}}`)
	require.Equal(t, http.StatusOK, status, body)
	status, body = r.ask(http.MethodPost, r.url+relayapi.PathSubmissions, site, `{"to":"+8613800138000","text":"Your code is 824913."}`)
	require.Equal(t, http.StatusCreated, status, body)
	status, _ = r.ask(http.MethodPost, r.url+relayapi.PathSubmissions, site, `{"to":"+8613800138000","text":"Your code is 824914."}`)
	require.Equal(t, http.StatusTooManyRequests, status)
	status, body = r.ask(http.MethodGet, r.metrics, "", "")
	require.Equal(t, http.StatusOK, status)
	for _, line := range []string{
		"cnsms_relay_up 1", `cnsms_relay_jobs{lane="text",state="queued"} 1`, `cnsms_relay_phone_online{phone="old-phone"} 1`,
		`cnsms_relay_phone_battery_percent{phone="old-phone"} 71`, `cnsms_relay_refusals_total{code="recipient_quota"} 1`,
		`cnsms_relay_request_seconds_count{route="POST /v1/messages",status="201"} 1`, `window="segments_minute"} 24`,
	} {
		require.Contains(t, body, line)
	}
	require.NotContains(t, body, "138001")
	require.NotContains(t, body, "8249")
	status, _ = r.ask(http.MethodGet, r.url+"/metrics", "", "")
	require.NotEqual(t, http.StatusOK, status, "the doors have no metrics")
	require.Contains(t, logged(r, "phone is online"), "battery_percent=71")
}

// logged waits for a line of the log.
func logged(r *running, what string) string {
	r.Helper()
	require.Eventually(r, func() bool { return strings.Contains(r.logs.String(), what) }, 10*time.Second, 10*time.Millisecond)
	for line := range strings.Lines(r.logs.String()) {
		if strings.Contains(line, what) {
			return line
		}
	}
	return ""
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	short := filepath.Join(t.TempDir(), "short")
	require.NoError(t, os.WriteFile(short, []byte("secret"), 0o600))
	used := start(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"address in use":     {[]string{"--listen", strings.TrimPrefix(used.url, "http://")}, "listen: "},
		"metrics in use":     {[]string{"--metrics", strings.TrimPrefix(used.url, "http://")}, "metrics.listen: "},
		"short token":        {[]string{"--app-token-file", short}, "app.private_token_file: want at least 16"},
		"no token":           {[]string{"--app-token-file", "nowhere"}, "app.private_token_file: "},
		"no certificate":     {[]string{"--tls-cert", "nowhere", "--tls-key", "nowhere"}, "tls: "},
		"data in use":        {[]string{"--data", used.data}, "relay.db"},
		"role":               {[]string{"--config", written(t, "tokens: [{name: a, role: king, hash: b}]\n")}, "tokens[0].role: want site, phone or operator"},
		"hash":               {[]string{"--config", written(t, "tokens: [{name: a, role: site, hash: b}]\n")}, "Hash"},
		"quota":              {[]string{"--config", written(t, "quotas: [{limit: 0, window: 1m}]\n")}, "Quotas[0]"},
		"budget":             {[]string{"--config", written(t, "budgets: {sim: {gap: -1s}}\n")}, "Gap"},
		"alarm to nobody":    {[]string{"--config", written(t, "alarm: {silence: 5m}\n")}, "alarm.webhook"},
		"alarm":              {[]string{"--config", written(t, "alarm: {webhook: 'https://hooks.example.com', silence: -5m}\n")}, "alarm: "},
		"alarm's secret":     {[]string{"--config", written(t, "alarm: {webhook: 'https://hooks.example.com', secret_file: nowhere}\n")}, "alarm.secret_file"},
		"something in place": {[]string{"--data", occupied(t)}, "is no socket"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gatewaycmd.New()
			g.SilenceUsage, g.SilenceErrors = true, true
			g.SetArgs(append([]string{"--listen", "127.0.0.1:0", "--data", filepath.Join(folder(t), "relay.db")}, c.args...))
			g.SetOut(io.Discard)
			g.SetErr(io.Discard)
			require.ErrorContains(t, g.ExecuteContext(t.Context()), c.want)
		})
	}
}

// occupied is a data file whose socket's place is taken by a file.
func occupied(t *testing.T) string {
	t.Helper()
	data := filepath.Join(folder(t), "relay.db")
	require.NoError(t, os.WriteFile(admin.SocketPath(data), nil, 0o600))
	return data
}

// certificate writes a new certificate for 127.0.0.1 and returns it.
func certificate(t *testing.T, cert, key string, at time.Time) *x509.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(at.Unix()), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes}), 0o600))
	require.NoError(t, os.Chtimes(cert, at, at))
	require.NoError(t, os.Chtimes(key, at, at))
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return made
}

func TestCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	first := certificate(t, cert, key, time.Unix(1_700_000_000, 0))
	r := start(t, "--tls-cert", cert, "--tls-key", key)
	address, ok := strings.CutPrefix(r.url, "https://")
	require.True(t, ok)
	requireShown := func(want *x509.Certificate, why string) {
		trusted := x509.NewCertPool()
		trusted.AddCert(want)
		dialer := &tls.Dialer{Config: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		require.NoError(t, err, why)
		require.NoError(t, conn.Close())
	}
	requireShown(first, "the certificate that it began with")
	second := certificate(t, cert, key, time.Unix(1_700_000_100, 0))
	requireShown(second, "a new file is read")
	require.NoError(t, os.WriteFile(cert, []byte("broken"), 0o600))
	requireShown(second, "a broken file changes nothing")
	require.Contains(t, r.logs.String(), "the new certificate cannot be read")
}

func TestGatewayEndsInGoodOrder(t *testing.T) {
	t.Parallel()
	r := start(t)
	require.NoError(t, r.end())
	_, err := admin.Dial(r.data)
	require.ErrorIs(t, err, admin.ErrNotRunning)
	again := start(t)
	require.NoError(t, again.end())
}
