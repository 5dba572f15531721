package adapter_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// secureServer is a TLS server that speaks HTTP/2 frame by frame, and HTTP/1.1 to
// those who want that. It counts whole requests.
type secureServer struct {
	baseURL  string
	trusted  *x509.CertPool
	requests atomic.Int32
	// answer is asked for each request, with its number from 1.
	answer func(w *http2.Framer, stream uint32, number int32)
	// answers1 says which requests over HTTP/1.1 are answered; on the others the
	// connection is closed.
	answers1 func(number int32) bool
	// early lets answer be asked when the head of a request has come.
	early bool
}

func (s *secureServer) start(t *testing.T) {
	t.Helper()
	certificate := strangeCertificate(t)
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	require.NoError(t, err)
	s.trusted = x509.NewCertPool()
	s.trusted.AddCert(leaf)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	s.baseURL = "https://" + listener.Addr().String()
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(connection.(*tls.Conn))
		}
	}()
}

func (s *secureServer) serve(connection *tls.Conn) {
	defer func() { _ = connection.Close() }()
	if connection.HandshakeContext(context.Background()) != nil {
		return
	}
	if connection.ConnectionState().NegotiatedProtocol == "h2" {
		s.serve2(connection)
		return
	}
	s.serve1(connection)
}

func (s *secureServer) serve1(connection net.Conn) {
	in := bufio.NewReader(connection)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if number := s.requests.Add(1); !s.answers1(number) {
			return
		}
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
	}
}

func (s *secureServer) serve2(connection net.Conn) {
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(connection, preface); err != nil {
		return
	}
	framer := http2.NewFramer(connection, connection)
	_ = framer.WriteSettings()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				_ = framer.WriteSettingsAck()
			}
		case *http2.HeadersFrame:
			if s.early || frame.StreamEnded() {
				s.answer(framer, frame.StreamID, s.requests.Add(1))
			}
		case *http2.DataFrame:
			if !s.early && frame.StreamEnded() {
				s.answer(framer, frame.StreamID, s.requests.Add(1))
			}
		}
	}
}

// reply2 writes a proper reply.
func reply2(w *http2.Framer, stream uint32) {
	var head bytes.Buffer
	_ = hpack.NewEncoder(&head).WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
	_ = w.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: head.Bytes(), EndHeaders: true})
	_ = w.WriteData(stream, true, []byte("{}"))
}

// clients are the ways in which a request can go to the server: over the kit's own
// transport, and over those of users. None of them keeps a connection after the test.
func (s *secureServer) clients(t *testing.T) map[string]*adapter.Client {
	t.Helper()
	config := &tls.Config{RootCAs: s.trusted}
	kit := newClient(t, adapter.Config{BaseURL: s.baseURL})
	adapter.OwnTransport(kit).TLSClientConfig = config
	over := func(transport http.RoundTripper) *adapter.Client {
		client := &http.Client{Transport: transport}
		t.Cleanup(client.CloseIdleConnections)
		return newClient(t, adapter.Config{BaseURL: s.baseURL, HTTPClient: client})
	}
	new2 := func() *http.Transport {
		return &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true}
	}
	return map[string]*adapter.Client{
		"kit's transport":         kit,
		"own HTTP/1.1":            over(&http.Transport{TLSClientConfig: config.Clone()}),
		"own HTTP/2":              over(new2()),
		"own HTTP/2 of x/net":     over(&http2.Transport{TLSClientConfig: config.Clone()}),
		"own HTTP/2, with header": over(withHeader{"Idempotency-Key", new2()}),
	}
}

// withHeader is a user's transport that adds a header with which net/http repeats
// requests.
type withHeader struct {
	name string
	*http.Transport
}

func (w withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(w.name, "1")
	return w.Transport.RoundTrip(r)
}

