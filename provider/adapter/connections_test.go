package adapter_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

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

// pipes lets a client connect to handler in memory, so that a test can run on a clock
// of its own.
func pipes(c *adapter.Client, handler func(server net.Conn)) {
	adapter.OwnTransport(c).DialContext = func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go handler(server)
		return client, nil
	}
}

const okReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

// readRequest reads one request to its end.
func readRequest(in *bufio.Reader) (*http.Request, error) {
	r, err := http.ReadRequest(in)
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body)
	}
	return r, err
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
			_, _ = readRequest(in)
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
			_, _ = readRequest(in)
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
				if _, err := readRequest(in); err != nil {
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

// rawServer answers each request with raw bytes and holds the connection.
func rawServer(t *testing.T, reply func(w net.Conn)) (baseURL string, requests *atomic.Int32) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	requests = &atomic.Int32{}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = connection.Close() }()
				in := bufio.NewReader(connection)
				for {
					if _, err := readRequest(in); err != nil {
						return
					}
					requests.Add(1)
					reply(connection)
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String(), requests
}

// TestN4StatusBeforeBody has replies on a connection that is held. None of them may
// hold the caller longer than its time, and those whose status says enough no time
// at all.
func TestN4StatusBeforeBody(t *testing.T) {
	t.Parallel()
	const long, short = time.Minute, 300 * time.Millisecond
	text := func(reply string) func(net.Conn) {
		return func(w net.Conn) { _, _ = io.WriteString(w, reply) }
	}
	tests := []struct {
		name    string
		reply   func(net.Conn)
		timeout time.Duration
		status  int  // 0: none is known
		good    bool // a reply
		late    bool // ended by the time limit
	}{
		{name: "101", reply: text("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), timeout: long, status: 101},
		{name: "101 without a protocol", reply: text("HTTP/1.1 101 Switching Protocols\r\n\r\n"), timeout: long, status: 101},
		{name: "flood of 1xx", timeout: long, reply: func(w net.Conn) {
			for {
				if _, err := io.WriteString(w, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"); err != nil {
					return
				}
			}
		}},
		{name: "1xx and silence", reply: text("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"), timeout: short, late: true},
		{name: "1xx and a reply", reply: text("HTTP/1.1 103 Early Hints\r\n\r\n" + okReply), timeout: long, status: 200, good: true},
		{name: "204", reply: text("HTTP/1.1 204 No Content\r\n\r\n"), timeout: long, status: 204, good: true},
		{name: "204 that announces a body", reply: text("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n"), timeout: long, status: 204, good: true},
		{name: "205", reply: text("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"), timeout: long, status: 205, good: true},
		{name: "205 without an end", reply: text("HTTP/1.1 205 Reset Content\r\n\r\n"), timeout: short, status: 205, late: true},
		{name: "304", reply: text("HTTP/1.1 304 Not Modified\r\n\r\n"), timeout: long, status: 304},
		{name: "302 without an end", reply: text("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), timeout: long, status: 302},
		{name: "200 without an end", reply: text("HTTP/1.1 200 OK\r\n\r\n{"), timeout: short, status: 200, late: true},
		{name: "200 cut short", reply: text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), timeout: short, status: 200, late: true},
		{name: "longer than announced", reply: text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}{}"), timeout: long, status: 200, good: true},
		{name: "negative length", reply: text("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"), timeout: long},
		{name: "huge length", reply: text("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n{}"), timeout: long, status: 200},
		{name: "length beyond integers", reply: text("HTTP/1.1 200 OK\r\nContent-Length: 92233720368547758070\r\n\r\n{}"), timeout: long},
		{name: "odd header names", reply: text("HTTP/1.1 200 OK\r\nx_y: 1\r\n!#$: 2\r\nContent-Length: 2\r\n\r\n{}"), timeout: long, status: 200, good: true},
	}
	for _, tt := range tests {
		for _, who := range []string{"kit's transport", "own client"} {
			t.Run(tt.name+", "+who, func(t *testing.T) {
				t.Parallel()
				base, requests := rawServer(t, tt.reply)
				cfg := adapter.Config{BaseURL: base, Timeout: tt.timeout}
				if who == "own client" {
					cfg.HTTPClient = ownClient(t)
				}
				began := time.Now()
				reply, err := post(t.Context(), newClient(t, cfg))
				require.Less(t, time.Since(began), long/2)
				require.Equal(t, int32(1), requests.Load())
				if tt.good {
					require.NoError(t, err)
					require.Equal(t, tt.status, reply.Status)
					return
				}
				failure := requireFailure(t, err)
				require.True(t, failure.MayHaveSent)
				require.Equal(t, tt.status, failure.HTTPStatus)
				require.Equal(t, tt.late, errors.Is(err, context.DeadlineExceeded), "%v", err)
			})
		}
	}
}

// TestN4BodyThatIgnoresTheContext has a user's transport whose body ends with
// nothing, with Close, or whose Close waits for the reader.
func TestN4BodyThatIgnoresTheContext(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"ends with Close", "ends with nothing", "whose Close waits"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				over, closed := make(chan struct{}), make(chan struct{})
				end := closed
				if name != "ends with Close" {
					end = over
				}
				var once sync.Once
				body := struct {
					io.Reader
					io.Closer
				}{
					reader(func() (int, error) { <-end; return 0, io.EOF }),
					closer(func() {
						if name == "whose Close waits" {
							<-over
						}
						once.Do(func() { close(closed) })
					}),
				}
				c := newClient(t, adapter.Config{
					Timeout: time.Second, HTTPClient: &http.Client{Transport: odd{&http.Response{StatusCode: http.StatusOK, Body: body}}},
				})
				began := time.Now()
				_, err := post(t.Context(), c)
				require.Equal(t, time.Second, time.Since(began))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.True(t, requireFailure(t, err).MayHaveSent)
				close(over)
				<-closed
			})
		})
	}
}

