package sim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// other is a sim.TB that is not a test of its own.
type other struct {
	ctx     context.Context //nolint:containedctx // It is what Context returns, as in package testing.
	failure string
	cleanup func()
}

func (o *other) Helper()                           {}
func (o *other) Cleanup(f func())                  { o.cleanup = f }
func (o *other) Context() context.Context          { return o.ctx }
func (o *other) Fatalf(format string, args ...any) { o.failure = fmt.Sprintf(format, args...) }

func TestStart(t *testing.T) {
	t.Parallel()
	o := &other{ctx: t.Context()}
	server := sim.Start(o, post{"post"})
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, server.URL())
	b := bench{server, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, server.URL()}
	sim.MustInject(o, server, sim.Fault{Effect: sim.EffectRefuse, Code: "poor"})
	require.Equal(t, []string{"no poor", "ok post-2"}, b.bodies(t, "post", 2))

	o.cleanup()
	require.Error(t, b.send(t, "post", "1 hello").err, "the server ends with its test")
	require.Empty(t, o.failure)
}

func TestMustInjectEndsTheTest(t *testing.T) {
	t.Parallel()
	o := &other{ctx: t.Context()}
	sim.MustInject(o, sim.New(sim.Config{}, post{"post"}), sim.Fault{Code: "rich"})
	require.Equal(t, `sim: fault: Code: no service here has "rich"`, o.failure)
}

func TestListen(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, address, want string }{
		{"every interface", "0.0.0.0:0", "want a loopback address"},
		{"no host", ":0", "want a loopback address"},
		{"no port", "127.0.0.1", "sim: listen"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := sim.New(sim.Config{}, post{"post"})
			defer server.Close()
			require.ErrorContains(t, server.Listen(t.Context(), test.address), test.want)
			require.Equal(t, "http://sim.invalid", server.URL())
		})
	}
}

func TestListenTwice(t *testing.T) {
	t.Parallel()
	server := sim.New(sim.Config{}, post{"post"})
	require.NoError(t, server.Listen(t.Context(), "localhost:0"))
	require.ErrorContains(t, server.Listen(t.Context(), "127.0.0.1:0"), "already listening")
	server.Close()
	server.Close() // harmless
	require.ErrorContains(t, server.Listen(t.Context(), "127.0.0.1:0"), "closed")

	fresh := sim.New(sim.Config{}, post{"post"})
	fresh.Close()
	require.ErrorContains(t, fresh.Listen(t.Context(), "127.0.0.1:0"), "closed")
}

// slow is a service that answers when it is let.
type slow struct {
	post

	begun, answer chan struct{}
}

func (s slow) Judge(c *sim.Call) sim.Outcome {
	close(s.begun)
	<-s.answer
	return s.post.Judge(c)
}

func TestCloseWaitsForRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := slow{post{"post"}, make(chan struct{}), make(chan struct{})}
		b := inMemory(t, sim.Config{}, service)
		r := b.request(t, "post", "1 hello")
		go func() { _ = b.do(r) }()
		<-service.begun
		closed := make(chan struct{})
		go func() {
			b.server.Close()
			close(closed)
		}()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close has not waited")
		default:
		}
		close(service.answer)
		<-closed
		require.Len(t, b.server.Exchanges(), 1)
	})
}

func TestRequestsToNobody(t *testing.T) {
	t.Parallel()
	for way, reach := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			b := reach(t, sim.Config{}, post{"post"})
			b.inject(t, sim.Fault{Effect: sim.EffectGarbage})
			got := b.send(t, "fax", "1 hello")
			require.Equal(t, 404, got.status)
			require.Equal(t, "sim: no simulated service has this address\n", got.body)

			e := b.server.Exchanges()[0]
			require.Equal(t, "no service owns POST /fax", e.Verdict)
			require.Empty(t, e.Service)
			require.Zero(t, e.Fault, "faults are for services")
		})
	}
}

// mute sets no answer, and json one that cannot be encoded.
type (
	mute    struct{ post }
	unsound struct{ post }
)

func (mute) Answer(*sim.Call, sim.Outcome) sim.Reply { return sim.Reply{} }
func (unsound) Answer(*sim.Call, sim.Outcome) sim.Reply {
	return sim.JSON(200, "application/json", func() {})
}

func TestServiceWithoutAnswer(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, mute{post{"post"}})
	got := b.send(t, "post", "1 hello")
	require.Equal(t, 501, got.status)
	require.Contains(t, got.body, "set no answer")
}

func TestServiceThatPanics(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, unsound{post{"post"}})
	require.ErrorContains(t, b.send(t, "post", "1 hello").err, "sim: the handler panicked: sim: reply: json: ")
}

// jsonService answers in JSON.
type jsonService struct{ post }

func (jsonService) Answer(*sim.Call, sim.Outcome) sim.Reply {
	return sim.JSON(201, "application/json", map[string]int{"n": 1})
}

// reading is a service that hands the request to code which knows nothing of Call.
type reading struct{ post }

func (reading) Answer(c *sim.Call, _ sim.Outcome) sim.Reply {
	body, _ := io.ReadAll(c.Request.Body)
	return text(string(body))
}

func TestRequestBodyCanBeReadAgain(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, reading{post{"post"}})
	require.Equal(t, "1 hello", b.send(t, "post", "1 hello").body)
}

func TestReplyJSON(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, jsonService{post{"post"}})
	got := b.send(t, "post", "1 hello")
	require.Equal(t, 201, got.status)
	require.Equal(t, "application/json", got.header.Get("Content-Type"))
	require.JSONEq(t, `{"n":1}`, got.body)
}

// repeat is a body of many equal bytes.
type repeat struct{ left int }

func (r *repeat) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}

func TestRequestThatIsTooLong(t *testing.T) {
	t.Parallel()
	b := inMemory(t, sim.Config{}, post{"post"})
	statusOf := func(size int) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/post", &repeat{left: size})
		require.NoError(t, err)
		return b.do(r).status
	}
	const limit = 10 << 20
	require.Equal(t, 413, statusOf(limit+1))
	require.Empty(t, b.server.Texts())
	require.Equal(t, 400, statusOf(limit), "the service has seen it")
	require.Equal(t, "the body could not be read: http: request body too large", b.server.Exchanges()[0].Verdict)
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	const clients, each = 16, 10
	for way, reach := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			b := reach(t, sim.Config{}, post{"post"}, post{"mail"})
			refused := clients * each / 4
			b.inject(t, sim.Fault{Effect: sim.EffectRefuse, Code: "poor", Times: refused})
			var (
				wg    sync.WaitGroup
				mu    sync.Mutex
				count = map[string]int{}
				ids   = map[string]bool{}
			)
			for client := range clients {
				wg.Go(func() {
					for range each {
						body := b.send(t, []string{"post", "mail"}[client%2], "1 hello").body
						mu.Lock()
						verb, id, _ := strings.Cut(body, " ")
						count[verb]++
						ids[id] = true
						mu.Unlock()
						_, _ = b.server.Texts(), b.server.Exchanges()
					}
				})
			}
			wg.Wait()
			require.Equal(t, map[string]int{"no": refused, "ok": clients*each - refused}, count)
			require.Len(t, ids, clients*each-refused+1, "every id is given out once; all refusals are the same")
		})
	}
}
