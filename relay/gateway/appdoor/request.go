package appdoor

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// request is one request.
type request struct {
	*http.Request

	// token is the phone's token, caller its holder, and phone what the door knows of it; for
	// an endpoint that needs one.
	token  string
	caller gateway.Principal
	phone  *phone
	// writer is where its response goes, control reaches the connection, and ending is closed
	// when the gateway shuts down.
	writer  http.ResponseWriter
	control *http.ResponseController
	ending  <-chan struct{}
}

const maxBody = relayapi.MaxBody

// longAgo is a deadline that ends a write at once.
var longAgo = time.Unix(1, 0)

// authorization is the scheme of the header, in lower case, and what follows it.
func authorization(header http.Header) (scheme, credential string) {
	scheme, credential, _ = strings.Cut(strings.TrimSpace(header.Get("Authorization")), " ")
	return strings.ToLower(scheme), strings.TrimSpace(credential)
}

// bearer is the token of an Authorization header, or nothing.
func bearer(header http.Header) string {
	scheme, token := authorization(header)
	if scheme != "bearer" {
		return ""
	}
	return token
}

// decode reads a JSON body. It ignores members that it does not know: new versions of the app
// have new ones.
func (req *request) decode(into any) *refusal {
	if coding := req.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return refuseWith(http.StatusUnsupportedMediaType, relayapi.CodeUnsupportedMediaType, "Content-Encoding: want none")
	}
	body, refused := req.body()
	if refused != nil {
		return refused
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(into); err != nil {
		return unparsable(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return refuseWith(http.StatusBadRequest, relayapi.CodeBadJSON, "the body has more than one JSON value")
	}
	return nil
}

// body reads the body. It fails when the time is over or the gateway shuts down.
func (req *request) body() ([]byte, *refusal) {
	body, err := doors.ReadBody(req.writer, req.Request, maxBody, req.ending)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, doors.ErrLate):
		return nil, refuseWith(http.StatusRequestTimeout, relayapi.CodeBodyTimeout, "the body did not arrive within ten seconds")
	case errors.Is(err, doors.ErrEnding):
		return nil, refusalFor(gateway.ErrShuttingDown)
	case errors.As(err, &tooLarge):
		return nil, refuseWith(http.StatusRequestEntityTooLarge, relayapi.CodeBodyTooLarge, "the body is larger than 64 KiB")
	case err != nil:
		return nil, refuseWith(http.StatusBadRequest, relayapi.CodeBadJSON, "the body could not be read to its end")
	}
	return body, nil
}

// unparsable names the wrong member where the standard library does.
func unparsable(err error) *refusal {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return refuseWith(http.StatusBadRequest, relayapi.CodeInvalidField, wrongType.Field+": wrong type")
	}
	return refuseWith(http.StatusBadRequest, relayapi.CodeBadJSON, "the body is not the JSON that this path wants")
}
