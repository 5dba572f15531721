package dashboard_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
)

// streamWriter is what a stream is written to.
type streamWriter struct {
	safeBuffer

	header  http.Header
	once    sync.Once
	status  int
	flushed int
}

func (s *streamWriter) Header() http.Header    { return s.header }
func (s *streamWriter) WriteHeader(status int) { s.once.Do(func() { s.status = status }) }
func (s *streamWriter) Flush()                 { s.flushed++ }

// stream looks live until the test ends it, or it ends.
func (b *browser) stream() (w *streamWriter, end func(), done <-chan struct{}) {
	ctx, cancel := context.WithCancel(b.Context())
	b.Cleanup(cancel)
	w = &streamWriter{header: http.Header{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.pages.ServeHTTP(w, b.request(ctx, http.MethodGet, "/live", http.NoBody))
	}()
	return w, cancel, ended
}

// events are the events that came so far, as the parts of each.
func (s *streamWriter) events(t *testing.T) []map[string]string {
	t.Helper()
	var all []map[string]string
	for block := range strings.SplitSeq(s.String(), "\n\n") {
		data, ok := strings.CutPrefix(block, "event: parts\ndata: ")
		if !ok {
			continue
		}
		var parts map[string]string
		require.NoError(t, json.Unmarshal([]byte(data), &parts))
		all = append(all, parts)
	}
	return all
}

func TestLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.phone(nil)
		b := w.loggedIn()
		stream, end, done := b.stream()
		synctest.Wait()
		require.Contains(t, stream.header.Get("Content-Type"), "text/event-stream")
		require.Contains(t, stream.header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Len(t, stream.events(t), 1)
		require.Len(t, stream.events(t)[0], 7, "the six parts and the time")

		w.submit()
		pass(time.Second)
		events := stream.events(t)
		require.Len(t, events, 2)
		require.Contains(t, events[1]["recent"], "138****8000")
		require.NotContains(t, events[1], "phones", "the phones are as they were")
		require.NotContains(t, stream.String(), wholeNumber)
		require.NotContains(t, stream.String(), code)

		pass(16 * time.Second)
		require.Contains(t, stream.String(), "\n: \n\n", "a stream says that it is there")
		end()
		<-done
	})
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hash, err := gateway.ParseHash(gateway.HashToken("adam-token"))
		require.NoError(t, err)
		require.NoError(t, w.principals.Put(t.Context(), gateway.Principal{Name: "adam", Role: gateway.RoleOperator, Token: hash}))
		adam := w.browser()
		adam.cookies = adam.post("/login", url.Values{"token": {"adam-token"}}).Result().Cookies()
		_, _, revoked := adam.stream()
		b := w.loggedIn()
		_, _, loggedOut := b.stream()
		c := w.loggedIn()
		_, _, shutDown := c.stream()
		pass(time.Minute)
		require.NoError(t, w.Revoke(t.Context(), eva, hash))
		b.post("/logout", nil)
		pass(time.Second)
		<-revoked
		<-loggedOut
		require.NoError(t, w.Shutdown(t.Context()))
		<-shutDown
		require.Equal(t, http.StatusServiceUnavailable, c.get("/").Code)
	})
}

func TestManyWhoLookAskTheQueueOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.phone(nil)
		b := w.loggedIn()
		var writers []*streamWriter
		for range 50 {
			stream, _, _ := b.stream()
			writers = append(writers, stream)
		}
		pass(10*time.Second + time.Millisecond)
		looks := w.queue.phones.Load()
		require.LessOrEqual(t, looks, int64(11))
		require.GreaterOrEqual(t, looks, int64(10))
		for _, stream := range writers {
			require.Len(t, stream.events(t), 1)
		}
	})
}

func TestASessionEndsWhenNobodyUsesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newWorld(t).loggedIn()
		for range 3 {
			pass(12*time.Hour - time.Second)
			b.page("/")
		}
		pass(12 * time.Hour)
		require.Equal(t, http.StatusSeeOther, b.get("/").Code)
	})
}

func TestFailedLoginsAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		try := func(from, token string) int {
			b := w.browser()
			r := b.request(t.Context(), http.MethodPost, "/login", strings.NewReader(url.Values{"token": {token}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-For", "198.51.100.7") // of no proxy that is trusted
			r.RemoteAddr = from
			return b.do(r).Code
		}
		for range 10 {
			require.Equal(t, http.StatusUnauthorized, try("[2001:db8::1]:1000", "guess"))
		}
		require.Equal(t, http.StatusTooManyRequests, try("[2001:db8::2]:1001", "eva-token"), "the same network")
		require.Equal(t, http.StatusSeeOther, try("[2001:db8:0:1::1]:1000", "eva-token"), "another network")
		pass(5 * time.Minute)
		require.Equal(t, http.StatusSeeOther, try("[2001:db8::1]:1000", "eva-token"))
	})
}

// slowBody is a body that comes when it is closed, or when the server gives up.
type slowBody struct{ given chan struct{} }

func (b *slowBody) Read([]byte) (int, error) { <-b.given; return 0, context.DeadlineExceeded }
func (b *slowBody) Close() error             { return nil }

// slowWriter is the connection of a slowBody.
type slowWriter struct {
	*httptest.ResponseRecorder

	body *slowBody
	once sync.Once
}

func (w *slowWriter) SetReadDeadline(time.Time) error {
	w.once.Do(func() { close(w.body.given) })
	return nil
}

// TestAFormThatComesSlowlyHoldsNothingUp: anybody can begin to log in.
func TestAFormThatComesSlowlyHoldsNothingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begin := func() (*slowWriter, <-chan struct{}) {
			body := &slowBody{given: make(chan struct{})}
			writer, done := &slowWriter{ResponseRecorder: httptest.NewRecorder(), body: body}, make(chan struct{})
			go func() {
				defer close(done)
				w.pages.ServeHTTP(writer, w.browser().request(t.Context(), http.MethodPost, "/login", body))
			}()
			return writer, done
		}
		late, done := begin()
		pass(11 * time.Second)
		<-done
		require.Equal(t, http.StatusRequestTimeout, late.Code)
		ending, done := begin()
		synctest.Wait()
		require.NoError(t, w.Shutdown(t.Context()), "it waits for no form")
		<-done
		require.Equal(t, http.StatusServiceUnavailable, ending.Code)
	})
}

func TestAFormIsBounded(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	require.Equal(t, http.StatusRequestEntityTooLarge, b.post("/login", url.Values{"token": {strings.Repeat("x", 17<<10)}}).Code)
}

// deadlineWriter notes the deadlines of a stream.
type deadlineWriter struct {
	streamWriter

	mu       sync.Mutex
	deadline time.Time
	written  int
}

func (w *deadlineWriter) SetReadDeadline(time.Time) error { return nil }
func (w *deadlineWriter) SetWriteDeadline(at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadline = at
	return nil
}

func (w *deadlineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.deadline.Equal(time.Now().Add(10 * time.Second)) {
		return 0, context.DeadlineExceeded
	}
	w.written++
	return w.streamWriter.Write(p)
}

// TestADeadlineIsForAWriteAlone: over HTTP/2 one that stays ends the stream between two events.
func TestADeadlineIsForAWriteAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newWorld(t).loggedIn()
		w := &deadlineWriter{streamWriter: streamWriter{header: http.Header{}}}
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); b.pages.ServeHTTP(w, b.request(ctx, http.MethodGet, "/live", http.NoBody)) }()
		synctest.Wait()
		w.mu.Lock()
		require.Positive(t, w.written)
		require.True(t, w.deadline.IsZero())
		w.mu.Unlock()
		end()
		<-done
	})
}

// TestAStreamBeginsAtOnce, over both versions of HTTP, whatever the queue does; and nothing on
// its way keeps its events back.
func TestAStreamBeginsAtOnce(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		w := newWorld(t)
		gate := make(chan struct{})
		server := httptest.NewUnstartedServer(w.pages)
		server.EnableHTTP2 = http2
		server.StartTLS()
		b := w.loggedIn()
		w.queue.hold(gate)
		ctx, end := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/live", http.NoBody)
		require.NoError(t, err)
		r.AddCookie(b.cookies[0])
		response, err := server.Client().Do(r)
		require.NoError(t, err)
		require.Equal(t, http2, response.ProtoMajor == 2)
		require.Equal(t, "no-store, no-transform", response.Header.Get("Cache-Control"))
		require.Equal(t, "no", response.Header.Get("X-Accel-Buffering"))
		close(gate)
		event := make([]byte, len("event: parts"))
		_, err = io.ReadFull(response.Body, event)
		require.NoError(t, err)
		require.Equal(t, "event: parts", string(event))
		end()
		require.NoError(t, response.Body.Close())
		server.Close()
	}
}
