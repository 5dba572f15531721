package main

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/cnsms/cnsms/provider"
)

// loginCode answers POST requests with a field "phone": it sends the phone's
// code. All it knows of the sending is provider.Provider, so a test hands in
// whatever suits it.
type loginCode struct {
	sms   provider.Provider
	codes *pendingCodes
}

// What the page tells its user.
const (
	stateSent    = "sent"
	stateUnclear = "perhaps on its way" // wait before asking again
	stateRefused = "refused"            // asking again will not help
	stateLater   = "later"
)

// result is the answer.
type result struct {
	State string `json:"state"`
	To    string `json:"to,omitempty"` // masked
}

func (h *loginCode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	phone, err := provider.ParsePhone(r.PostFormValue("phone"))
	if err != nil {
		answer(w, http.StatusBadRequest, result{State: stateRefused})
		return
	}
	// The code is remembered first: it may arrive although the send fails.
	code, err := h.codes.codeFor(phone)
	if err != nil {
		answer(w, http.StatusInternalServerError, result{State: stateLater})
		return
	}
	_, err = h.sms.Send(r.Context(), provider.Message{
		To: phone, Template: "login", Params: provider.Params{provider.ParamCode: code},
	})
	status, state := explain(w.Header(), err)
	answer(w, status, result{State: state, To: phone.String()})
}

// explain turns the outcome of a send into an answer. The error itself is for
// the log, never for the user.
func explain(header http.Header, err error) (int, string) {
	wait, limited := provider.PhoneLimit(err)
	switch {
	case err == nil:
		return http.StatusAccepted, stateSent
	case provider.MayHaveSent(err):
		return http.StatusAccepted, stateUnclear
	case errors.Is(err, provider.KindRecipient), errors.Is(err, provider.KindBlocked):
		return http.StatusUnprocessableEntity, stateRefused
	case limited:
		if wait > 0 {
			header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		}
		return http.StatusTooManyRequests, stateLater
	}
	return http.StatusServiceUnavailable, stateLater
}

func answer(w http.ResponseWriter, status int, r result) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r)
}
