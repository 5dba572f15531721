package relaydoor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
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

// body reads the body. It fails when the time is over or the gateway shuts down.
func (req *request) body() ([]byte, *refusal) {
	body, err := doors.ReadBody(req.writer, req.Request, relayapi.MaxBody, req.ending)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, doors.ErrLate):
		return nil, refuseWith(http.StatusRequestTimeout, relayapi.CodeBodyTimeout, "", "the body did not arrive within ten seconds")
	case errors.Is(err, doors.ErrEnding):
		return nil, refusalFor(gateway.ErrShuttingDown, gateway.Job{})
	case errors.As(err, &tooLarge):
		return nil, refuseWith(http.StatusRequestEntityTooLarge, relayapi.CodeBodyTooLarge, "", "the body is larger than 64 KiB")
	case err != nil:
		return nil, badJSON("the body could not be read to its end")
	}
	return body, nil
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
