package otp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Code is what went wrong, for programs. The list is closed, and the words do not change:
// pages and apps branch on them. A Code is an error to compare with:
// errors.Is(err, otp.WrongCode).
type Code string

const (
	// BadRequest: the request is at fault; Error.Text names the field.
	BadRequest Code = "bad_request"
	// BadPhone: what was typed is no phone number.
	BadPhone Code = "bad_phone"
	// WrongCode: the code is wrong. TriesLeft says how many are left. Without it there is
	// no such verification for whoever asks: begin anew.
	WrongCode Code = "wrong_code"
	// Used: the right code has come before.
	Used Code = "used"
	// TimeOver: the code is no longer good; begin anew.
	TimeOver Code = "expired"
	// NoTries: too many wrong codes; begin anew.
	NoTries Code = "exhausted"
	// GivenUp: the verification was canceled.
	GivenUp Code = "canceled"
	// NotSent: every service refused; Error.Err says why.
	NotSent Code = "not_sent"
	// Wait: it is too early; RetryAfter says how long to wait, and Rule which limit it was.
	Wait Code = "wait"
	// NoSends: there are no more texts in this verification; the codes that came are good.
	NoSends Code = "no_sends"
	// HasArrived: a text was delivered, so that no further one is sent.
	HasArrived Code = "arrived"
	// ChallengeWanted: the guard wants a challenge solved first.
	ChallengeWanted Code = "challenge"
	// Blocked: the guard refuses, and waiting does not help.
	Blocked Code = "blocked"
	// Unavailable: a store, a guard or a service does not answer. Try again later.
	Unavailable Code = "unavailable"
)

// Error returns the code.
func (c Code) Error() string { return string(c) }

// Error is every error of a Service. It holds no code, no number and no secret. Its JSON
// is for the page that asked: only what may be told there.
type Error struct {
	// Code is what went wrong.
	Code Code
	// Rule names the limit that was reached, where it was one: "resend", "phone", "guesses", or a
	// rule of the guard's. It is "code" for a BadRequest where no code was typed.
	Rule string
	// RetryAfter is how long to wait before the same is asked again; 0 where that
	// does not help or is not known.
	RetryAfter time.Duration
	// ResendAfter is how long it is until the next text may be asked for.
	ResendAfter time.Duration
	// ExpiresIn is how long the code is still good.
	ExpiresIn time.Duration
	// TriesLeft is how many codes may still be tried, where that may be told.
	TriesLeft int
	// Challenge is what to solve, in the words of the guard's challenger.
	Challenge json.RawMessage
	// Text explains the failure to a programmer. It is not for users.
	Text string
	// Err is the cause, or nil.
	Err error
}

// Error puts what is known on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("otp: " + string(e.Code))
	if e.Rule != "" {
		fmt.Fprintf(&b, " (%s)", e.Rule)
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ": retry after %d s", seconds(e.RetryAfter))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Is reports whether target is the error's code.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// HTTPStatus returns the status for an HTTP answer. Where it is 429 or 503 and RetryAfter
// is set, the answer has that in its header Retry-After, by [Error.RetrySeconds].
func (e *Error) HTTPStatus() int {
	switch e.Code {
	case BadRequest, BadPhone:
		return http.StatusBadRequest
	case Wait, NoSends, NoTries:
		return http.StatusTooManyRequests
	case ChallengeWanted, Blocked:
		return http.StatusForbidden
	case TimeOver, Used, GivenUp:
		return http.StatusGone
	case HasArrived:
		return http.StatusConflict
	case WrongCode:
		return http.StatusUnprocessableEntity
	case NotSent:
		return http.StatusBadGateway
	}
	return http.StatusServiceUnavailable
}

// RetrySeconds is RetryAfter in whole seconds, rounded up.
func (e *Error) RetrySeconds() int { return seconds(e.RetryAfter) }

// MarshalJSON writes code, rule, waits in whole seconds (rounded up), tries left and
// challenge; what is not known is left out. Neither Text nor the cause stands in it.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code        Code            `json:"code"`
		Rule        string          `json:"rule,omitempty"`
		RetryAfter  int             `json:"retry_after,omitempty"`
		ResendAfter int             `json:"resend_after,omitempty"`
		ExpiresIn   int             `json:"expires_in,omitempty"`
		TriesLeft   int             `json:"tries_left,omitempty"`
		Challenge   json.RawMessage `json:"challenge,omitempty"`
	}{e.Code, e.Rule, seconds(e.RetryAfter), seconds(e.ResendAfter), seconds(e.ExpiresIn), e.TriesLeft, e.Challenge})
}

func badRequest(text string) *Error { return &Error{Code: BadRequest, Text: text} }

// missing is for a request that names no verification of anybody's.
func missing(id, purpose, binding string) *Error {
	var empty []string
	for _, field := range [][2]string{{"ID", id}, {"Purpose", purpose}, {"Binding", binding}} {
		if field[1] == "" {
			empty = append(empty, field[0])
		}
	}
	return badRequest(strings.Join(empty, ", ") + ": must not be empty; want what Start had and returned")
}

// unavailable is the failure of a store, a guard or a service.
func unavailable(what string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return &Error{Code: Unavailable, Text: what, Err: err}
}

// ended is the error for a verification that is over.
func ended(r Record, now Time) *Error {
	switch r.AsOf(now) {
	case Approved:
		return &Error{Code: Used}
	case Exhausted:
		return &Error{Code: NoTries}
	case Canceled:
		return &Error{Code: GivenUp}
	case Undeliverable:
		return &Error{Code: NotSent}
	case Reserved, Pending: // the tries are used up before the first answer came
		return &Error{Code: NoTries}
	}
	return &Error{Code: TimeOver}
}
