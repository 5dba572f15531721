package doors

import (
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// BodyTime is how long a body may take to arrive. A phone's network can be slow; but a
	// request whose body never arrives would keep the gateway from shutting down.
	BodyTime = 10 * time.Second
	// leaveTime is how long the rest of a body that nobody reads may still arrive, so that a
	// client that is sending it gets its response. It is shorter than a server may take to
	// shut down.
	leaveTime = 5 * time.Second
)

var (
	// ErrLate says that the body did not arrive within [BodyTime].
	ErrLate = errors.New("doors: the body did not arrive in time")
	// ErrEnding says that the gateway began to shut down before the body had arrived.
	ErrEnding = errors.New("doors: the gateway is shutting down")
)

// longAgo is a deadline that ends a read at once.
var longAgo = time.Unix(1, 0)

// ReadBody reads the body of a request to its end: at most so many bytes, in [BodyTime], and
// until ending is closed. The error is [ErrLate], [ErrEnding], a *http.MaxBytesError or that of
// the connection.
func ReadBody(w http.ResponseWriter, r *http.Request, most int64, ending <-chan struct{}) ([]byte, error) {
	control := http.NewResponseController(w)
	giveUp := func() { _ = control.SetReadDeadline(longAgo) }
	timer, read := time.AfterFunc(BodyTime, giveUp), make(chan struct{})
	defer close(read)
	go func() {
		select {
		case <-ending:
			giveUp()
		case <-read:
		}
	}()
	// Without a ResponseWriter MaxBytesReader cannot close the connection; LeaveBody does that.
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, most))
	switch inTime := timer.Stop(); {
	case !inTime:
		err = ErrLate
	case err != nil && isClosed(ending):
		err = ErrEnding
	case err != nil:
		return nil, err
	}
	r.Body = http.NoBody // there is nothing to leave
	if err != nil {
		return nil, err
	}
	return body, nil
}

// LeaveBody is called before a response is written. When nobody has read the body of the
// request, the response does not wait for it, and the connection ends soon after: else a client
// that never sends it would keep both for ever.
func LeaveBody(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody || r.ProtoMajor != 1 {
		return // of HTTP/2 the stream alone ends, by itself
	}
	w.Header().Set("Connection", "close")
	at := time.Now().Add(leaveTime) //nolint:forbidigo // the deadline of a connection is by the machine's clock
	_ = http.NewResponseController(w).SetReadDeadline(at)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
