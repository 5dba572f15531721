package adapter_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider/adapter"
)

// closing is a body that counts how often it is closed.
type closing struct {
	io.Reader
	closed atomic.Int32
}

func (c *closing) Close() error { c.closed.Add(1); return nil }

type closer func()

func (c closer) Close() error { c(); return nil }

// rawServer answers each request with raw bytes and holds the connection.
func rawServer(t *testing.T, reply func(w net.Conn)) (baseURL string, requests *atomic.Int32) {
	t.Helper()
	listener := listen(t)
	requests = &atomic.Int32{}
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
					if err := readRequest(in); err != nil {
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

// pack compresses text.
func pack(t *testing.T, text string, wrap func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var packed bytes.Buffer
	w := wrap(&packed)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.String()
}

func toGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func toZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
func toFlate(w io.Writer) io.WriteCloser {
	packer, _ := flate.NewWriter(w, flate.BestSpeed)
	return packer
}

// TestR5ContentEncoding has replies that are packed although nobody may have asked,
// over transports that ask for it and that do not.
func TestR5ContentEncoding(t *testing.T) {
	t.Parallel()
	const text = `{"code":0}`
	large := strings.Repeat("x", adapter.MaxReply+1)
	twice := pack(t, pack(t, text, toGzip), toGzip)
	tests := []struct {
		name, encoding, body string
		want                 string // default: an error
	}{
		{name: "gzip", encoding: "gzip", body: pack(t, text, toGzip), want: text},
		{name: "in capitals", encoding: " GZip", body: pack(t, text, toGzip), want: text},
		{name: "old name", encoding: "x-gzip", body: pack(t, text, toGzip), want: text},
		{name: "deflate", encoding: "deflate", body: pack(t, text, toZlib), want: text},
		{name: "deflate without its head", encoding: "deflate", body: pack(t, text, toFlate), want: text},
		{name: "identity", encoding: "identity", body: text, want: text},
		{name: "up to the limit", encoding: "x-gzip", body: pack(t, large[1:], toGzip), want: large[1:]},
		{name: "beyond the limit", encoding: "gzip", body: pack(t, large, toGzip)},
		{name: "cut off", encoding: "gzip", body: pack(t, text, toGzip)[:20]},
		{name: "unknown is left to the reader", encoding: "br", body: text, want: text},
		{name: "two are left to the reader", encoding: "gzip, gzip", body: twice, want: twice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", tt.encoding)
				_, _ = io.WriteString(w, tt.body)
			})
			plain := ownClient(t)
			plain.Transport.(*http.Transport).DisableCompression = true
			for _, client := range []*http.Client{nil, plain} {
				reply, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
				if tt.want == "" {
					require.True(t, requireFailure(t, err).MayHaveSent)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, tt.want, string(reply.Body))
			}
		})
	}
}

// TestContentEncodingOfNothing has replies without the content that they name an
// encoding for.
func TestContentEncodingOfNothing(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"gzip", "deflate", ""} {
		for _, body := range []string{"", "{"} {
			if encoding == "deflate" && body != "" {
				continue // one byte is no stream
			}
			reply, err := post(t.Context(), clientOver(t, odd{&http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Encoding": {encoding}}, Body: io.NopCloser(strings.NewReader(body)),
			}}))
			require.NoError(t, err)
			require.Equal(t, body, string(reply.Body), encoding)
		}
	}
}

func TestBrokenReplies(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", adapter.MaxReply+1)
	tests := []struct {
		name    string
		handler http.HandlerFunc
	}{
		{name: "larger than announced to be allowed", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1048577")
			_, _ = io.WriteString(w, large)
		}},
		{name: "large without a length", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, large)
		}},
		{name: "truncated", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "short")
		}},
		{name: "broken off before the reply", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{name: "a head without end", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", large)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: serve(t, tt.handler)}))
			require.True(t, requireFailure(t, err).MayHaveSent)
		})
	}
}

func TestReplyOfExactlyTheLimit(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1048576")
		_, _ = io.WriteString(w, strings.Repeat("x", adapter.MaxReply))
	})
	for _, client := range []*http.Client{nil, ownClient(t)} {
		reply, err := post(t.Context(), newClient(t, adapter.Config{BaseURL: base, HTTPClient: client}))
		require.NoError(t, err)
		require.Len(t, reply.Body, adapter.MaxReply)
	}
}

// A body that stays open keeps its connection from being used again.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int
		length int64
		err    error
	}{
		{name: "good reply", status: http.StatusOK, length: 5},
		{name: "redirect", status: http.StatusFound, length: 5},
		{name: "switch of protocols", status: http.StatusSwitchingProtocols, length: -1},
		{name: "too large", status: http.StatusOK, length: adapter.MaxReply + 1},
		{name: "response and error", status: http.StatusOK, length: 5, err: io.ErrClosedPipe},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := &closing{Reader: strings.NewReader("reply")}
			_, err := post(t.Context(), clientOver(t, roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: test.status, ContentLength: test.length, Body: body}, test.err
			})))
			require.Equal(t, int32(1), body.closed.Load())
			if err != nil {
				require.True(t, requireFailure(t, err).MayHaveSent, "somebody has answered")
			}
		})
	}
}

func TestReplyAnnouncedTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	body := io.NopCloser(reader(func() (int, error) {
		t.Error("the body was read")
		return 0, io.EOF
	}))
	_, err := post(t.Context(), clientOver(t, odd{&http.Response{StatusCode: http.StatusOK, ContentLength: adapter.MaxReply + 1, Body: body}}))
	require.ErrorContains(t, err, "the reply is larger than 1 MiB")
}

// TestN4StatusBeforeBody has replies on a connection that is held. None of them may
// hold the caller longer than its time, and those whose status says enough no time
// at all.
func TestN4StatusBeforeBody(t *testing.T) {
	t.Parallel()
	const long, short = time.Minute, time.Second
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
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
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
	}
}
