package tencent

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

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
	body, problem := readable(x.reply.Body)
	if problem != "" {
		x.err = t.exchanges.BadReply(x.op, x.reply, problem)
		return nil, x.err
	}
	return responseOf(r, x.reply.Status, body), nil
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// readable lets through JSON objects only: the SDK panics on null.
func readable(reply []byte) (body []byte, problem string) {
	body = bytes.TrimSpace(bytes.TrimPrefix(reply, byteOrderMark))
	switch {
	case len(body) == 0:
		return nil, "empty"
	case body[0] != '{':
		return nil, "not a JSON object"
	case !json.Valid(body):
		return nil, "not JSON"
	}
	return body, ""
}

// responseOf is a reply without the headers by which the SDK chooses other ways
// of reading: content types and encodings.
func responseOf(r *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}
}
