package fake

import (
	"context"

	"github.com/cnsms/cnsms/provider"
)

// Result is what becomes of one send. Make one with [Accept], [Refuse], [Fail],
// [Hang] or [HoldUntil]. The zero Result accepts.
type Result struct {
	failure *provider.Error
	hang    bool
	release <-chan struct{}
}

// Accept accepts the message.
func Accept() Result { return Result{} }

// Refuse refuses the message with a failure of that kind, which was certainly
// not sent.
func Refuse(kind provider.Kind) Result { return Result{failure: &provider.Error{Kind: kind}} }

// Fail refuses the message with that failure. Provider and Op are filled in
// where they are empty.
func Fail(failure provider.Error) Result { return Result{failure: &failure} }

// Hang does not answer until the context ends, as a service that has received
// the request and is silent: the failure says MayHaveSent.
func Hang() Result { return Result{hang: true} }

// HoldUntil accepts the message when release is closed, or ends like Hang when
// the context ends before.
func HoldUntil(release <-chan struct{}) Result { return Result{hang: true, release: release} }

// Script adds results for the next sends, one each. After the last one, sends
// end as [Provider.Otherwise] says. A message that is refused because it is bad does
// not use up a result.
func (p *Provider) Script(results ...Result) {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script = append(r.script, results...)
}

// ScriptFor adds results for the next sends to one phone. They go before those
// of Script.
func (p *Provider) ScriptFor(phone provider.Phone, results ...Result) {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.perPhone[phone] = append(r.perPhone[phone], results...)
}

// Otherwise sets the result of every send that no script is about. Default:
// Accept.
func (p *Provider) Otherwise(result Result) {
	r := p.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.otherwise = result
}

// next takes the result of the next send to that phone out of the script.
func (r *record) next(phone provider.Phone) Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	if results := r.perPhone[phone]; len(results) > 0 {
		r.perPhone[phone] = results[1:]
		return results[0]
	}
	if len(r.script) > 0 {
		first := r.script[0]
		r.script = r.script[1:]
		return first
	}
	return r.otherwise
}

// play carries the result out.
func (r Result) play(ctx context.Context, p *Provider) error {
	if r.hang {
		select {
		case <-r.release:
			return nil
		case <-ctx.Done():
			return p.ended(provider.OpSend, ctx.Err(), true)
		}
	}
	if r.failure == nil {
		return nil
	}
	failure := *r.failure
	return p.signed(&failure)
}
