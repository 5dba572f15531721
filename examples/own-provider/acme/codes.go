package acme

import (
	"errors"
	"time"

	"github.com/cnsms/cnsms/provider"
)

const (
	codeOK         = "ok"
	codeNoSuchText = "no_such_text"
)

// meaning is what a failure code means for the caller.
type meaning struct {
	kind       provider.Kind
	scope      provider.Scope
	retryAfter time.Duration
}

// meanings is the service's table of failures. A code that is not in it gives
// the zero meaning, which is KindUnknown.
var meanings = map[string]meaning{
	"bad_number":   {kind: provider.KindRecipient},
	"opted_out":    {kind: provider.KindBlocked},
	"bad_values":   {kind: provider.KindTemplate},
	"no_template":  {kind: provider.KindTemplate},
	"bad_key":      {kind: provider.KindAuth},
	"bad_sign":     {kind: provider.KindAuth},
	"bad_time":     {kind: provider.KindAuth},
	"no_credit":    {kind: provider.KindBalance},
	"number_limit": {provider.KindThrottled, provider.ScopePhone, time.Minute},
	"key_limit":    {provider.KindThrottled, provider.ScopeAccount, time.Second},
	"busy":         {kind: provider.KindUnavailable}, // nothing was sent, the document says
	"bad_request":  {kind: provider.KindConfig},
}

// refusal turns a code into an error. A service's words may repeat the number or
// a value, and one that is out of order may do so in place of the code; hence
// redact: that of the message, or provider.Redact where there is none.
func (p *Provider) refusal(op string, status int, r reply, redact func(text string, secrets ...string) string) error {
	meaning := meanings[r.Code]
	hide := func(text string) string { return redact(text, string(p.cfg.Secret)) }
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: meaning.kind, Scope: meaning.scope, RetryAfter: meaning.retryAfter,
		Code: hide(r.Code), Text: hide(r.Message), HTTPStatus: status,
	}
}

// codeOf is the service's code in an error, or "".
func codeOf(err error) string {
	var failure *provider.Error
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}
