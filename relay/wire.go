package relay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// answerTime is kept free at the end of a wait for the gateway's answer.
const answerTime = 500 * time.Millisecond

// render checks a message and returns its text.
func (p *Provider) render(m provider.Message) (string, error) {
	if err := m.Validate(); err != nil {
		return "", err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return "", err
	}
	text, err := template.Render(m.Params)
	if err != nil {
		return "", err
	}
	if !p.cfg.International && !m.To.IsMainland() {
		return "", &provider.Error{
			Op: provider.OpSend, Kind: provider.KindUnsupported, Text: "To: a number outside mainland China (Config.International)",
		}
	}
	return text, nil
}

// key is the submission's idempotency key. A Ref alone would not do: callers use one
// Ref for several messages.
func (p *Provider) key(m provider.Message, text string) (string, error) {
	if m.Ref == "" {
		return httpx.NewID(p.cfg.Rand)
	}
	content, err := json.Marshal([]string{m.Ref, m.Template, m.To.E164(), strconv.Itoa(m.Attempt), text, p.cfg.Lane})
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), err
}

// plan shares out the time that the context leaves: how long the gateway may wait, its
// answer, and calling the text back if that answer does not come.
func (p *Provider) plan(ctx context.Context) (inTime context.Context, wait time.Duration, cancel context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, p.cfg.Wait, func() {}
	}
	left := time.Until(deadline)
	settle := min(settleTime, left/4)
	inTime, cancel = context.WithDeadline(ctx, deadline.Add(-settle))
	if p.cfg.Wait == 0 {
		return inTime, 0, cancel
	}
	// At least a millisecond: with 0 the gateway would not call the text back.
	wait = max(min(p.cfg.Wait, left-settle-min(answerTime, left/4)), time.Millisecond)
	return inTime, wait, cancel
}

// submit posts the text.
func (p *Provider) submit(ctx context.Context, m provider.Message, text, key string, wait time.Duration) (message, error) {
	body, err := json.Marshal(relayapi.Submit{
		To: relayapi.Number(m.To.E164()), Text: relayapi.Text(text), Ref: m.Ref, Lane: p.cfg.Lane,
		TTLSeconds: p.ttl(wait), WaitMS: int(wait.Milliseconds()),
	})
	if err != nil {
		return message{}, err
	}
	return p.exchange(ctx, provider.OpSend, httpx.Request{
		Method: http.MethodPost, URL: p.messages, Header: p.header(key), Body: body,
	})
}

// ttl is how long a phone may take the text, in seconds. A text that is waited for
// lives no longer than the wait, so that it dies even if the gateway does.
func (p *Provider) ttl(wait time.Duration) int {
	ttl := p.cfg.TTL
	if ttl == 0 {
		ttl = wait
	}
	return int((ttl + time.Second - 1) / time.Second)
}

// redacted strikes the message and the token out of what the gateway or a phone said.
func (p *Provider) redacted(err error, m provider.Message, text string) error {
	var refused *provider.Error
	if !errors.As(err, &refused) || refused.Text == "" && refused.Code == "" {
		return err
	}
	strike := func(said string) string { return m.Redact(said, text, string(p.cfg.Token)) }
	clean := *refused
	clean.Text = strike(clean.Text)
	if !isListed(clean.Code) {
		clean.Code = strike(clean.Code)
	}
	return &clean
}

// keyHeader is relayapi.HeaderIdempotencyKey in lower case. HTTP does not mind; but
// net/http looks for the usual spelling, and repeats a request that has it.
const keyHeader = "idempotency-key"

// header returns the headers of a call. The key is empty where there is none.
func (p *Provider) header(key string) http.Header {
	if key == "" {
		return p.cfg.headers
	}
	header := maps.Clone(p.cfg.headers)
	header[keyHeader] = []string{key}
	return header
}

// exchange makes one request and reads a job's status.
func (p *Provider) exchange(ctx context.Context, op string, r httpx.Request) (message, error) {
	r.Op = op
	reply, err := p.client.Do(ctx, r)
	if err != nil {
		return message{}, err
	}
	if reply.Status >= http.StatusBadRequest {
		return message{}, p.refusal(op, reply)
	}
	if reply.Status != http.StatusOK && reply.Status != http.StatusCreated {
		return message{}, p.client.BadReply(op, reply, "HTTP status")
	}
	m, err := decodeMessage(reply.Body)
	if err != nil {
		return message{}, p.client.BadReply(op, reply, err.Error())
	}
	return m, nil
}

// message is what this package reads of a relayapi.Submission. Reading the whole takes
// half as long again, at every send.
type message struct {
	ID      string            `json:"id"`
	State   relayapi.State    `json:"state"`
	Phone   string            `json:"phone"`
	Failure *relayapi.Failure `json:"failure"`
	History []step            `json:"history"`
}

type step struct {
	State relayapi.State `json:"state"`
	At    relayapi.Time  `json:"at"`
	Late  bool           `json:"late"`
}

// decodeMessage reads a job's status.
func decodeMessage(body []byte) (message, error) {
	var m message
	if err := httpx.DecodeJSON(body, &m); err != nil {
		return message{}, err
	}
	if m.ID == "" {
		return message{}, errors.New("id: missing")
	}
	if !slices.Contains(states, m.State) {
		return message{}, errors.New("state: not one of the gateway's")
	}
	for _, s := range m.History {
		if !slices.Contains(states, s.State) || s.At.IsZero() {
			return message{}, errors.New("history: a step without state or time")
		}
	}
	return m, nil
}

// decodeRefusal reads an error reply.
func decodeRefusal(body []byte) (relayapi.Error, error) {
	var reply relayapi.ErrorReply
	if err := httpx.DecodeJSON(body, &reply); err != nil {
		return relayapi.Error{}, err
	}
	if reply.Error.Code == "" {
		return relayapi.Error{}, errors.New("error.code: missing")
	}
	return reply.Error, nil
}

// refusal turns an error reply into an error.
func (p *Provider) refusal(op string, reply httpx.Reply) error {
	refused, err := decodeRefusal(reply.Body)
	if err != nil {
		return p.client.BadReply(op, reply, err.Error())
	}
	meaning, text := meaningOf(refused, reply.Status), refused.Message
	if refused.Field != "" {
		text = refused.Field + ": " + text
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: meaning.kind, Scope: meaning.scope,
		MayHaveSent: meaning.mayHaveSent && op == provider.OpSend,
		Code:        string(refused.Code), Text: provider.Redact(text, string(p.cfg.Token)),
		HTTPStatus: reply.Status, RetryAfter: retryAfter(reply.Header),
	}
}

func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get(relayapi.HeaderRetryAfter))
	if err != nil || seconds < 0 || seconds > int(24*time.Hour/time.Second) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
