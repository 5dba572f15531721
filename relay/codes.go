package relay

import (
	_ "embed"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/relay/relayapi"
)

//go:embed codes.txt
var codesFile string

// codes is parsed once. What a code means depends on what it is a code of.
var (
	codes          = facts.MustParseCodes(codesFile)
	fieldCodes     = codes.Table("invalid_field")
	failureClasses = codes.Table("failure")
	states         = codes.Table("state")
)

// Codes returns the gateway's error codes, with the tables "invalid_field", "failure"
// and "state".
func Codes() facts.Codes { return codes }

// isState reports whether the gateway knows such a state.
func isState(s relayapi.State) bool {
	_, ok := states.Lookup(string(s))
	return ok
}

// amend changes what the kit has made of a refusal.
func amend(err error, change func(*provider.Error)) error {
	var failure *provider.Error
	if !errors.As(err, &failure) {
		return err
	}
	amended := *failure
	change(&amended)
	return &amended
}

// refused is the error for an error response.
func refused(call *adapter.Call, reply adapter.Reply) error {
	refusal, err := decodeRefusal(reply.Body)
	if err != nil {
		return notOfTheGateway(call, reply.Status, err)
	}
	code, text := string(refusal.Code), refusal.Message
	if refusal.Field != "" {
		text = refusal.Field + ": " + text
	}
	return amend(call.Refuse(code, text), func(e *provider.Error) {
		if field, ok := fieldCodes.Lookup(refusal.Field); ok && refusal.Code == relayapi.CodeInvalidField {
			e.Kind = field.Kind
		}
	})
}

// passedNothingOn are the statuses with which something before the gateway says that it
// has kept a request to itself.
var passedNothingOn = []int{
	http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
	http.StatusProxyAuthRequired, http.StatusLengthRequired, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong,
	http.StatusMisdirectedRequest, http.StatusTooManyRequests, http.StatusRequestHeaderFieldsTooLarge,
}

// notOfTheGateway is the error for an error response that the gateway has not written.
// Something before it has, or BaseURL is the address of something else.
func notOfTheGateway(call *adapter.Call, status int, problem error) error {
	return amend(call.Unusable(problem.Error()), func(e *provider.Error) {
		e.MayHaveSent = e.MayHaveSent && !slices.Contains(passedNothingOn, status)
		if status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
			e.Kind, e.Text = provider.KindConfig, "BaseURL: no gateway responds at this address"
			e.Remedy = "check BaseURL: without " + root + ", and as the proxy before the gateway has it"
		}
	})
}

// verdict says whether a text in this state counts as accepted, after the gateway was
// asked to wait that long for a phone.
func verdict(call *adapter.Call, s submission, wait time.Duration) error {
	if s.State == relayapi.StateFailed {
		return failed(call, s)
	}
	if wait == 0 && !isOver(s) {
		return nil
	}
	row, _ := states.Lookup(string(s.State))
	call.Use(states)
	return amend(call.Judge(string(s.State), ""), func(e *provider.Error) {
		e.Text = row.Words // our own, in which nothing is struck out
		e.MayHaveSent = e.MayHaveSent || wasSent(s)
	})
}

// failed is the error for a text that a phone could not send.
func failed(call *adapter.Call, s submission) error {
	failure := relayapi.Failure{Class: relayapi.FailureUnknown, MayHaveSent: true}
	if s.Failure != nil {
		failure = *s.Failure
	}
	call.Use(failureClasses)
	return amend(call.Refuse(string(failure.Class), failure.Text), func(e *provider.Error) {
		e.MayHaveSent = failure.MayHaveSent || wasSent(s)
	})
}

// isOver reports whether a text has ended, or its phone was given up.
func isOver(s submission) bool {
	switch s.State {
	case relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled, relayapi.StateUncertain:
		return true
	}
	return false
}

// canBeCalledBack reports whether a text may still be with the gateway, as far as its
// response tells, which may have been none.
func canBeCalledBack(s submission) bool {
	return !isOver(s) && s.State != relayapi.StateTaken && s.State != relayapi.StateCancelling
}

// wasSent reports whether any phone said that it had sent the text, even one that
// should not have.
func wasSent(s submission) bool {
	return slices.ContainsFunc(s.History, func(t transition) bool {
		return t.State == relayapi.StateSent || t.State == relayapi.StateDelivered
	})
}
