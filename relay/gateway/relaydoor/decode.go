package relaydoor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// decode reads a request's body into a struct of relayapi.
func decode(req *request, into any) *refusal {
	if refused := wantJSON(req.Header); refused != nil {
		return refused
	}
	body, refused := req.body()
	if refused != nil {
		return refused
	}
	return parse(body, into)
}

// bodyTime is how long a body may take to arrive. A phone's network can be slow; but a
// request whose body never arrives would keep the gateway from shutting down.
const bodyTime = 10 * time.Second

// longAgo is a deadline that ends a read at once.
var longAgo = time.Unix(1, 0)

// body reads the body. It fails when the time is over or the gateway shuts down.
func (req *request) body() ([]byte, *refusal) {
	giveUp := func() { _ = req.control.SetReadDeadline(longAgo) }
	timer, read := time.AfterFunc(bodyTime, giveUp), make(chan struct{})
	defer close(read)
	go func() {
		select {
		case <-req.ending:
			giveUp()
		case <-read:
		}
	}()
	// Without a ResponseWriter MaxBytesReader cannot close the connection; the server
	// does that when it finds the rest of the body unread.
	body, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, relayapi.MaxBody))
	switch inTime := timer.Stop(); {
	case !inTime:
		return nil, refuseWith(http.StatusRequestTimeout, relayapi.CodeBodyTimeout, "", "the body did not arrive within ten seconds")
	case err != nil && req.isEnding():
		return nil, refusalFor(gateway.ErrShuttingDown, gateway.Job{})
	case err != nil:
		return nil, unreadable(err)
	}
	return body, nil
}

// isEnding reports whether the gateway is shutting down.
func (req *request) isEnding() bool {
	select {
	case <-req.ending:
		return true
	default:
		return false
	}
}

func unreadable(err error) *refusal {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refuseWith(http.StatusRequestEntityTooLarge, relayapi.CodeBodyTooLarge, "", "the body is larger than 64 KiB")
	}
	return badJSON("the body could not be read to its end")
}

// parse reads one JSON object and nothing else.
func parse(body []byte, into any) *refusal {
	body = bytes.Trim(body, " \t\r\n") // no more than JSON allows
	switch {
	case len(body) == 0:
		return badJSON("the body is empty")
	case !utf8.Valid(body):
		return badJSON("the body is not UTF-8")
	case body[0] != '{':
		return badJSON("the body is not a JSON object")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return unparsable(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return badJSON("the body has more than one JSON object")
	}
	return checkFields(body)
}

func wantJSON(header http.Header) *refusal {
	const want = "want Content-Type: application/json in UTF-8, not compressed"
	media, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return refuseWith(http.StatusUnsupportedMediaType, relayapi.CodeUnsupportedMediaType, "Content-Type", want)
	}
	if coding := header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return refuseWith(http.StatusUnsupportedMediaType, relayapi.CodeUnsupportedMediaType, "Content-Encoding", want)
	}
	return nil
}

func badJSON(message string) *refusal {
	return refuseWith(http.StatusBadRequest, relayapi.CodeBadJSON, "", message)
}

// unparsable names the wrong field where the standard library does.
func unparsable(err error) *refusal {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		if wrongType.Field == "" {
			return badJSON("the body is not a JSON object")
		}
		return invalid(wrongType.Field, "wrong type: got a JSON "+short(wrongType.Value))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return refuseWith(http.StatusBadRequest, relayapi.CodeUnknownField, short(strings.Trim(name, `"`)), "this field does not exist")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
		return badJSON("the body is not complete JSON")
	}
	// All other errors come from the one value that decodes itself: a time.
	return invalid("at", "want a time as in RFC 3339")
}

// short limits how much of a request a response repeats.
func short(s string) string {
	const most = 64
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}