// TestN0OneRequest has servers that read the whole request and then answer so that
// net/http repeats what it can repeat.
func TestN0OneRequest(t *testing.T) {
	t.Parallel()
	reset := func(code http2.ErrCode) func(*http2.Framer, uint32, int32) {
		return func(w *http2.Framer, stream uint32, _ int32) { _ = w.WriteRSTStream(stream, code) }
	}
	resetOnce := func(code http2.ErrCode) func(*http2.Framer, uint32, int32) {
		return func(w *http2.Framer, stream uint32, number int32) {
			if number == 1 {
				_ = w.WriteRSTStream(stream, code)
				return
			}
			reply2(w, stream)
		}
	}
	goAway := func(code http2.ErrCode) func(*http2.Framer, uint32, int32) {
		return func(w *http2.Framer, _ uint32, _ int32) { _ = w.WriteGoAway(0, code, nil) }
	}
	never := func(int32) bool { return false }
	afterOnce := func(number int32) bool { return number > 1 }
	servers := []struct {
		name     string
		answer   func(*http2.Framer, uint32, int32)
		answers1 func(int32) bool
		early    bool
	}{
		{name: "RST_STREAM(PROTOCOL_ERROR)", answer: reset(http2.ErrCodeProtocol), answers1: never},
		{name: "RST_STREAM(PROTOCOL_ERROR) once", answer: resetOnce(http2.ErrCodeProtocol), answers1: afterOnce},
		{name: "REFUSED_STREAM", answer: reset(http2.ErrCodeRefusedStream), answers1: never},
		{name: "REFUSED_STREAM once", answer: resetOnce(http2.ErrCodeRefusedStream), answers1: afterOnce},
		{name: "REFUSED_STREAM at the head", answer: reset(http2.ErrCodeRefusedStream), answers1: never, early: true},
		{name: "REFUSED_STREAM at the head, once", answer: resetOnce(http2.ErrCodeRefusedStream), answers1: afterOnce, early: true},
		{name: "INTERNAL_ERROR once", answer: resetOnce(http2.ErrCodeInternal), answers1: afterOnce},
		{name: "GOAWAY(NO_ERROR) with last stream 0", answer: goAway(http2.ErrCodeNo), answers1: never},
		{name: "GOAWAY(ENHANCE_YOUR_CALM) with last stream 0", answer: goAway(http2.ErrCodeEnhanceYourCalm), answers1: never},
	}
	requests := map[string]adapter.Request{
		"POST":                          {Body: []byte("hello")},
		"POST without content":          {},
		"GET":                           {Method: http.MethodGet, Query: "to=1"},
		"DELETE":                        {Method: http.MethodDelete},
		"POST, own key":                 {Header: http.Header{"Idempotency-Key": {"1"}}, Body: []byte("hello")},
		"POST without content, own key": {Header: http.Header{"Idempotency-Key": {"1"}}},
	}
	for _, tt := range servers {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for what, request := range requests {
				s := &secureServer{answer: tt.answer, answers1: tt.answers1, early: tt.early}
				s.start(t)
				for who, c := range s.clients(t) {
					s.requests.Store(0)
					_, err := c.NewCall(provider.OpSend).Do(t.Context(), request)
					require.Error(t, err, "%s: %s", who, what)
					require.Equal(t, int32(1), s.requests.Load(), "%s: %s: requests at the server", who, what)
					if !tt.early {
						require.True(t, requireFailure(t, err).MayHaveSent, "%s: %s", who, what)
					}
				}
			}
		})
	}
}

// TestN0ProperReply makes sure that the servers of the tests can be talked to.
func TestN0ProperReply(t *testing.T) {
	t.Parallel()
	s := &secureServer{
		answer:   func(w *http2.Framer, stream uint32, _ int32) { reply2(w, stream) },
		answers1: func(int32) bool { return true },
	}
	s.start(t)
	for who, c := range s.clients(t) {
		for range 3 {
			s.requests.Store(0)
			reply, err := post(t.Context(), c)
			require.NoError(t, err, who)
			require.Equal(t, "{}", string(reply.Body), who)
			require.Equal(t, int32(1), s.requests.Load(), who)
		}
	}
}

// TestN0Versions has a server of net/http's that speaks both versions.
func TestN0Versions(t *testing.T) {
	t.Parallel()
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	trusted := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	kit := newClient(t, adapter.Config{BaseURL: server.URL})
	adapter.OwnTransport(kit).TLSClientConfig = &tls.Config{RootCAs: trusted}
	reply, err := post(t.Context(), kit)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1", string(reply.Body), "the kit's own transport")
	reply, err = post(t.Context(), newClient(t, adapter.Config{BaseURL: server.URL, HTTPClient: server.Client()}))
	require.NoError(t, err)
	require.Equal(t, "HTTP/2.0", string(reply.Body), "a user's client decides for itself")
}

// TestN3HeaderOfATransport has a kept connection that the server closes when it has
// read the second request, and transports that add a header with which net/http
// repeats requests.
func TestN3HeaderOfATransport(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "X-Trace"} {
		for what, request := range map[string]adapter.Request{
			"POST": {Body: []byte("hello")}, "POST without content": {}, "GET": {Method: http.MethodGet}, "DELETE": {Method: http.MethodDelete},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				s := &secureServer{answers1: func(number int32) bool { return number != 2 }}
				s.start(t)
				client := &http.Client{Transport: withHeader{name, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.trusted}}}}
				t.Cleanup(client.CloseIdleConnections)
				c := newClient(t, adapter.Config{BaseURL: s.baseURL, HTTPClient: client})
				for number, good := range []bool{true, false, true} {
					_, err := c.NewCall(provider.OpSend).Do(t.Context(), request)
					require.Equal(t, good, err == nil, "%v", err)
					require.Equal(t, number+1, int(s.requests.Load()), "one send is one request")
					require.Equal(t, !good, provider.MayHaveSent(err))
				}
			})
		}
	}
}
