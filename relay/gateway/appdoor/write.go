package appdoor

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// response is the response to a request that is not refused.
type response struct {
	status int
	body   any
	// stream, when set, writes the response itself.
	stream func(w http.ResponseWriter)
}

// refusal is the response to a request that is refused.
type refusal struct {
	status  int
	code    relayapi.ErrorCode
	message string
	header  map[string]string

	// by is whose request it was, if that is known, and counted is true when the gateway has
	// counted the refusal. passing says that nothing is wrong with the request.
	by               gateway.Principal
	counted, passing bool
}

// problem is the body of the response to a request that is refused.
type problem struct {
	Message string             `json:"message"`
	Code    relayapi.ErrorCode `json:"code"`
}

func refuseWith(status int, code relayapi.ErrorCode, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

// refusalFor returns the response to an error of the gateway.
func refusalFor(err error) *refusal {
	refused := translate(err)
	refused.counted = true
	return refused
}

func translate(err error) *refusal {
	var forbidden *gateway.ForbiddenError
	var scope *gateway.ScopeError
	var limit *gateway.LimitError
	var field *gateway.FieldError
	switch {
	case errors.Is(err, gateway.ErrUnauthorized):
		return refuseWith(http.StatusUnauthorized, relayapi.CodeUnauthorized, "want Authorization: Bearer with a token that the gateway knows")
	case errors.As(err, &forbidden):
		return refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "this token is not a phone's")
	case errors.As(err, &scope):
		return refuseWith(http.StatusForbidden, relayapi.CodeLaneForbidden, "this token is not for the lane "+scope.Value)
	case errors.As(err, &limit):
		refused := tooMany("too many requests of this token", limit.RetryAfter)
		refused.passing = true
		return refused
	case errors.As(err, &field):
		return refuseWith(http.StatusBadRequest, relayapi.CodeInvalidField, field.Field+": "+field.Problem)
	case errors.Is(err, gateway.ErrNoPrincipals):
		return refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "this gateway registers no phones: it has no Config.Principals")
	case errors.Is(err, gateway.ErrRegistrationUnknown), errors.Is(err, gateway.ErrRegistrationUsed), errors.Is(err, gateway.ErrRegistrationExpired):
		return refuseWith(http.StatusUnauthorized, relayapi.CodeUnauthorized, wrongCode)
	case errors.Is(err, gateway.ErrShuttingDown):
		return &refusal{status: http.StatusServiceUnavailable, code: relayapi.CodeShuttingDown, message: "the gateway is shutting down", passing: true}
	}
	return &refusal{status: http.StatusServiceUnavailable, code: relayapi.CodeQueueUnavailable, message: "the queue failed", passing: true}
}

// tooMany says after how long to try again, in whole seconds.
func tooMany(message string, wait time.Duration) *refusal {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeTooManyRequests, message)
	refused.header = map[string]string{relayapi.HeaderRetryAfter: strconv.Itoa(seconds)}
	return refused
}

func write(w http.ResponseWriter, status int, body any) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	encoded, _ := json.Marshal(body) // the bodies always marshal
	header.Set("Content-Length", strconv.Itoa(len(encoded)))
	w.WriteHeader(status)
	_, _ = w.Write(encoded)
}
