package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

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
	eachWay(t, sim.Config{}, post{"post"}, func(t *testing.T, b bench) {
		t.Helper()
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

// mute sets no answer, and unsound one that cannot be encoded.
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

// net/http gives every request a body; one that is made by hand may lack it.
func TestRequestWithoutABody(t *testing.T) {
	t.Parallel()
	server := sim.New(sim.Config{}, post{"post"})
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/post", nil)
	require.NoError(t, err)
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, r)
	require.Equal(t, http.StatusBadRequest, answer.Code)
}
