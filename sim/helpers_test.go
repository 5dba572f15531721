package sim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// A closed server leaves no goroutine: every test of the package closes its own.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// post is a tiny service: POST /NAME with the body "number text" is answered
// with "ok ID" or "no CODE".
type post struct{ name string }

func (p post) Name() string              { return p.name }
func (p post) Owns(r *http.Request) bool { return r.URL.Path == "/"+p.name }

const postCodes = `
poor  | balance | no money left
often | throttled by phone
busy  | throttled by account
`

func (p post) Codes() facts.Codes {
	if p.name == "post" {
		return facts.MustParseCodes(postCodes + "own | blocked\n7000-7099 | unavailable\nOdd.* | config\nfine | ok")
	}
	return facts.MustParseCodes(postCodes)
}

func (p post) Judge(c *sim.Call) sim.Outcome {
	to, text, ok := strings.Cut(string(c.Body), " ")
	if !ok {
		return sim.RefuseWith(sim.Reply{Status: http.StatusBadRequest, ContentType: "text/plain", Body: []byte("no sense")},
			"body: want %q", "number text")
	}
	return sim.Accept(sim.Text{ID: fmt.Sprintf("%s-%d", p.name, c.Seq), To: to, Text: text})
}

func (p post) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	if o.Refused() {
		return text("no " + o.Code)
	}
	r := text("ok " + o.Texts[0].ID)
	r.Header = http.Header{"X-Text": {fmt.Sprint(o.Texts[0].Seq)}}
	return r
}

// text is an answer of plain text.
func text(body string) sim.Reply {
	return sim.Reply{Status: http.StatusOK, ContentType: "text/plain", Body: []byte(body)}
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

// eachWay tests a service over each of the ways.
func eachWay(t *testing.T, cfg sim.Config, service sim.Service, test func(t *testing.T, b bench)) {
	t.Helper()
	for way, reach := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			test(t, reach(t, cfg, service))
		})
	}
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

// taker is a service that takes one and the same message with every request, and
// answers nothing.
type taker struct {
	post

	message sim.Text
}

func (s taker) Judge(*sim.Call) sim.Outcome { return sim.Accept(s.message) }

func (taker) Answer(*sim.Call, sim.Outcome) sim.Reply {
	return sim.Reply{Status: http.StatusAccepted, ContentType: "text/plain"}
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	require.Eventually(t, done, 10*time.Second, time.Millisecond)
}

// begin sends a body of unknown length in a goroutine.
func (b bench) begin(ctx context.Context, t *testing.T) <-chan reply {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/post", http.NoBody)
	require.NoError(t, err)
	r.Body = io.NopCloser(strings.NewReader("1 hello"))
	done := make(chan reply, 1)
	go func() { done <- b.do(r) }()
	return done
}
