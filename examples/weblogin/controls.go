package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/otp/ledger"
)

// mostStreams is how many pages look on at a time.
const mostStreams = 16

// mostForward is how far the clock is turned at a time.
const mostForward = 10 * time.Minute

// view is all that stands beside the login page.
type view struct {
	Now    int64                 `json:"now"` // in milliseconds since the Unix epoch
	Online bool                  `json:"online"`
	Lose   bool                  `json:"lose"`
	Texts  []received            `json:"texts"`
	Codes  []ledger.Verification `json:"codes"`
	Total  ledger.Totals         `json:"total"`
	Bots   botView               `json:"bots"`
}

// controls are the switches beside the login page, and what they show.
type controls struct {
	*world

	streams chan struct{}
}

// newControls makes the handler. What is switched on runs until ctx ends.
func newControls(ctx context.Context, w *world) http.Handler {
	c := &controls{world: w, streams: make(chan struct{}, mostStreams)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stage/events", c.serveEvents)
	mux.HandleFunc("POST /stage/phone", control(func(r *http.Request, on bool) error { return c.old.turn(ctx, on) }))
	mux.HandleFunc("POST /stage/lose", control(func(_ *http.Request, lose bool) error { c.inbox.loseNext(lose); return nil }))
	mux.HandleFunc("POST /stage/forward", control(func(_ *http.Request, seconds int) error {
		d := time.Duration(seconds) * time.Second
		if d <= 0 || d > mostForward {
			return fmt.Errorf("want up to %v", mostForward)
		}
		c.forward(d)
		return nil
	}))
	mux.HandleFunc("POST /stage/bots", control(func(r *http.Request, _ bool) error { return c.bots.attack(r.Context()) }))
	return mux
}

// control reads {"value": …} and acts on it.
func control[T any](act func(r *http.Request, value T) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Value T }
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body)
		if err == nil {
			err = act(r, body.Value)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		respond(w, struct{}{})
	}
}

func (c *controls) view() view {
	v := view{Now: c.clock.Now().UnixMilli(), Online: c.old.online()}
	v.Texts, v.Lose = c.inbox.shown()
	books := c.books.Snapshot(20 * wave)
	v.Total = books.Total
	v.Codes, v.Bots = c.bots.without(books.Recent)
	return v
}

// serveEvents sends the view at each change, until the page or the program ends.
func (c *controls) serveEvents(w http.ResponseWriter, r *http.Request) {
	select {
	case c.streams <- struct{}{}:
		defer func() { <-c.streams }()
	default:
		http.Error(w, "too many pages look on", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	for {
		changed := c.bell.wait()
		data, err := json.Marshal(c.view())
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
