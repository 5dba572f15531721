package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	// mostStreams is how many pages may look live at once.
	mostStreams = 200
	// writeWithin is how long a browser may take to read an event.
	writeWithin = 10 * time.Second
	// sayAnything is after how long a stream without events says that it is there.
	sayAnything = 15 * time.Second
)

var errTooManyStreams = errors.New("dashboard: too many streams")

// streams counts the pages that look live.
type streams struct{ open atomic.Int64 }

func (s *streams) begin() (end func(), err error) {
	end = func() { s.open.Add(-1) }
	if s.open.Add(1) > mostStreams {
		end()
		return nil, errTooManyStreams
	}
	return end, nil
}

// live is a stream of events. Each is called "parts", and has the parts of the overview that
// have changed, by name, as JSON.
func (d *Dashboard) live(w http.ResponseWriter, r *request) {
	end, err := d.streams.begin()
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer end()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-transform") // what compresses also keeps events back
	w.Header().Set("X-Accel-Buffering", "no")                 // nginx
	stream := &stream{control: http.NewResponseController(w), w: w, shown: map[string]string{}}
	_ = stream.control.SetReadDeadline(time.Time{}) // it has no end that a server's timeouts could know
	if stream.write("", d.gateway.Now()) != nil {   // the page hears at once that it is connected
		return
	}
	tick := time.NewTicker(d.options.Every)
	defer tick.Stop()
	for {
		if err := d.tell(stream, r); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		case <-d.gateway.Ending():
			return
		}
	}
}

// tell looks once and tells what has changed. The operator's token may have been revoked
// meanwhile.
func (d *Dashboard) tell(s *stream, r *request) error {
	if err := d.authenticate(r.Context(), r); err != nil {
		return err
	}
	found, err := d.collect.look(r.Context(), r.operator)
	if err != nil {
		return s.send("failed", "{}", d.gateway.Now())
	}
	parts, err := d.parts(found, r.words)
	if err != nil {
		return err
	}
	news := map[string]string{}
	for name, html := range parts {
		if s.shown[name] != html {
			news[name] = html
		}
	}
	s.shown = parts
	if len(news) == 0 {
		return s.keep(d.gateway.Now())
	}
	news["now"] = strconv.FormatInt(found.At.UnixMilli(), 10)
	data, err := json.Marshal(news)
	if err != nil {
		return err
	}
	return s.send("parts", string(data), d.gateway.Now())
}

// stream is a stream of events to one page.
type stream struct {
	control *http.ResponseController
	w       http.ResponseWriter
	shown   map[string]string
	said    time.Time
}

// keep writes a comment when nothing was written for a while.
func (s *stream) keep(now time.Time) error {
	if now.Sub(s.said) < sayAnything {
		return nil
	}
	return s.write(": \n\n", now)
}

func (s *stream) send(event, data string, now time.Time) error {
	return s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", event, data), now)
}

func (s *stream) write(text string, now time.Time) error {
	s.said = now
	// A server that knows no deadline for a write has none. One that stays would end a stream
	// of HTTP/2 on which nothing is written.
	_ = s.control.SetWriteDeadline(time.Now().Add(writeWithin)) //nolint:forbidigo // the deadline of a connection is by the machine's clock
	defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }()
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
