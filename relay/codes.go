package relay

import (
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// meaning is what a code says about a send.
type meaning struct {
	kind        provider.Kind
	scope       provider.Scope
	mayHaveSent bool
}

// refusals are the gateway's error codes that a site can get.
var refusals = map[relayapi.ErrorCode]meaning{
	relayapi.CodeNoPhoneOnline:        {kind: provider.KindUnavailable},
	relayapi.CodeShuttingDown:         {kind: provider.KindUnavailable},
	relayapi.CodeBodyTimeout:          {kind: provider.KindUnavailable},
	relayapi.CodeQueueUnavailable:     {kind: provider.KindUnavailable, mayHaveSent: true},
	relayapi.CodeRecipientQuota:       {kind: provider.KindThrottled, scope: provider.ScopePhone},
	relayapi.CodeUnauthorized:         {kind: provider.KindAuth},
	relayapi.CodeForbidden:            {kind: provider.KindAuth},
	relayapi.CodeInvalidField:         {kind: provider.KindConfig},
	relayapi.CodeUnknownField:         {kind: provider.KindConfig},
	relayapi.CodeBadJSON:              {kind: provider.KindConfig},
	relayapi.CodeBodyTooLarge:         {kind: provider.KindConfig},
	relayapi.CodeUnsupportedMediaType: {kind: provider.KindConfig},
	relayapi.CodeNotFound:             {kind: provider.KindConfig},
	relayapi.CodeMethodNotAllowed:     {kind: provider.KindConfig},
	relayapi.CodeIdempotencyConflict:  {kind: provider.KindConfig},
}

// meaningOf returns what a refusal means; a code that is not in the table is unknown.
// Of a wrong field it matters whose it is.
func meaningOf(e relayapi.Error, status int) meaning {
	if e.Code == relayapi.CodeInvalidField {
		switch e.Field {
		case "to":
			return meaning{kind: provider.KindRecipient}
		case "text":
			return meaning{kind: provider.KindContent}
		}
	}
	listed, ok := refusals[e.Code]
	// Something before the gateway can pass a submission on and answer with an error of
	// its own.
	listed.mayHaveSent = listed.mayHaveSent || !ok && status >= http.StatusInternalServerError
	return listed
}

// isListed reports whether a code of an error is one that this package knows, and so
// holds nothing of a message.
func isListed(code string) bool {
	_, isRefusal := refusals[relayapi.ErrorCode(code)]
	_, isClass := failures[relayapi.FailureClass(code)]
	return isRefusal || isClass || slices.Contains(states, relayapi.State(code))
}

// failures are the classes of a phone's failure. One that is not in the table is
// unknown.
var failures = map[relayapi.FailureClass]meaning{
	relayapi.FailureInvalidNumber: {kind: provider.KindRecipient},
	relayapi.FailureLimit:         {kind: provider.KindThrottled, scope: provider.ScopeAccount},
	relayapi.FailureNoService:     {kind: provider.KindUnavailable},
	relayapi.FailureRejected:      {kind: provider.KindBlocked},
	relayapi.FailureConfig:        {kind: provider.KindConfig},
	relayapi.FailureTooLate:       {kind: provider.KindUnavailable},
	relayapi.FailureUnknown:       {kind: provider.KindUnknown},
}

// states are those of relayapi.
var states = []relayapi.State{
	relayapi.StateQueued, relayapi.StateOffered, relayapi.StateTaken, relayapi.StateSent,
	relayapi.StateDelivered, relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled,
}

// verdict says whether a text in this state counts as accepted, after the gateway
// was asked to wait that long for a phone.
func (p *Provider) verdict(m message, wait time.Duration) error {
	switch m.State {
	case relayapi.StateSent, relayapi.StateDelivered:
		return nil
	case relayapi.StateFailed:
		return p.failed(m)
	case relayapi.StateCancelled, relayapi.StateExpired:
		return p.notAccepted(m, "no phone took the text in time", wasSent(m))
	}
	switch {
	case wait == 0:
		return nil
	case m.State == relayapi.StateTaken:
		return p.notAccepted(m, "a phone took the text and has not said what became of it", true)
	default:
		return p.notAccepted(m, "the gateway did not wait", true)
	}
}

// notAccepted is the error for a text that was left in a state.
func (p *Provider) notAccepted(m message, text string, mayHaveSent bool) error {
	return &provider.Error{
		Provider: p.cfg.Name, Op: provider.OpSend, Kind: provider.KindUnavailable,
		Code: string(m.State), Text: text, MayHaveSent: mayHaveSent,
	}
}

func (p *Provider) failed(m message) error {
	failure := relayapi.Failure{Class: relayapi.FailureUnknown, MayHaveSent: true}
	if m.Failure != nil {
		failure = *m.Failure
	}
	meaning := failures[failure.Class]
	return &provider.Error{
		Provider: p.cfg.Name, Op: provider.OpSend, Kind: meaning.kind, Scope: meaning.scope,
		Code: string(failure.Class), Text: failure.Text, MayHaveSent: failure.MayHaveSent || wasSent(m),
	}
}

// isOutcome reports whether a failure is about a text that the gateway told about, and
// that cannot be called back: a phone has it, or it has ended.
func isOutcome(e *provider.Error) bool {
	switch relayapi.State(e.Code) {
	case relayapi.StateTaken, relayapi.StateCancelled, relayapi.StateExpired:
		return true
	}
	_, ok := failures[relayapi.FailureClass(e.Code)]
	return ok
}

// wasSent reports whether any phone said that it had sent the text, even one that
// should not have.
func wasSent(m message) bool {
	return slices.ContainsFunc(m.History, func(s step) bool {
		return s.State == relayapi.StateSent || s.State == relayapi.StateDelivered
	})
}

// statusOf is a job's status in the words of package provider.
func statusOf(m message) provider.Status {
	status := provider.Status{State: stateOf(m.State), Code: string(m.State)}
	if m.Failure != nil {
		status.Code, status.Text = string(m.Failure.Class), m.Failure.Text
	}
	for _, s := range m.History {
		if !s.Late {
			status.At = s.At.Time
		}
	}
	return status
}

func stateOf(s relayapi.State) provider.State {
	switch s {
	case relayapi.StateSent:
		return provider.StateSent
	case relayapi.StateDelivered:
		return provider.StateDelivered
	case relayapi.StateFailed, relayapi.StateExpired, relayapi.StateCancelled:
		return provider.StateFailed
	default:
		return provider.StatePending
	}
}
