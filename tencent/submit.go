package tencent

import (
	"context"
	"errors"
	"net/http"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// submit makes one SendSms. The error is one for every number of it.
func (p *Provider) submit(ctx context.Context, s submission) (sendReply, error) {
	reply, err := p.sdk.sendSMS(ctx, s)
	if err != nil {
		return sendReply{}, p.failure(provider.OpSend, err, s)
	}
	return reply, nil
}

// resultOf reads from a reply what became of one number.
func (p *Provider) resultOf(s submission, reply sendReply, phone provider.Phone) (provider.Receipt, error) {
	status, found := reply.of(phone)
	switch {
	case !found:
		return provider.Receipt{}, p.unusable("no status of this number")
	case status.code == "":
		return provider.Receipt{}, p.unusable("a status without a Code")
	case status.code != codeAccepted:
		r := &refusal{code: status.code, text: status.text, requestID: reply.requestID, status: http.StatusOK}
		return provider.Receipt{}, p.refused(provider.OpSend, r, s)
	case status.serial == "":
		return provider.Receipt{}, p.unusable("accepted, but without a SerialNo")
	}
	receipt := provider.Receipt{Provider: p.cfg.Name, ID: status.serial, To: phone, At: p.cfg.Now(), Extra: map[string]string{}}
	if reply.requestID != "" {
		receipt.Extra["request_id"] = reply.requestID
	}
	if status.fee != "" {
		receipt.Extra["fee"] = status.fee
	}
	return receipt, nil
}

func (p *Provider) unusable(problem string) error {
	return p.sdk.exchanges.BadReply(provider.OpSend, httpx.Reply{Status: http.StatusOK}, problem)
}

// failure turns an error of a whole call into one for the caller.
func (p *Provider) failure(op string, err error, s submission) error {
	var r *refusal
	if errors.As(err, &r) {
		return p.refused(op, r, s)
	}
	return httpx.Named(err, p.cfg.Name)
}

// refused turns a code into an error. The service's words may repeat a number or
// a value, hence the redaction; what stands in the place of a code, and is none
// that is known, may do so too.
func (p *Provider) refused(op string, r *refusal, s submission) error {
	meaning, code := meaningOf(r.code), r.code
	if _, listed := meanings[code]; !listed {
		code = p.redact(s, code)
	}
	text := r.text
	if r.requestID != "" {
		text += " (request " + r.requestID + ")"
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: meaning.kind, Scope: meaning.scope, RetryAfter: meaning.retryAfter,
		MayHaveSent: meaning.mayHaveSent && op == provider.OpSend,
		Code:        code, Text: p.redact(s, text), HTTPStatus: r.status,
	}
}
