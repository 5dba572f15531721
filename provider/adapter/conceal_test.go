package adapter_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// secret stands in the body of a request whose reply repeats it.
const secret = "number=13800138000"

// echo answers every request with the reply that format makes of its body, which
// need not be HTTP.
func echo(t *testing.T, format string) (baseURL string) {
	t.Helper()
	listener := listen(t)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		r, err := http.ReadRequest(bufio.NewReader(connection))
		if err != nil {
			return
		}
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(connection, format, body)
	}()
	return "http://" + listener.Addr().String()
}

// TestBrokenReplyIsNotRepeated has replies that net/http cannot read and quotes in
// its error.
func TestBrokenReplyIsNotRepeated(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, reply string }{
		{name: "no HTTP", reply: "%s\r\n\r\n"},
		{name: "version", reply: "HTTP/%s 200 OK\r\n\r\n"},
		{name: "status", reply: "HTTP/1.1 %s\r\n\r\n"},
		{name: "header without a colon", reply: "HTTP/1.1 200 OK\r\n%s\r\n\r\n"},
		{name: "name of a header", reply: "HTTP/1.1 200 OK\r\n\"%s\\: x\r\n\r\n"},
		{name: "length", reply: "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"},
		{name: "two lengths", reply: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: %s\r\n\r\n"},
		{name: "transfer encoding", reply: "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n"},
		{name: "trailer", reply: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n%s\r\n\r\n"},
		{name: "address of a redirect", reply: "HTTP/1.1 302 Found\r\nLocation: https://a.invalid/?%s\r\nContent-Length: 0\r\n\r\n"},
		{name: "reason", reply: "HTTP/1.1 302 %s\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, adapter.Config{BaseURL: echo(t, tt.reply)})
			_, err := c.NewCall(provider.OpSend).Do(t.Context(), adapter.Request{Path: "/", Body: []byte(secret)})
			require.True(t, requireFailure(t, err).MayHaveSent)
			requireHidden(t, err)
		})
	}
}

// requireHidden looks into every cause.
func requireHidden(t *testing.T, err error) {
	t.Helper()
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		require.NotContains(t, cause.Error(), "13800138000")
	}
}

func TestUnquotedLineOfAReplyIsHidden(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("transport connection broken: %w", textproto.ProtocolError("malformed MIME header line: "+secret))
	c := clientOver(t, failing{cause})
	_, err := post(t.Context(), c)
	requireHidden(t, err)
	require.ErrorContains(t, err, "transport connection broken: malformed MIME header line")
}

func TestQuotesInsideQuotesAreHidden(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("bad line %q in the reply", `"`+secret+`"`)
	c := clientOver(t, failing{cause})
	_, err := post(t.Context(), c)
	requireHidden(t, err)
	require.ErrorContains(t, err, `bad line "…" in the reply`)
}

// TestCausesStayKnown asks what a reworded error is.
func TestCausesStayKnown(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("POST %q: %w", secret, &net.OpError{Op: "dial", Err: io.EOF})
	c := clientOver(t, failing{
		&url.Error{Op: "Post", URL: "https://a.invalid", Err: cause},
	})
	_, err := post(t.Context(), c)
	requireHidden(t, err)
	require.ErrorIs(t, err, io.EOF)
	var operation *net.OpError
	require.ErrorAs(t, err, &operation)
	require.False(t, requireFailure(t, err).MayHaveSent, "a connection that was never made is still known as such")
}

