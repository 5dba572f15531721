package relaydoor

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// refusal is the response to a request that the gateway refuses.
type refusal struct {
	status int
	err    relayapi.Error
	header map[string]string

	// by is whose request it was, if that is known, and counted is true when the gateway has
	// counted the refusal.
	by      gateway.Principal
	counted bool
}

func refuseWith(status int, code relayapi.ErrorCode, field, message string) *refusal {
	return &refusal{status: status, err: relayapi.Error{Code: code, Field: field, Message: message}}
}

func invalid(field, message string) *refusal {
	return refuseWith(http.StatusBadRequest, relayapi.CodeInvalidField, field, message)
}

func refuse(w http.ResponseWriter, r *refusal) {
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	write(w, r.status, relayapi.ErrorReply{Error: r.err})
}

// document is a body that is JSON already.
type document string

func write(w http.ResponseWriter, status int, body any) {
	var encoded []byte
	if ready, ok := body.(document); ok {
		encoded = []byte(ready)
	} else {
		encoded, _ = json.Marshal(body) // the structs of relayapi always marshal
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(encoded)))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(encoded)
}