type closer func()

func (c closer) Close() error { c(); return nil }

// TestN5ProofOnly has transports whose errors say that there was no connection. What
// they have read proves the contrary.
func TestN5ProofOnly(t *testing.T) {
	t.Parallel()
	noConnection := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	no2 := map[string]func(string, *tls.Conn) http.RoundTripper{} // net/http would register https itself
	registered := &http.Transport{TLSNextProto: no2}
	registered.RegisterProtocol("https", failingLate(noConnection))
	registeredSilent := &http.Transport{TLSNextProto: no2}
	registeredSilent.RegisterProtocol("https", failing{noConnection})
	sendsAndDials := func(r *http.Request) (*http.Response, error) {
		require.Equal(t, r.ContentLength, int64(len(readBody(t, r))), "all of it has gone out, and the answer was lost")
		return nil, fmt.Errorf("second try: %w", noConnection)
	}
	tests := []struct {
		name      string
		transport http.RoundTripper
		want      bool
	}{
		{name: "RegisterProtocol, read", transport: registered, want: true},
		{name: "RegisterProtocol, not read", transport: registeredSilent},
		{name: "sends, fails and dials again", transport: roundTrip(sendsAndDials), want: true},
		{name: "reads one byte", want: true, transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			_, _ = r.Body.Read(make([]byte, 1))
			return nil, noConnection
		})},
		{name: "reads nothing", transport: failing{noConnection}},
		{name: "closes only", transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return nil, errors.Join(r.Body.Close(), noConnection)
		})},
		{name: "response and error", want: true, transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK}, noConnection
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := clientOver(t, tt.transport)
			_, err := post(t.Context(), c)
			require.Equal(t, tt.want, requireFailure(t, err).MayHaveSent)
			_, err = c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Method: http.MethodGet, Query: "to=1"})
			require.True(t, requireFailure(t, err).MayHaveSent, "without content nothing shows that it has not left")
			_, err = c.NewCall(provider.OpBalance).Do(t.Context(), adapter.Request{})
			require.False(t, requireFailure(t, err).MayHaveSent, "no text comes of a query")
		})
	}
}

// TestN5WithdrawnRequestNeverLeaves has a transport that fails and reads the request
// when the send has long been over.
func TestN5WithdrawnRequestNeverLeaves(t *testing.T) {
	t.Parallel()
	kept := make(chan *http.Request, 1)
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		kept <- r
		return nil, io.ErrClosedPipe
	}))
	_, err := post(t.Context(), c)
	require.False(t, requireFailure(t, err).MayHaveSent)
	content, err := io.ReadAll((<-kept).Body)
	require.Empty(t, content)
	require.ErrorContains(t, err, "given up")
}

// TestN5LateReader has a transport that reads while the send ends. Whatever comes
// first, the error agrees with what was read.
func TestN5LateReader(t *testing.T) {
	t.Parallel()
	for range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		read := make(chan string, 1)
		c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			go func() {
				content, _ := io.ReadAll(r.Body)
				read <- string(content)
			}()
			cancel()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		_, err := post(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		if content := <-read; requireFailure(t, err).MayHaveSent {
			require.Equal(t, "hello", content)
		} else {
			require.Empty(t, content)
		}
	}
}

// TestN5EndBetweenConnectionAndWrite ends the context when there is a connection and
// nothing is written yet. Whatever net/http makes of that, the error agrees with what
// was written.
func TestN5EndBetweenConnectionAndWrite(t *testing.T) {
	t.Parallel()
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		c := newClient(t, adapter.Config{BaseURL: "http://127.0.0.1"})
		own := adapter.OwnTransport(c)
		written := make(chan int64, 1)
		own.DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				n, _ := io.Copy(io.Discard, server)
				written <- n
			}()
			cancel()
			return client, nil
		}
		_, err := post(ctx, c)
		require.ErrorIs(t, err, context.Canceled)
		own.CloseIdleConnections()
		if n := <-written; !requireFailure(t, err).MayHaveSent {
			require.Zero(t, n)
		}
	}
}

func TestBodyThatPanicsReachesTheUser(t *testing.T) {
	t.Parallel()
	c := clientOver(t, odd{&http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(reader(func() (int, error) { panic("a bug of the user's") }))}})
	require.PanicsWithValue(t, "a bug of the user's", func() { _, _ = post(t.Context(), c) })
	c = clientOver(t, roundTrip(func(*http.Request) (*http.Response, error) { panic("a bug of the user's") }))
	require.PanicsWithValue(t, "a bug of the user's", func() { _, _ = post(t.Context(), c) })
}
