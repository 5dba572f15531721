package relay

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// settleTime bounds the request that calls a text back after a lost answer.
const settleTime = 2 * time.Second

// settle finds out about a text whose answer was lost, while the context lasts: it
// calls the text back by its key. Once that is done no phone sends it, even if the
// submission is still on its way. After the context's end there is no time to ask; the
// gateway calls a text back by itself when its caller has gone.
func (p *Provider) settle(ctx context.Context, key string, cause error) error {
	var failure *provider.Error
	if !errors.As(cause, &failure) || !failure.MayHaveSent || isOutcome(failure) || ctx.Err() != nil {
		return cause
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	left, err := p.callBack(ctx, key)
	if err != nil || !endedUnsent(left) {
		return cause
	}
	settled := *failure
	settled.MayHaveSent = false
	return &settled
}

// callBack cancels the text of a key and returns how that left it. Of a text that had
// ended before, or that a phone has taken, the gateway tells the state alone.
func (p *Provider) callBack(ctx context.Context, key string) (message, error) {
	reply, err := p.client.Do(ctx, httpx.Request{
		Op: opCancel, Method: http.MethodDelete, URL: p.messages, Header: p.header(key),
	})
	switch {
	case err != nil:
		return message{}, err
	case reply.Status == http.StatusOK:
		return decodeMessage(reply.Body)
	default:
		refused, err := decodeRefusal(reply.Body)
		return message{State: refused.State}, err
	}
}

// opCancel names the call in errors that nobody sees.
const opCancel = "cancel"

// endedUnsent reports whether it is certain that a text was not sent and will not be.
func endedUnsent(m message) bool {
	return (m.State == relayapi.StateCancelled || m.State == relayapi.StateExpired) && !wasSent(m)
}
