package providertest

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// http2Server speaks just as much HTTP/2 as it takes to read whole requests and to
// refuse them in ways that net/http answers by sending them again. It decodes no
// headers: every stream that ends is one request.
type http2Server struct {
	url      string
	client   *http.Client // trusts the server and asks for HTTP/2
	requests atomic.Int64
	refuse   func(w io.Writer, stream uint32, nth int64)
}

// The types, flags and codes of RFC 9113 that are used here.
const (
	frameData      = 0x0
	frameHeaders   = 0x1
	frameReset     = 0x3
	frameSettings  = 0x4
	framePing      = 0x6
	frameGoAway    = 0x7
	flagAck        = 0x1
	flagEndStream  = 0x1
	protocolError  = 0x1
	refusedStream  = 0x7
	prefaceLength  = len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	largestFrame   = 1 << 20
	frameHeadBytes = 9
)

// resetStream answers a request with RST_STREAM.
func resetStream(code uint32) func(io.Writer, uint32) {
	return func(w io.Writer, stream uint32) {
		writeFrame(w, frameReset, 0, stream, binary.BigEndian.AppendUint32(nil, code))
	}
}

// goAway answers a request with GOAWAY that claims not to have seen it.
func goAway(w io.Writer, _ uint32) {
	const lastStream, noError = 0, 0
	payload := binary.BigEndian.AppendUint32(nil, lastStream)
	writeFrame(w, frameGoAway, 0, 0, binary.BigEndian.AppendUint32(payload, noError))
}

// startHTTP2 starts a server on a real TLS listener that refuses every request;
// nth counts them from 1.
func (c *check) startHTTP2(refuse func(w io.Writer, stream uint32, nth int64)) *http2Server {
	c.Helper()
	certificate, pool := testCertificate()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		c.Fatal(err)
	}
	secure := tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	})
	s := &http2Server{url: "https://" + listener.Addr().String(), refuse: refuse}
	transport := &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	}
	s.client = &http.Client{Transport: transport}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := secure.Accept()
			if err != nil {
				return
			}
			go s.serve(connection)
		}
	}()
	c.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = secure.Close()
		<-done
	})
	return s
}

// testCertificate borrows the certificate that net/http/httptest has for example.com
// and loopback addresses.
func testCertificate() (tls.Certificate, *x509.CertPool) {
	lender := httptest.NewUnstartedServer(nil)
	lender.StartTLS()
	defer lender.Close()
	pool := x509.NewCertPool()
	pool.AddCert(lender.Certificate())
	return lender.TLS.Certificates[0], pool
}

// serve reads frames until the connection ends.
func (s *http2Server) serve(connection net.Conn) {
	defer func() { _ = connection.Close() }()
	r := bufio.NewReader(connection)
	if _, err := io.CopyN(io.Discard, r, int64(prefaceLength)); err != nil {
		return
	}
	writeFrame(connection, frameSettings, 0, 0, nil)
	for {
		kind, flags, stream, payload, err := readFrame(r)
		if err != nil {
			return
		}
		switch {
		case kind == frameSettings && flags&flagAck == 0:
			writeFrame(connection, frameSettings, flagAck, 0, nil)
		case kind == framePing && flags&flagAck == 0:
			writeFrame(connection, framePing, flagAck, 0, payload)
		case (kind == frameData || kind == frameHeaders) && flags&flagEndStream != 0:
			s.refuse(connection, stream, s.requests.Add(1))
		}
	}
}

func readFrame(r io.Reader) (kind, flags byte, stream uint32, payload []byte, err error) {
	var head [frameHeadBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, 0, nil, err
	}
	length := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
	if length > largestFrame {
		return 0, 0, 0, nil, io.ErrUnexpectedEOF
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(r, payload)
	return head[3], head[4], binary.BigEndian.Uint32(head[5:]) & (1<<31 - 1), payload, err
}

func writeFrame(w io.Writer, kind, flags byte, stream uint32, payload []byte) {
	const mostPayload = 1<<8 - 1 // what is written here is some bytes long
	frame := []byte{0, 0, byte(len(payload) & mostPayload), kind, flags}
	frame = binary.BigEndian.AppendUint32(frame, stream)
	_, _ = w.Write(append(frame, payload...))
}
