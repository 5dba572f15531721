package tencent

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/cnsms/cnsms/internal/httpx"
)

// exchange is what became of the one request of a call. It travels to the
// transport in the request's context.
type exchange struct {
	op    string
	begun bool
	reply httpx.Reply
	err   error // an *provider.Error
}

type exchangeKey struct{}

// transport is the SDK's only way out.
type transport struct{ exchanges *httpx.Client }

var errNotOurs = errors.New("tencent: the SDK may make one request a call, and only for a call")

// RoundTrip makes the one request of a call. What it returns is for the SDK,
// which reads little of it; the truth goes into the exchange.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok || x.begun {
		return nil, errNotOurs
	}
	x.begun = true
	x.reply, x.err = t.exchanges.Forward(r.Context(), x.op, r)
	if x.err != nil {
		return nil, x.err
	}
	body, err := httpx.JSONObject(x.reply.Body) // the SDK panics on null
	if err != nil {
		x.err = t.exchanges.BadReply(x.op, x.reply, err.Error())
		return nil, x.err
	}
	return responseOf(r, x.reply.Status, body), nil
}

// responseOf is a reply without headers: by some of them the SDK chooses other
// ways of reading.
func responseOf(r *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Request: r, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}
}
