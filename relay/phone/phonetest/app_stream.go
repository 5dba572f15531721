package phonetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"time"
)

// silence is how long the app's client reads a stream on which nothing comes.
const silence = time.Hour

// connection is one connection of a stream.
type connection struct{ cancel context.CancelFunc }

// reconnectAfter is the pause before a stream's nth attempt in a row.
func reconnectAfter(attempt int) time.Duration {
	switch {
	case attempt <= 5:
		return 5 * time.Second
	case attempt <= 10:
		return 30 * time.Second
	default:
		return time.Minute
	}
}

// stream keeps a stream open with the token that it was started with, whatever the server
// answers. When it connects again it cancels the connection that the app opened last, if that is
// another stream's, which then does the same: the app's streams drive each other out.
// Facts: app v1.68.0, read in November 2026.
func (a *App) stream(ctx context.Context, p *process, token string) {
	attempts := 0
	for first := true; ; first = false {
		connCtx, cancel := context.WithCancel(ctx)
		c := &connection{cancel}
		a.mu.Lock()
		if !first && p.current != nil {
			p.current.cancel()
		}
		p.current = c
		a.mu.Unlock()
		connected := a.listen(connCtx, cancel, p, token)
		cancel()
		a.mu.Lock()
		if p.current == c {
			p.current = nil
		}
		a.mu.Unlock()
		if connected {
			attempts = 0
		}
		attempts++
		if !pause(ctx, reconnectAfter(attempts)) {
			return
		}
	}
}

// listen reads one connection to its end, and tells whether it was one.
func (a *App) listen(ctx context.Context, cancel context.CancelFunc, p *process, token string) (connected bool) {
	ctx, leave, err := a.gate.enter(ctx)
	if err != nil {
		return false
	}
	defer leave()
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	response, err := a.openEvents(ctx, token)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	p.pull.replace() // the app is connected with the headers, and pulls
	_ = readEvents(response.Body, func() { quiet.Reset(silence) }, func(name, _ string) { a.event(p, name) })
	return true
}

var errNoStream = errors.New("phonetest: GET /events")

// openEvents opens a stream. OkHttp takes 200 and text/event-stream alone.
func (a *App) openEvents(ctx context.Context, token string) (*http.Response, error) {
	request, err := a.request(ctx, http.MethodGet, "/events", "Bearer "+token, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if response.StatusCode == http.StatusOK && kind == "text/event-stream" {
		return response, nil
	}
	_ = response.Body.Close()
	return nil, fmt.Errorf("%w: %d with %q, want 200 with text/event-stream", errNoStream, response.StatusCode, kind)
}

// event acts on an event. Every name that the app knows replaces the pull worker; another does
// nothing at all. Facts: app v1.68.0, read in November 2026.
func (a *App) event(p *process, name string) {
	if name == "" {
		name = "MessageEnqueued"
	}
	a.mu.Lock()
	a.events[name]++
	a.mu.Unlock()
	switch name {
	case "MessageEnqueued", "MessageCancelled", "MessagesExportRequested":
	case "SettingsUpdated":
		p.others[0].replace()
	case "WebhooksUpdated":
		p.others[1].replace()
	default:
		return
	}
	p.pull.replace()
}

// Events counts what came over the streams, by name; those that the app does not know as well.
func (a *App) Events() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.events)
}
