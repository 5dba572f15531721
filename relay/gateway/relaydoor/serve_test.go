package relaydoor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// serving is a world behind Serve.
type serving struct {
	*world
	address string
	end     context.CancelFunc
	ended   chan error
}

func newServing(t *testing.T, o relaydoor.ServeOptions, change ...func(*gateway.Config)) *serving {
	t.Helper()
	s := &serving{world: newWorld(t, change...), ended: make(chan error, 1)}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	s.address, s.end = listener.Addr().String(), end
	go func() { s.ended <- relaydoor.Serve(ctx, listener, s.gateway, o) }()
	return s
}

// stop ends the server and wants no error.
func (s *serving) stop() {
	s.Helper()
	s.end()
	require.NoError(s, <-s.ended)
}

// dial opens a connection and sends the beginning of a request.
func (s *serving) dial(beginning string) net.Conn {
	s.Helper()
	conn, err := (&net.Dialer{}).DialContext(s.Context(), "tcp", s.address)
	require.NoError(s, err)
	s.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, beginning)
	require.NoError(s, err)
	require.NoError(s, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	return conn
}

func TestServeCutsOffWhatIsSlow(t *testing.T) {
	t.Parallel()
	health := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	tests := []struct{ name, beginning, answer string }{
		{"a head that does not come", "POST /v1/pull HTTP/1.1\r\nHost: x\r\nX-Slow: ", ""},
		{"nothing at all", "", ""},
		{"a connection that stands idle", health, "200 OK"},
		{"a head that is too long", "GET /healthz HTTP/1.1\r\nX-Long: " + strings.Repeat("x", 64<<10), "431 Request Header Fields Too Large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServing(t, relaydoor.ServeOptions{HeaderTimeout: 50 * time.Millisecond, IdleTimeout: 50 * time.Millisecond})
			answer, err := io.ReadAll(s.dial(tt.beginning))
			if errors.Is(err, net.ErrClosed) || err != nil && strings.Contains(err.Error(), "reset") {
				err = nil // the server closes with some of the head unread
			}
			require.NoError(t, err, "the server closes the connection")
			require.Contains(t, string(answer), tt.answer)
			s.stop()
		})
	}
}

func TestServeEndsInOrder(t *testing.T) {
	t.Parallel()
	s := newServing(t, relaydoor.ServeOptions{})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	exchange[relayapi.Pulled](t, client, request(t.Context(), t, oldPhone, "http://"+s.address+relayapi.PathPull, `{"lanes":["mob","text"]}`))
	heard := make(chan struct{}, 16)
	defer s.queue.Subscribe(func(gateway.Change) { heard <- struct{}{} })()
	submit := request(t.Context(), t, shop, "http://"+s.address+relayapi.PathSubmissions, `{"to":"13800138000","text":"x","wait_ms":60000}`)
	answered := make(chan relayapi.Submission, 1)
	go func() {
		m, err := try[relayapi.Submission](client, submit)
		assert.NoError(t, err)
		answered <- m
	}()
	<-heard // the job is stored, its site waits
	s.stop()
	require.Equal(t, relayapi.StateCancelled, (<-answered).State, "what waits is answered")
	_, err := s.gateway.Begin()
	require.ErrorIs(t, err, gateway.ErrShuttingDown)
	_, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", s.address)
	require.Error(t, err, "nothing listens")
}

func TestServeGivesUpOnWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	stuck := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(begun); <-release })
	s := newServing(t, relaydoor.ServeOptions{Handler: stuck, ShutdownTimeout: 20 * time.Millisecond})
	conn := s.dial("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n")
	<-begun
	s.end()
	require.ErrorIs(t, <-s.ended, context.DeadlineExceeded)
	_, err := conn.Read(make([]byte, 1))
	require.Error(t, err, "its connection is closed")
	close(release)
}

func TestServeReturnsTheListenersError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorIs(t, relaydoor.Serve(t.Context(), listener, w.gateway, relaydoor.ServeOptions{}), net.ErrClosed)
}

// panickyQueue panics when it is asked for a job.
type panickyQueue struct {
	gateway.Queue
	value any
}

func (q panickyQueue) Job(context.Context, string, time.Time) (gateway.Job, error) {
	if q.value == nil {
		var none []int
		return gateway.Job{ID: fmt.Sprint(none[len(none)])}, nil
	}
	panic(q.value)
}

func TestAPanicEndsItsOwnRequestAlone(t *testing.T) {
	t.Parallel()
	for _, value := range []any{nil, "13800138000 824913"} {
		t.Run(fmt.Sprintf("%T", value), func(t *testing.T) {
			t.Parallel()
			w := newOnlineWorld(t, func(c *gateway.Config) { c.Queue = panickyQueue{c.Queue, value} })
			m := w.submitted(text())
			r := w.call(shop, http.MethodGet, relayapi.PathSubmissions+"/"+m.ID, nil)
			w.refused(r, http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
			require.Contains(t, w.log.String(), "a request panicked")
			require.Equal(t, m.ID, w.pulledOne(oldPhone).ID, "the gateway goes on")
		})
	}
}
