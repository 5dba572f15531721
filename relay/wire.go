package relay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// responseTime is kept free at the end of a wait for the gateway's response.
const responseTime = 500 * time.Millisecond

// render checks a message and returns its text.
func (p *Provider) render(call *adapter.Call, m provider.Message) (string, error) {
	template, err := call.Template()
	if err != nil {
		return "", err
	}
	if !p.config().International && !m.To.IsMainland() {
		return "", call.Fail(provider.KindUnsupported, "To: a number outside mainland China (Config.International)")
	}
	return call.Text(template, relayapi.MaxText)
}

// key is the submission's idempotency key. A Ref alone would not do: callers use one
// Ref for several messages.
func (p *Provider) key(call *adapter.Call, m provider.Message, text string) (string, error) {
	if m.Ref == "" {
		return call.NewID()
	}
	parts := []string{m.Ref, m.Template, m.To.E164(), strconv.Itoa(m.Attempt), text, p.config().Lane}
	if m.Visit != 0 {
		parts = append(parts, strconv.Itoa(m.Visit))
	}
	content, err := json.Marshal(parts)
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), err
}

// plan shares out the time that the context leaves: how long the gateway may wait, its
// response, and calling the text back if that response does not come.
func (p *Provider) plan(ctx context.Context) (inTime context.Context, wait time.Duration, cancel context.CancelFunc) {
	wait = p.config().Wait
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, wait, func() {}
	}
	left := time.Until(deadline)
	settle := min(settleTime, left/4)
	inTime, cancel = context.WithDeadline(ctx, deadline.Add(-settle))
	if wait == 0 {
		return inTime, 0, cancel
	}
	// At least a millisecond: with 0 the gateway would not call the text back.
	return inTime, max(min(wait, left-settle-min(responseTime, left/4)), time.Millisecond), cancel
}

// submit is the request that submits a text.
func (p *Provider) submit(m provider.Message, text, key string, wait time.Duration) adapter.Request {
	return adapter.Request{Path: relayapi.PathSubmissions, Header: p.header(key), JSON: relayapi.Submit{
		To: relayapi.Number(m.To.E164()), Text: relayapi.Text(text), Ref: m.Ref, Lane: p.config().Lane,
		TTLSeconds: p.ttl(wait), WaitMS: int(wait.Milliseconds()),
	}}
}

// ttl is how long a phone may take the text, in seconds. A text that is waited for
// lives no longer than the wait, so that it dies even if the gateway does.
func (p *Provider) ttl(wait time.Duration) int {
	ttl := p.config().TTL
	if ttl == 0 {
		ttl = wait
	}
	return int((ttl + time.Second - 1) / time.Second)
}

// keyHeader is relayapi.HeaderIdempotencyKey in lower case. HTTP does not mind; but
// net/http looks for the usual spelling, and repeats a request that has it.
const keyHeader = "idempotency-key"

// header returns the headers of a call, with an idempotency key or without.
func (p *Provider) header(key ...string) http.Header {
	header := http.Header{"Authorization": {"Bearer " + string(p.config().Token)}}
	if len(key) > 0 {
		header[keyHeader] = key
	}
	return header
}

// exchange makes one request and reads a submission.
func (p *Provider) exchange(ctx context.Context, call *adapter.Call, r adapter.Request) (submission, error) {
	reply, err := call.Do(ctx, r)
	switch {
	case err != nil:
		return submission{}, err
	case reply.Status >= http.StatusBadRequest:
		return submission{}, refused(call, reply)
	case reply.Status != http.StatusOK && reply.Status != http.StatusCreated:
		return submission{}, call.Unusable("HTTP status")
	}
	s, err := decodeSubmission(reply.Body)
	if err != nil {
		return submission{}, call.Unusable(err.Error())
	}
	return s, nil
}

// submission is what this package reads of a relayapi.Submission. Reading the whole
// takes half as long again, at every send.
type submission struct {
	ID      string            `json:"id"`
	State   relayapi.State    `json:"state"`
	Phone   adapter.Aside     `json:"phone"`
	Failure *relayapi.Failure `json:"failure"`
	History []transition      `json:"history"`
}

type transition struct {
	State relayapi.State `json:"state"`
	At    relayapi.Time  `json:"at"`
	Late  bool           `json:"late"`
}

func decodeSubmission(body []byte) (submission, error) {
	var s submission
	if err := adapter.DecodeJSON(body, &s); err != nil {
		return submission{}, err
	}
	if s.ID == "" {
		return submission{}, errors.New("id: missing")
	}
	if !isState(s.State) {
		return submission{}, errors.New("state: not one of the gateway's")
	}
	for _, t := range s.History {
		if !isState(t.State) || t.At.IsZero() {
			return submission{}, errors.New("history: a transition without state or time")
		}
	}
	return s, nil
}

// decodeRefusal reads an error response.
func decodeRefusal(body []byte) (relayapi.Error, error) {
	var reply relayapi.ErrorReply
	if err := adapter.DecodeJSON(body, &reply); err != nil {
		return relayapi.Error{}, err
	}
	if reply.Error.Code == "" {
		return relayapi.Error{}, errors.New("error.code: missing")
	}
	return reply.Error, nil
}
