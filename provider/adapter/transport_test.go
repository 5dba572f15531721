package adapter_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// pipes lets a client connect to handler in memory, so that a test can run on a clock
// of its own.
func pipes(c *adapter.Client, handler func(server net.Conn)) {
	adapter.OwnTransport(c).DialContext = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go handler(server)
		return client, nil
	}
}

func TestOwnTransport(t *testing.T) {
	t.Parallel()
	transport := adapter.OwnTransport(newClient(t, adapter.Config{}))
	require.Zero(t, transport.MaxIdleConns, "no limit over all hosts")
	require.Equal(t, 256, transport.MaxIdleConnsPerHost)
	require.Equal(t, 8*time.Second, transport.IdleConnTimeout)
	require.Equal(t, 5*time.Second, transport.TLSHandshakeTimeout)
	require.NotNil(t, transport.Proxy)
	require.True(t, transport.Protocols.HTTP1())
	require.False(t, transport.Protocols.HTTP2())
	require.False(t, transport.Protocols.UnencryptedHTTP2())
	require.NotSame(t, transport, adapter.OwnTransport(newClient(t, adapter.Config{})), "two accounts share nothing")
}

// jar is a cookie jar that nobody may ask.
type jar struct{ http.CookieJar }

// TestHTTPClientIsAskedForItsTransportOnly has a client with everything that a client
// can have.
func TestHTTPClientIsAskedForItsTransportOnly(t *testing.T) {
	t.Parallel()
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		require.Empty(t, r.Header["Cookie"])
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Set-Cookie": {"a=b"}}}, nil
	})
	client := &http.Client{
		Transport: transport, Jar: jar{}, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("asked") },
	}
	for range 2 {
		_, err := post(t.Context(), newClient(t, adapter.Config{HTTPClient: client}))
		require.NoError(t, err)
	}
	require.Equal(t, jar{}, client.Jar)
	require.Equal(t, time.Minute, client.Timeout)
	require.NotNil(t, client.CheckRedirect)
	client.Transport = failing{io.ErrClosedPipe}
	c := newClient(t, adapter.Config{HTTPClient: client})
	_, err := post(t.Context(), c)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	client.Transport = transport
	_, err = post(t.Context(), c)
	require.NoError(t, err, "the client is asked at every call")
}

// freezer is a way to a server whose open connections can be frozen, as by a router
// that has forgotten them: what is sent there goes nowhere, and nobody says so.
type freezer struct {
	mu     sync.Mutex
	frozen []*atomic.Bool
}

// dial opens a connection that can be frozen.
func (f *freezer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	frozen := &atomic.Bool{}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frozen = append(f.frozen, frozen)
	return &freezing{connection, frozen}, nil
}

// freeze freezes the open connections, and says how many there are.
func (f *freezer) freeze() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, frozen := range f.frozen {
		frozen.Store(true)
	}
	return len(f.frozen)
}

type freezing struct {
	net.Conn
	frozen *atomic.Bool
}

func (f *freezing) Write(p []byte) (int, error) {
	if f.frozen.Load() {
		return len(p), nil
	}
	return f.Conn.Write(p)
}

// TestN1FrozenConnections has many idle connections that have all died without a
// word. At most two sends may fail before there is a new one. A user's HTTP/2 transport
// gives a connection up only when it has cleaned up behind the last request, for which
// sends that follow each other at once may not leave it the time: without the kit's
// help it never does.
func TestN1FrozenConnections(t *testing.T) {
	t.Parallel()
	const before, after = 10, 10
	for who, most := range map[string]int{"kit's transport": 2, "own HTTP/1.1": 2, "own HTTP/2": after - 1} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			var together sync.WaitGroup
			together.Add(before)
			var warm atomic.Bool
			server := newServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if !warm.Load() {
					together.Done()
					together.Wait()
				}
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			var way freezer
			cfg := adapter.Config{BaseURL: server.URL, Timeout: time.Second}
			var c *adapter.Client
			if who == "kit's transport" {
				c = newClient(t, cfg)
				own := adapter.OwnTransport(c)
				own.DialContext, own.TLSClientConfig = way.dial, config
			} else {
				transport := &http.Transport{
					DialContext: way.dial, TLSClientConfig: config, MaxIdleConnsPerHost: before, ForceAttemptHTTP2: who == "own HTTP/2",
				}
				t.Cleanup(transport.CloseIdleConnections)
				cfg.HTTPClient = &http.Client{Transport: transport}
				c = newClient(t, cfg)
			}
			var all sync.WaitGroup
			for range before {
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					_, _ = post(ctx, c)
				})
			}
			all.Wait()
			warm.Store(true)
			require.Positive(t, way.freeze())
			failed := 0
			for range after {
				if _, err := post(t.Context(), c); err != nil {
					failed++
				}
			}
			require.LessOrEqual(t, failed, most)
			require.Positive(t, failed, "the connections were not frozen")
		})
	}
}

// TestN2IdleTime waits for the client's end of an idle connection. The shortest time
// after which a known server closes its end is 10 s.
func TestN2IdleTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, adapter.Config{BaseURL: "http://127.0.0.1"})
		idle := make(chan time.Duration, 1)
		pipes(c, func(server net.Conn) {
			in := bufio.NewReader(server)
			_ = readRequest(in)
			_, _ = io.WriteString(server, okReply)
			began := time.Now()
			_, _ = in.ReadByte()
			idle <- time.Since(began)
			_ = server.Close()
		})
		_, err := post(t.Context(), c)
		require.NoError(t, err)
		require.Less(t, <-idle, 10*time.Second)
	})
}

// TestN2RacedClose has a kept connection that the server closes at the moment of the
// next send. Nobody can know what the server has read. The send is not repeated, and
// the one after it takes a new connection.
func TestN2RacedClose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// second is what becomes of the second request on the connection.
		second func(server net.Conn, in *bufio.Reader) (arrived int32)
	}{
		{name: "when it has arrived", second: func(_ net.Conn, in *bufio.Reader) int32 {
			_ = readRequest(in)
			return 1
		}},
		{name: "in the middle of it", second: func(_ net.Conn, in *bufio.Reader) int32 {
			_, _ = in.ReadByte()
			return 0
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var arrived, connections atomic.Int32
			c := newClient(t, adapter.Config{BaseURL: "http://127.0.0.1"})
			pipes(c, func(server net.Conn) {
				defer func() { _ = server.Close() }()
				connections.Add(1)
				in := bufio.NewReader(server)
				if err := readRequest(in); err != nil {
					return
				}
				arrived.Add(1)
				_, _ = io.WriteString(server, okReply)
				if connections.Load() == 1 {
					arrived.Add(tt.second(server, in))
					return
				}
				_, _ = in.ReadByte()
			})
			_, err := post(t.Context(), c)
			require.NoError(t, err)
			before := arrived.Load()
			_, err = post(t.Context(), c)
			require.True(t, requireFailure(t, err).MayHaveSent)
			require.LessOrEqual(t, arrived.Load(), before+1)
			require.Equal(t, int32(1), connections.Load(), "not repeated")
			_, err = post(t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, int32(2), connections.Load())
		})
	}
}
