package otp_test

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// head begins a request of HTTP/1.1 that would be a good one.
const head = "POST /start HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/json\r\n"

const good = `{"purpose":"login","phone":"13800138000"}`

// rawRequests are requests that no browser makes; each has the word EVIL in it where it can.
var rawRequests = map[string]string{
	"lower-case method":         "post /start HTTP/1.1\r\nHost: EVIL\r\nContent-Length: 0\r\n\r\n",
	"TRACE":                     "TRACE /start HTTP/1.1\r\nHost: example.com\r\nX: EVIL\r\n\r\n",
	"CONNECT":                   "CONNECT EVIL:443 HTTP/1.1\r\nHost: EVIL:443\r\n\r\n",
	"no Host":                   "POST /start HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
	"two Hosts":                 "POST /start HTTP/1.1\r\nHost: a\r\nHost: EVIL\r\nContent-Length: 0\r\n\r\n",
	"a Host that is none":       "POST /start HTTP/1.1\r\nHost: EVIL\x01\r\nContent-Length: 0\r\n\r\n",
	"a dotted path":             "POST /%2e%2e/start/EVIL HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
	"a NUL in the path":         "POST /start%00EVIL HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
	"an absolute path":          "POST http://EVIL/start HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	"Content-Length twice":      head + "Content-Length: 4\r\nContent-Length: 41\r\n\r\n" + good,
	"Content-Length and chunks": head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nPOST /EVIL HTTP/1.1\r\n\r\n",
	"a negative length":         head + "Content-Length: -1\r\n\r\n" + good,
	"chunks that lie":           head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nEVIL\r\n0\r\n\r\n",
	"a chunk extension":         head + "Transfer-Encoding: chunked\r\n\r\n2;x=" + strings.Repeat("EVIL", 5000) + "\r\n{}\r\n0\r\n\r\n",
	"trailers for headers":      head + "Transfer-Encoding: chunked\r\nTrailer: Cookie, Content-Type, X-EVIL\r\n\r\n2\r\n{}\r\n0\r\nCookie: cnsms-otp=EVIL\r\nX-EVIL: 1\r\n\r\n",
	"gzip twice over":           head + "Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n",
	"a coding of the content":   head + "Content-Encoding: EVIL\r\nContent-Length: 2\r\n\r\n{}",
	"a type that is none":       "POST /start HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=EVIL\r\nContent-Length: 2\r\n\r\n{}",
	"two types":                 "POST /start HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
	"cookies that are none":     head + "Cookie: __Host-cnsms-otp=EVIL; =EVIL; cnsms-otp=\"EVIL\"; a=\x7f\r\nContent-Length: 2\r\n\r\n{}",
	"languages":                 head + "Accept-Language: " + strings.Repeat("EVIL;q=0.0000001,", 2000) + "\r\nContent-Length: 2\r\n\r\n{}",
	"a deep body":               head + "Content-Length: 16000\r\n\r\n" + `{"EVIL":` + strings.Repeat("[", 15_992),
	"a folded header":           head + "X: a\r\n EVIL\r\nContent-Length: 2\r\n\r\n{}",
	"a foreign origin":          head + "Origin: https://EVIL\r\nContent-Length: 41\r\n\r\n" + good,
	"an origin that is none":    head + "Origin: EVIL\r\nContent-Length: 41\r\n\r\n" + good,
	"a foreign site":            head + "Sec-Fetch-Site: cross-site\r\nContent-Length: 41\r\n\r\n" + good,
	"HTTP/0.9":                  "GET /status?id=EVIL\r\n\r\n",
	"HTTP/3.0":                  "GET /status?id=EVIL HTTP/3.0\r\nHost: a\r\n\r\n",
	"an upgrade":                "GET /status?id=a&purpose=EVIL HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: EVIL\r\n\r\n",
	"a body to GET":             "GET /status?id=a&purpose=EVIL HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nEVIL",
	"a range":                   "GET /status?id=a&purpose=EVIL HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n",
	"a member in another case":  "GET /status?ID=EVIL&purpose=login HTTP/1.1\r\nHost: a\r\n\r\n",
	"half a pair":               head + "Content-Length: 22\r\n\r\n" + `{"purpose":"\ud800EVI"}`,
}

// TestHandlerStandsRawRequests writes them on a connection: none sends a text, none is
// repeated, and none makes the server complain.
func TestHandlerStandsRawRequests(t *testing.T) {
	t.Parallel()
	codes, sms, _ := newClocked(t)
	h, err := otp.NewHandler(otp.HandlerConfig{Service: codes, OnVerified: func(http.ResponseWriter, *http.Request, otp.Checked) error { return nil }})
	require.NoError(t, err)
	var complaints locked
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(&complaints, "", 0)
	server.Start()
	defer server.Close()
	for name, request := range rawRequests {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		go func() { // the server may stop reading
			_, _ = io.WriteString(conn, request)
			_ = conn.(*net.TCPConn).CloseWrite()
		}()
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			var text bytes.Buffer
			require.NoError(t, answer.Write(&text), name)
			require.NoError(t, answer.Body.Close())
			require.True(t, answer.StatusCode >= 400 && answer.StatusCode <= 505 && answer.StatusCode != 500, "%s: %s", name, text.String())
			require.NotContains(t, strings.ToUpper(text.String()), "EVIL", name)
		}
		require.NoError(t, conn.Close())
	}
	sms.ExpectNothing(t)
	require.Empty(t, complaints.String())
}

// locked is a buffer for many.
type locked struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *locked) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(data)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}