// TestNothingOfARequestShows has a transport that quotes everything in its error, as
// transports that log do.
func TestNothingOfARequestShows(t *testing.T) {
	t.Parallel()
	c := newClient(t, adapter.Config{
		Credentials: []adapter.Credential{{Field: "Key", Value: "topsecret"}},
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("%s %s %v %s key=topsecret: %w", r.Method, r.URL, r.Header, readBody(t, r), io.ErrClosedPipe)
		})},
	})
	call := c.NewSend(provider.Message{To: provider.MustParsePhone("13800138000"), Params: provider.Params{"code": "042137"}})
	call.Hide("HIDDEN")
	_, err := call.Do(t.Context(), adapter.Request{
		Path: "/v1/SIGNATURE", Query: "sign=SIGNATURE", Header: http.Header{"Authorization": {"Bearer TOKEN"}, "X-Odd_name": {"a", "TOKEN"}},
		Form: adapter.Form{{Name: "mobile", Value: "13800138000"}, {Name: "content", Value: "042137 HIDDEN"}},
	})
	require.True(t, requireFailure(t, err).MayHaveSent)
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		for _, secret := range []string{"SIGNATURE", "TOKEN", "13800138000", "042137", "HIDDEN", "topsecret"} {
			require.NotContains(t, cause.Error(), secret)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				require.NotContains(t, fmt.Sprintf(verb, cause), secret, verb)
			}
		}
	}
	require.ErrorContains(t, err, "io: read/write on closed pipe", "what went wrong still shows")
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// TestOwnSentencesStay has secrets that stand in the kit's own words.
func TestOwnSentencesStay(t *testing.T) {
	t.Parallel()
	c := newClient(t, adapter.Config{
		Credentials: []adapter.Credential{{Field: "User", Value: "t"}, {Field: "Key", Value: "redirects"}},
		HTTPClient:  &http.Client{Transport: odd{&http.Response{StatusCode: http.StatusFound}}},
	})
	_, err := c.NewCall(provider.OpBalance).Do(t.Context(), adapter.Request{Header: http.Header{"X": {"service"}}})
	require.EqualError(t, err, "test: balance: unavailable: the service redirects; redirects are not followed (HTTP 302)")
}

func TestAddressIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New(`Post "https://a.invalid/send?sig=SIGNATURE": broken`)
	for _, err := range []error{cause, &url.Error{Op: "Post", URL: "https://a.invalid/send?sig=SIGNATURE", Err: io.EOF}} {
		_, got := post(t.Context(), clientOver(t, failing{err}))
		requireFailure(t, got)
		for ; got != nil; got = errors.Unwrap(got) {
			require.NotContains(t, got.Error(), "SIGNATURE", "nor does a cause show it")
		}
	}
	_, got := post(t.Context(), clientOver(t, failing{cause}))
	require.ErrorIs(t, got, cause, "the cause stays reachable")

	nested := &url.Error{Op: "Post", URL: "https://a.invalid/send?sig=SIGNATURE", Err: io.EOF}
	for range 3 {
		_, got = post(t.Context(), clientOver(t, failingLate(nested)))
		require.EqualError(t, got, "test: send: unavailable: EOF (may have been sent)", "the address is not worth a word")
		nested = &url.Error{Op: "Get", URL: "https://a.invalid/SIGNATURE", Err: nested}
	}

	_, got = post(t.Context(), clientOver(t, failing{errors.New("no sense in sig=SIGNATURE")}))
	requireFailure(t, got)

	_, got = clientOver(t, failing{io.ErrClosedPipe}).NewCall(provider.OpVerify).Do(t.Context(), adapter.Request{Path: "/"})
	require.EqualError(t, got, "test: verify: unavailable: io: read/write on closed pipe", "a path of one slash hides nothing")
}

// TestPathIsTakenOutOfErrors has an address that is escaped, and errors with the
// path as it was before and as it is then.
func TestPathIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/短信/check/SIGNATURE", "/%E7%9F%AD%E4%BF%A1/check/SIGNATURE"} {
		cause := &net.AddrError{Err: "no way to " + path, Addr: "x"}
		c := newClient(t, adapter.Config{BaseURL: "https://a.invalid/短信", HTTPClient: &http.Client{Transport: failing{cause}}})
		_, err := c.NewCall(provider.OpVerify).Do(t.Context(), adapter.Request{Path: "/check/SIGNATURE"})
		requireFailure(t, err)
		var found *net.AddrError
		require.ErrorAs(t, err, &found, "the cause stays reachable")
	}
}
