package phonetest

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Lossy is a transport that loses, repeats and delays requests. What it does to the nth
// request of a method and path depends on Seed alone. It is safe for concurrent use; once it is
// in use, Change changes its fields.
type Lossy struct {
	// Base does the requests. Required.
	Base http.RoundTripper
	// Seed chooses what happens to whom.
	Seed uint64
	// Lose is the share of requests that never reach the server, between 0 and 1.
	Lose float64
	// LoseAnswer is the share of the others whose answer never comes back.
	LoseAnswer float64
	// Repeat is the share that reaches the server twice, one after the other; the first answer
	// is thrown away.
	Repeat float64
	// Delay is the longest that a request is on its way, so that a later one overtakes it.
	Delay time.Duration
	// Spare names requests that pass untouched; nil means none.
	Spare func(*http.Request) bool

	mu     sync.Mutex
	nth    map[string]uint64
	down   bool
	open   map[*lossyBody]struct{}
	counts LossyCounts
}

// LossyCounts says what a Lossy has done.
type LossyCounts struct{ Requests, Lost, AnswersLost, Repeated int }

// Errors of a Lossy.
var (
	ErrLost       = errors.New("phonetest: the request was lost on its way")
	ErrAnswerLost = errors.New("phonetest: the answer was lost on its way")
	ErrDown       = errors.New("phonetest: the network is down")
)

// Change changes the fields of a Lossy that is in use, but Base.
func (l *Lossy) Change(set func(*Lossy)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	set(l)
}

// Counts says what it has done so far.
func (l *Lossy) Counts() LossyCounts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Cut takes the network down: answers that are still being read end with an error, and every
// request fails until Mend.
func (l *Lossy) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for body := range l.open {
		body.cancel(ErrDown)
	}
}

// Mend brings the network back.
func (l *Lossy) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

// Silence makes every answer that is still being read fall silent for ever, without an error: so
// dies a stream when a router forgets it. Later requests are not affected.
func (l *Lossy) Silence() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for body := range l.open {
		body.silent = true
	}
}

// fate is what happens to one request.
type fate struct {
	down, lose, loseAnswer, repeat bool
	delay                          time.Duration
}

func (l *Lossy) fateOf(r *http.Request) fate {
	key := r.Method + " " + r.URL.Path
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, key)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Requests++
	if l.down || l.Spare != nil && l.Spare(r) {
		return fate{down: l.down}
	}
	if l.nth == nil {
		l.nth = make(map[string]uint64)
	}
	l.nth[key]++
	dice := rand.New(rand.NewPCG(l.Seed, hash.Sum64()+l.nth[key])) //nolint:gosec // a test's dice are no secret
	f := fate{
		lose: dice.Float64() < l.Lose, loseAnswer: dice.Float64() < l.LoseAnswer, repeat: dice.Float64() < l.Repeat,
		delay: time.Duration(dice.Float64() * float64(l.Delay)),
	}
	switch {
	case f.lose:
		l.counts.Lost++
	case f.loseAnswer:
		l.counts.AnswersLost++
	}
	if f.repeat && !f.lose {
		l.counts.Repeated++
	}
	return f
}

// RoundTrip does a request, or does not.
func (l *Lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	f := l.fateOf(r)
	body, err := readBody(r)
	switch {
	case err != nil:
		return nil, err
	case f.down:
		return nil, ErrDown
	case !pause(r.Context(), f.delay):
		return nil, r.Context().Err()
	case f.lose:
		return nil, ErrLost
	}
	if f.repeat {
		if first, err := l.once(r, body); err == nil {
			_ = first.Body.Close()
		}
	}
	response, err := l.once(r, body)
	if err == nil && f.loseAnswer {
		_ = response.Body.Close()
		return nil, ErrAnswerLost
	}
	return response, err
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer func() { _ = r.Body.Close() }()
	return io.ReadAll(r.Body)
}

// once does the request one time.
func (l *Lossy) once(r *http.Request, body []byte) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	request := r.Clone(ctx)
	if r.Body != nil {
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	response, err := l.Base.RoundTrip(request)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	wrapped := &lossyBody{ReadCloser: response.Body, line: l, cancel: cancel, ended: ctx.Done()}
	response.Body = wrapped
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = make(map[*lossyBody]struct{})
	}
	l.open[wrapped] = struct{}{}
	return response, nil
}

// lossyBody is an answer that can be cut or fall silent.
type lossyBody struct {
	io.ReadCloser

	line   *Lossy
	cancel context.CancelCauseFunc
	ended  <-chan struct{} // with the request or Close
	silent bool            // guarded by line.mu
}

func (b *lossyBody) Read(p []byte) (int, error) {
	for {
		n, err := b.ReadCloser.Read(p)
		b.line.mu.Lock()
		silent := b.silent
		b.line.mu.Unlock()
		if !silent {
			return n, err
		}
		if err != nil { // a silent line does not tell that the server has gone
			<-b.ended
			return 0, io.ErrUnexpectedEOF
		}
	}
}

func (b *lossyBody) Close() error {
	b.line.mu.Lock()
	delete(b.line.open, b)
	b.line.mu.Unlock()
	b.cancel(nil)
	return b.ReadCloser.Close()
}
