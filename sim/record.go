package sim

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Text is one text that a simulated service accepted.
type Text struct {
	// Seq numbers the server's texts from 1, across services.
	Seq int
	// At is when it was accepted, by the server's clock.
	At time.Time
	// Service is the name of the service, Mailbox the account it came from.
	Service, Mailbox string
	// ID is the id that the service answered with; Ref is the caller's own.
	ID, Ref string
	// To is the number in E.164 form.
	To string
	// Sign is the signature, without brackets.
	Sign string
	// Template is the service's template id, Params its values in order. Where the
	// service has names for them, Names are these, one for each value.
	Template      string
	Params, Names []string
	// Text is the text as the phone shows it, where the service knows it.
	Text string
	// Code is the one-time code in the text, as far as it can be guessed.
	Code string
}

// Exchange is one request and its answer.
type Exchange struct {
	// Seq numbers the server's requests from 1.
	Seq int
	// At is when it arrived, by the server's clock.
	At time.Time
	// Service is the name of the service, empty when none owned the request.
	Service string
	// Method, URL, Header and Body are the request as received.
	Method, URL string
	Header      http.Header
	Body        []byte
	// Status and Reply are the answer. Status 0 means that none was sent.
	// ReplyHeader holds what the service set, its Content-Type included.
	Status      int
	ReplyHeader http.Header
	Reply       []byte
	// Verdict explains a refusal; empty for an accepted request.
	Verdict string
	// Accepted are the texts that the service took with this request.
	Accepted []Text
	// Fault is the id of the scripted fault that met the request, or 0.
	Fault int
}

// recorder keeps the newest texts and exchanges.
type recorder struct {
	limit int

	mu        sync.Mutex
	texts     []Text
	exchanges []Exchange
	lastText  int
	changed   chan struct{} // closed and replaced at every new text
}

func newRecorder(limit int) *recorder {
	return &recorder{limit: limit, changed: make(chan struct{})}
}

func (r *recorder) addText(m Text) Text {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastText++
	m.Seq = r.lastText
	if m.Code == "" {
		m.Code = guessCode(m)
	}
	r.texts = keepNewest(append(r.texts, m), r.limit)
	close(r.changed)
	r.changed = make(chan struct{})
	return m
}

func (r *recorder) addExchange(e Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = keepNewest(append(r.exchanges, e), r.limit)
}

func keepNewest[T any](list []T, limit int) []T {
	if len(list) <= limit {
		return list
	}
	return slices.Delete(list, 0, len(list)-limit)
}

// codePattern is what one-time codes look like: four to eight digits that stand
// alone.
var codePattern = regexp.MustCompile(`(?:^|[^0-9])([0-9]{4,8})(?:[^0-9]|$)`)

func guessCode(m Text) string {
	for _, text := range append([]string{m.Text}, m.Params...) {
		if found := codePattern.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return ""
}

// Texts returns the accepted texts, oldest first. Only the newest are kept:
// see Config.Keep.
func (s *Server) Texts() []Text {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	return slices.Clone(s.recorder.texts)
}

// Exchanges returns the requests and answers, oldest first. A request that
// was never answered has Status 0.
func (s *Server) Exchanges() []Exchange {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	return slices.Clone(s.recorder.exchanges)
}

// Wait returns the first text with a Seq above after that match accepts, and waits
// for it if need be; a nil match accepts every text. The error is
// ctx.Err().
func (s *Server) Wait(ctx context.Context, after int, match func(Text) bool) (Text, error) {
	for {
		m, changed, ok := s.recorder.find(after, match)
		if ok {
			return m, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Text{}, ctx.Err()
		}
	}
}

// find looks for a text, and returns what to wait on when there is none.
func (r *recorder) find(after int, match func(Text) bool) (Text, <-chan struct{}, bool) {
	r.mu.Lock()
	texts, changed := slices.Clone(r.texts), r.changed
	r.mu.Unlock()
	for _, m := range texts {
		if m.Seq > after && (match == nil || match(m)) {
			return m, nil, true
		}
	}
	return Text{}, changed, false
}
