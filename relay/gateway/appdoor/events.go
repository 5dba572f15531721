package appdoor

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// The lines of a stream. The app drops an event without data, and does not know "id" and
// "retry".
const (
	eventEnqueued = "event: MessageEnqueued\ndata: {}\n\n"
	eventSettings = "event: SettingsUpdated\ndata: {}\n\n"
	comment       = ":keepalive\n\n"
)

func eventCancelled(id string) string {
	data, _ := json.Marshal(map[string]string{"messageId": id}) // a string always marshals
	return "event: MessageCancelled\ndata: " + string(data) + "\n\n"
}

// unreadFor is how long a client may take to read what was written. It is shorter than a
// server may take to shut down.
const unreadFor = 10 * time.Second

// events handles GET /events: the stream on which a phone waits for work.
func (d *Door) events(req *request) (response, *refusal) {
	changed, stop, err := d.gateway.Watch(req.caller, d.lanesOf(req.caller))
	if err != nil {
		return response{}, refusalFor(err)
	}
	cancelled, stopCancels, err := d.gateway.WatchCancels(req.caller)
	if err != nil {
		stop()
		return response{}, refusalFor(err)
	}
	return response{stream: func(w http.ResponseWriter) {
		defer stop()
		defer stopCancels()
		mine := req.phone.open()
		defer req.phone.close(mine)
		d.gateway.Logger().Info("appdoor: stream opened", "phone", req.caller.Name)
		defer d.gateway.Logger().Info("appdoor: stream ended", "phone", req.caller.Name)
		d.follow(w, req, mine, changed, cancelled)
	}}, nil
}

// follow writes a stream until it ends.
func (d *Door) follow(w http.ResponseWriter, req *request, mine *stream, changed <-chan struct{}, cancelled <-chan string) {
	if !begin(w, req) || !req.phone.isSettled() && !send(w, req, eventSettings) {
		return
	}
	tick := time.NewTicker(d.options.tick())
	defer tick.Stop()
	for {
		line := eventEnqueued
		select {
		case <-changed:
			if !d.mayStay(req) {
				return
			}
			req.phone.tell(mine)
		case <-mine.work:
		case id := <-cancelled:
			line = eventCancelled(id)
		case <-tick.C:
			if !d.mayStay(req) {
				return
			}
			if !req.phone.overdue(d.gateway.Now(), d.options.PingInterval) {
				line = comment
			}
		case <-mine.gone:
			return
		case <-req.ending:
			return
		case <-req.Context().Done():
			return
		}
		if !send(w, req, line) {
			return
		}
	}
}

// mayStay reports whether the token still opens the stream. Principals that cannot be read
// end no stream.
func (d *Door) mayStay(req *request) bool {
	_, err := d.gateway.Authenticate(req.Context(), req.token, gateway.RolePhone)
	var forbidden *gateway.ForbiddenError
	return !errors.Is(err, gateway.ErrUnauthorized) && !errors.As(err, &forbidden)
}

// begin sends the head of the response at once: the app counts itself as connected from
// then on. A stream has no end that the server's timeouts could know.
func begin(w http.ResponseWriter, req *request) bool {
	_ = req.control.SetReadDeadline(time.Time{})
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store, no-transform") // what compresses also keeps events back
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Accel-Buffering", "no") // nginx would keep events back
	w.WriteHeader(http.StatusOK)
	return send(w, req, "")
}

// send writes to the stream, and reports whether that was possible. A client that does not
// read is cut off.
func send(w http.ResponseWriter, req *request, line string) bool {
	_ = req.control.SetWriteDeadline(time.Time{})
	giveUp := time.AfterFunc(unreadFor, func() { _ = req.control.SetWriteDeadline(longAgo) })
	defer giveUp.Stop()
	if line != "" {
		if _, err := w.Write([]byte(line)); err != nil {
			return false
		}
	}
	return req.control.Flush() == nil
}
