package providertest

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
)

// newPipeTransport is net/http's own transport over connections in memory, whose
// other end gives every request the same answer. Nothing is encrypted, also where
// the address says https: that would measure TLS.
func newPipeTransport(reply Reply) *http.Transport {
	raw := rawReply(reply)
	dial := func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go answerAll(far, raw)
		return near, nil
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: parallelSenders}
}

// rawReply is the reply as it stands on the wire.
func rawReply(reply Reply) []byte {
	var raw bytes.Buffer
	raw.WriteString("HTTP/1.1 " + strconv.Itoa(reply.status()) + " " + http.StatusText(reply.status()) + "\r\n")
	raw.WriteString("Content-Type: " + reply.ContentType + "\r\n")
	raw.WriteString("Content-Length: " + strconv.Itoa(len(reply.Body)) + "\r\n\r\n")
	raw.Write(reply.Body)
	return raw.Bytes()
}

// answerAll answers requests until the connection ends.
func answerAll(connection net.Conn, raw []byte) {
	defer func() { _ = connection.Close() }()
	requests := bufio.NewReader(connection)
	for {
		r, err := http.ReadRequest(requests)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if _, err := connection.Write(raw); err != nil {
			return
		}
	}
}
