package zhenzi

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// ExtraConfirmedBy is the key in Receipt.Extra of a send whose own reply was
// lost. Its value is ConfirmedByLookup.
const (
	ExtraConfirmedBy  = "confirmed-by"
	ConfirmedByLookup = "findSmsByMessageId"
)

// lookupTimeout bounds the lookup after a lost reply, so that it does not
// double the time that a send may take.
const lookupTimeout = 2 * time.Second

// keepLookupTime ends ctx earlier than its deadline, so that a lookup still fits
// before it: by lookupTimeout, or a quarter of the time that is left.
func keepLookupTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	kept := min(lookupTimeout, time.Until(deadline)/4)
	return context.WithDeadline(ctx, deadline.Add(-kept))
}

// LostReplyError is the cause of a send's error when the request left, no usable
// answer came back and a lookup did not settle the matter. It tells what to look
// up later:
//
//	status, err := p.ReadStatus(ctx, provider.Receipt{ID: lost.MessageID})
type LostReplyError struct {
	// MessageID is the id that the message was sent with.
	MessageID string
	// Lookup is why the service could not be asked, such as an ended context; nil
	// when it was asked and did not tell of the message.
	Lookup error
	// Err is the network or context error that broke the exchange, or nil when
	// there was a reply and it was unusable.
	Err error

	// shown is MessageID without the number and the code, which the caller's
	// reference may hold.
	shown string
}

// Error names the messageId and says what the lookup brought. A number or code
// in the messageId is struck out.
func (e *LostReplyError) Error() string {
	text := "messageId " + e.shown + " was not found by a lookup"
	if e.Lookup != nil {
		text = "messageId " + e.shown + " could not be looked up (" + e.Lookup.Error() + ")"
	}
	if e.Err != nil {
		text = e.Err.Error() + "; " + text
	}
	return text
}

// Unwrap returns Err: why the lookup failed is no cause of the send's failure.
func (e *LostReplyError) Unwrap() error { return e.Err }

// settle asks for a message after a failed send, once, and only if the request may
// have arrived. Being found settles it; not being found does not, because the
// service may not have recorded the message yet.
func (p *Provider) settle(
	ctx context.Context, call *adapter.Call, m provider.Message, messageID string, cause error,
) (provider.Receipt, error) {
	var failure *provider.Error
	if !errors.As(cause, &failure) || !failure.MayHaveSent {
		return provider.Receipt{}, cause
	}
	lookupCtx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	hidden := append(slices.Collect(maps.Values(m.Params)), m.To.National())
	found, err := p.lookUp(lookupCtx, messageID, hidden...)
	if found {
		receipt := call.Receipt(messageID)
		receipt.Extra = map[string]string{ExtraConfirmedBy: ConfirmedByLookup}
		return receipt, nil
	}
	lost := *failure
	lost.Err = &LostReplyError{MessageID: messageID, Lookup: err, Err: failure.Err, shown: call.Redact(messageID)}
	return provider.Receipt{}, &lost
}
