package sim_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// A closed server leaves no goroutine: every test of the package closes its own.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// post is a tiny service: POST /NAME with the body "number text" is answered
// with "ok ID" or "no CODE".
type post struct{ name string }

func (p post) Name() string              { return p.name }
func (p post) Owns(r *http.Request) bool { return r.URL.Path == "/"+p.name }

func (p post) Refusals() []sim.Refusal {
	refusals := []sim.Refusal{
		{Code: "poor", Kind: provider.KindBalance, Text: "no money left"},
		{Code: "often", Kind: provider.KindThrottled, Scope: provider.ScopePhone},
		{Code: "busy", Kind: provider.KindThrottled, Scope: provider.ScopeAccount},
	}
	if p.name == "post" {
		refusals = append(refusals, sim.Refusal{Code: "own", Kind: provider.KindBlocked})
	}
	return refusals
}

func (p post) Serve(c *sim.Call) {
	to, text, ok := strings.Cut(string(c.Body), " ")
	if !ok {
		c.Explain("body: want %q", "number text")
		c.Reply(http.StatusBadRequest, "text/plain", []byte("no sense"))
		return
	}
	if refusal, ok := c.Refusal(); ok {
		c.Reply(http.StatusOK, "text/plain", []byte("no "+refusal.Code))
		return
	}
	m := c.Accept(sim.Text{ID: fmt.Sprintf("%s-%d", p.name, c.Seq), To: to, Text: text})
	c.Reply(http.StatusOK, "text/plain", []byte("ok "+m.ID))
	c.ReplyHeader("X-Text", fmt.Sprint(m.Seq))
}

// bench is a server and a client that reaches it.
type bench struct {
	server *sim.Server
	client *http.Client
	url    string
}

// ways are the ways to reach a server: every behaviour is the same on all.
var ways = map[string]func(t *testing.T, cfg sim.Config, services ...sim.Service) bench{
	"loopback": overLoopback,
	"memory":   inMemory,
}

func overLoopback(t *testing.T, cfg sim.Config, services ...sim.Service) bench {
	t.Helper()
	server := sim.New(cfg, services...)
	require.NoError(t, server.Listen(t.Context(), "127.0.0.1:0"))
	transport := &http.Transport{}
	t.Cleanup(server.Close)
	t.Cleanup(transport.CloseIdleConnections)
	return bench{server, &http.Client{Transport: transport, CheckRedirect: stay}, server.URL()}
}

func inMemory(t *testing.T, cfg sim.Config, services ...sim.Service) bench {
	t.Helper()
	server := sim.New(cfg, services...)
	t.Cleanup(server.Close)
	return bench{server, &http.Client{Transport: server.Transport(), CheckRedirect: stay}, server.URL()}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// reply is what a client has read. Err is set when the exchange broke, also in
// the middle of the body.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

// send posts a body to a service of that name.
func (b bench) send(t *testing.T, service, body string) reply {
	t.Helper()
	return b.do(b.request(t, service, body))
}

func (b bench) request(t *testing.T, service, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/"+service, strings.NewReader(body))
	require.NoError(t, err)
	return r
}

func (b bench) do(r *http.Request) reply {
	response, err := b.client.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(body), err}
}

// inject scripts a fault.
func (b bench) inject(t *testing.T, f sim.Fault) int {
	t.Helper()
	id, err := b.server.Inject(f)
	require.NoError(t, err)
	return id
}

// bodies sends n times and returns the answers.
func (b bench) bodies(t *testing.T, service string, n int) []string {
	t.Helper()
	var bodies []string
	for range n {
		bodies = append(bodies, b.send(t, service, "1 hello").body)
	}
	return bodies
}

// noon is the clock of tests that compare times.
func noon() time.Time { return time.Date(2025, time.June, 1, 12, 0, 0, 0, time.UTC) }
