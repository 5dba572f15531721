package fake

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Provider is a provider that sends nothing, records every message, and accepts
// each unless the script says otherwise.
//
// It refuses what every adapter refuses: a message without a number or without a
// template, and, where Templates is set, a template that is not mapped or
// parameters that do not fit.
//
// A template without ID and Text stands for a service's own text, as at Mob and
// Bmob. The Provider then makes the code, as such a service does, and the receipt
// says provider.CodeByProvider. CodeFor returns the code. A [Verifier] can check
// it as well.
type Provider struct {
	// ProviderName is what Name returns. Default: "fake".
	ProviderName string
	// Templates are the templates that the Provider knows. Default: it takes any.
	Templates provider.Templates
	// Now is the clock. Default: time.Now.
	Now func() time.Time

	// lazy is a pointer, so that printing a fake, or what holds one, shows no
	// codes whatever the verb.
	lazy atomic.Pointer[record]
}

const defaultName = "fake"

// Name returns ProviderName, or "fake".
func (p *Provider) Name() string {
	if p.ProviderName == "" {
		return defaultName
	}
	return p.ProviderName
}

// CodeTemplates lists the templates whose code the Provider makes: those without ID
// and Text.
func (p *Provider) CodeTemplates() []string { return p.codeTemplates(provider.CodeByCaller) }

// Send records m and answers as scripted. The ids of receipts are the fake's
// name and a number: fake-1, fake-2, and so on.
func (p *Provider) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return p.send(ctx, Attempt{Message: m}, provider.CodeByCaller)
}

// send fills in what becomes of the attempt and records it. The service that the
// fake stands for usually leaves the code to the given side.
func (p *Provider) send(ctx context.Context, attempt Attempt, usual provider.CodeOrigin) (provider.Receipt, error) {
	m := &attempt.Message
	m.Params = maps.Clone(m.Params)
	origin, err := p.check(*m, usual)
	if err == nil {
		err = p.answer(ctx, m.To)
	}
	if err == nil {
		attempt.Receipt = provider.Receipt{Provider: p.Name(), To: m.To, Code: origin, At: p.now()}
	}
	attempt.Err = err
	p.record().add(&attempt)
	return attempt.Receipt, err
}

// answer carries out the script for a good message to that phone.
func (p *Provider) answer(ctx context.Context, to provider.Phone) error {
	if err := ctx.Err(); err != nil {
		return p.ended(provider.OpSend, err, false)
	}
	return p.record().next(to).play(ctx, p)
}

// ended is the failure of a call whose context is over.
func (p *Provider) ended(op string, err error, mayHaveSent bool) error {
	return &provider.Error{
		Provider: p.Name(), Op: op, Kind: provider.KindUnavailable, MayHaveSent: mayHaveSent, Err: err,
	}
}

// unanswered returns why a call other than a send gets no answer: its context is
// over, or the test wants that failure. It returns nil when there is an answer.
func (p *Provider) unanswered(ctx context.Context, op string, failure error) error {
	if err := ctx.Err(); err != nil {
		return p.ended(op, err, false)
	}
	return failure
}

func (p *Provider) now() time.Time {
	now := p.Now
	if now == nil {
		now = time.Now
	}
	return now()
}

// String names the fake and counts its messages: what a fake has recorded is
// read through its methods.
func (p *Provider) String() string {
	return fmt.Sprintf("fake.Provider(%s, %d attempts)", p.Name(), len(p.Attempts()))
}
