package appdoor_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/appdoor"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestAStreamBeginsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		phone := newWorld(t).register()
		s := phone.listen()
		require.Equal(t, []string{settings, enqueued}, s.heard(), "the app may have the settings of another time")
		require.Equal(t, http.StatusOK, <-s.status)
		require.Equal(t, "text/event-stream", s.header.Get("Content-Type"))
		require.Equal(t, "no-store, no-transform", s.header.Get("Cache-Control"))
		require.Equal(t, "no", s.header.Get("X-Accel-Buffering"))
		phone.as(http.MethodGet, "/settings", "")
		require.Equal(t, []string{enqueued}, phone.listen().heard())
	})
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		phone, other := w.register(), w.register()
		s, others := phone.listen(), other.listen()
		synctest.Wait()
		require.NoError(t, w.Revoke(t.Context(), operator, w.hash(phone.token)))
		require.True(t, s.isOver())
		require.False(t, others.isOver())
		w.status(http.StatusUnauthorized, phone.as(http.MethodGet, "/events", ""))
		require.NoError(t, w.Shutdown(t.Context()))
		require.True(t, others.isOver())
		w.status(http.StatusServiceUnavailable, other.as(http.MethodGet, "/events", ""))
	})
}

// TestAStreamEndsWithATokenThatAnotherProcessRevoked, at the next sign of life.
func TestAStreamEndsWithATokenThatAnotherProcessRevoked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var principals gateway.Principals
		w := newWorld(t, func(s *setup) { principals = s.Principals })
		phone := w.register()
		s := phone.listen()
		require.NoError(t, principals.Revoke(t.Context(), w.hash(phone.token), time.Now()))
		elapse(16 * time.Second)
		require.True(t, s.isOver())
	})
}

// TestNobodyIsTurnedAwayWhilePrincipalsFail: after a 401 an app registers again, as another
// phone.
func TestNobodyIsTurnedAwayWhilePrincipalsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var principals failingPrincipals
		w := newWorld(t, func(s *setup) {
			principals.Principals = s.Principals
			s.Principals = &principals
		})
		phone := w.register()
		s := phone.listen()
		synctest.Wait()
		principals.fail(true)
		elapse(time.Minute)
		require.False(t, s.isOver())
		w.status(http.StatusServiceUnavailable, phone.as(http.MethodPatch, "/device", `{}`))
		require.Empty(t, phone.messages())
	})
}

func TestAStreamThatIsNotReadEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		phone := newWorld(t).register()
		s := phone.listen(func(l *listener) { l.blocked = make(chan struct{}) })
		elapse(9 * time.Second)
		require.False(t, s.isOver())
		elapse(2 * time.Second)
		require.True(t, s.isOver())
	})
}

func TestAStreamIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for _, header := range []string{"", "Bearer x", "Bearer"} {
			w.status(http.StatusUnauthorized, w.call(http.MethodGet, "/events", header, ""))
		}
		phone := w.registerWith("Code " + w.code(gateway.Invitation{Limits: gateway.Limits{OpenPulls: 1}}))
		phone.listen()
		synctest.Wait()
		w.status(http.StatusTooManyRequests, phone.as(http.MethodGet, "/events", ""))
	})
}

// TestAStreamOverTheNetwork: its head comes before any event, and neither timeout of the
// server cuts it, in HTTP/1.1 and HTTP/2.
func TestAStreamOverTheNetwork(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			phone := w.register()
			phone.messages()
			server := httptest.NewUnstartedServer(w.door)
			server.Config.WriteTimeout, server.Config.ReadTimeout = time.Second, time.Second
			server.EnableHTTP2 = protocol == "HTTP/2.0"
			server.StartTLS()
			t.Cleanup(server.Close)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+appdoor.Prefix+"/events", http.NoBody)
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer "+phone.token)
			opened, err := server.Client().Do(r)
			require.NoError(t, err)
			defer opened.Body.Close()
			require.Equal(t, protocol, opened.Proto)
			require.Equal(t, http.StatusOK, opened.StatusCode)
			events := bufio.NewReader(opened.Body)
			require.Equal(t, settings+enqueued, next(t, events)+next(t, events))
			<-time.After(1200 * time.Millisecond) // longer than the timeouts
			phone.messages()
			w.submitted()
			require.Equal(t, enqueued, next(t, events))
			require.NoError(t, w.Shutdown(t.Context()))
			require.Empty(t, readAll(t, events), "it ends by itself")
		})
	}
}

// TestBothDoorsOnOneServerEndInOrder: a stream keeps no server from shutting down.
func TestBothDoorsOnOneServerEndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	mux := http.NewServeMux()
	mux.Handle("/", relaydoor.New(w.Gateway))
	mux.Handle(appdoor.Prefix+"/", w.door)
	listening, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- relaydoor.Serve(ctx, listening, w.Gateway, relaydoor.ServeOptions{Handler: mux}) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	get := func(path string) io.Reader {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listening.Addr().String()+path, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+phone.token)
		response, err := client.Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { _ = response.Body.Close() })
		require.Equal(t, http.StatusOK, response.StatusCode)
		return response.Body
	}
	require.JSONEq(t, `{"status":"ok"}`, readAll(t, get(relayapi.PathHealth)))
	require.Equal(t, "[]", readAll(t, get(appdoor.Prefix+"/message")))
	opened := get(appdoor.Prefix + "/events")
	end()
	require.NoError(t, <-ended)
	require.Contains(t, readAll(t, opened), enqueued)
}

// next reads one event.
func next(t *testing.T, from *bufio.Reader) string {
	t.Helper()
	event := ""
	for {
		line, err := from.ReadString('\n')
		require.NoError(t, err)
		event += line
		if line == "\n" {
			return event
		}
	}
}

// TestABodyThatDoesNotComeDoesNotKeepTheGatewayOpen.
func TestABodyThatDoesNotComeDoesNotKeepTheGatewayOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.register()
	server := httptest.NewServer(w.door)
	t.Cleanup(server.Close)
	never, end := io.Pipe()
	t.Cleanup(func() { _ = end.Close() })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL+appdoor.Prefix+"/message", never)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+phone.token)
	answered := make(chan int, 1)
	go func() {
		response, err := server.Client().Do(r)
		if err != nil {
			answered <- 0
			return
		}
		answered <- response.StatusCode
		_ = response.Body.Close()
	}()
	_, err = end.Write([]byte("["))
	require.NoError(t, err)
	require.NoError(t, w.Shutdown(t.Context()))
	require.Equal(t, http.StatusServiceUnavailable, <-answered)
}
