package otp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// refusal is an error with a status of its own.
type refusal struct {
	status int
	err    *Error
}

func (r *refusal) Error() string { return r.err.Error() }

func (r *refusal) Unwrap() error { return r.err }

// refused is for a request that the service has not seen.
func refused(status int, detail string) error { return &refusal{status, badRequest(detail)} }

// noCookie is a detail that follows from the request alone, so that it tells nothing of
// what there is.
const noCookie = "Cookie: the request does not have the one that start has set; over plain HTTP, but on this machine, that needs HandlerConfig.InsecureCookie"

// fail answers with an error.
func (x *exchange) fail(err error) {
	answer := &Error{Code: Unavailable}
	errors.As(err, &answer)
	if len(answer.Challenge) > 0 && !json.Valid(answer.Challenge) { // of a store or a guard by somebody else
		answer = &Error{Code: Unavailable}
	}
	status := answer.HTTPStatus()
	var own *refusal
	if errors.As(err, &own) {
		status = own.status
	}
	if wait := answer.RetrySeconds(); wait > 0 && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		x.w.Header().Set("Retry-After", strconv.Itoa(wait))
	}
	more := []member{{"message", x.words.For(answer)}}
	switch {
	case answer.Code == BadRequest, answer.Text == badSolution:
		more = append(more, member{"detail", answer.Text})
	case answer.Code == WrongCode && x.session.isNew:
		more = append(more, member{"detail", noCookie})
	}
	x.leave()
	x.write(status, answer, more...)
}

// verification answers with a verification, or passes the error on.
func (x *exchange) verification(v Verification, err error) error {
	if err != nil {
		return err
	}
	x.write(http.StatusOK, v, member{"message", x.words.About(v)})
	return nil
}

// member is a member of a JSON object.
type member struct{ name, text string }

// write answers with a JSON object and further members of it.
func (x *exchange) write(status int, object any, more ...member) {
	body, _ := json.Marshal(object) // what comes here always is JSON
	for _, each := range more {
		body = each.addTo(body)
	}
	header := x.w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Content-Language", x.words.language())
	x.w.WriteHeader(status)
	_, _ = x.w.Write(append(body, '\n')) // a client that has gone hears nothing
}

// addTo adds the member to a JSON object that has some already.
func (m member) addTo(object []byte) []byte {
	text, _ := json.Marshal(m.text) // a string always is JSON
	object = append(object[:len(object)-1], `,"`+m.name+`":`...)
	return append(append(object, text...), '}')
}
