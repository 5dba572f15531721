package relay

import (
	"context"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// settleTime bounds the request that calls a text back after a lost response.
const settleTime = 2 * time.Second

// settle makes sure of a text whose response was lost, while the context lasts: it
// calls the text back by its key. Once that is done no phone sends it, even if the
// submission is still on its way. After the context's end there is no time to ask; the
// gateway calls a text back by itself when its caller has gone.
func (p *Provider) settle(ctx context.Context, key string, cause error) error {
	if !provider.MayHaveSent(cause) || ctx.Err() != nil {
		return cause
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	left, err := p.callBack(ctx, key)
	if err != nil || !endedUnsent(left) {
		return cause
	}
	return amend(cause, func(e *provider.Error) { e.MayHaveSent = false })
}

// callBack cancels the text of a key and returns how that left it. Of a text that had
// ended before, or that a phone has taken, the gateway tells the state alone.
func (p *Provider) callBack(ctx context.Context, key string) (submission, error) {
	reply, err := p.client.NewCall(opCancel).Do(ctx, adapter.Request{
		Method: http.MethodDelete, Path: relayapi.PathSubmissions, Header: p.header(key),
	})
	switch {
	case err != nil:
		return submission{}, err
	case reply.Status == http.StatusOK:
		return decodeSubmission(reply.Body)
	default:
		refusal, err := decodeRefusal(reply.Body)
		return submission{State: refusal.State}, err
	}
}

// opCancel names the call in errors that nobody sees.
const opCancel = "cancel"

// endedUnsent reports whether it is certain that a text was not sent and will not be.
func endedUnsent(s submission) bool {
	return (s.State == relayapi.StateCancelled || s.State == relayapi.StateExpired) && !wasSent(s)
}
