package alarm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
)

const (
	// mostEvents is how many events wait for a way that is slow.
	mostEvents = 100
	// tries is how often a way is tried, and tryFor how long each time.
	tries  = 4
	tryFor = 30 * time.Second
	// firstPause is how long a way is left alone after its first failure; after each further
	// one five times as long.
	firstPause = 2 * time.Second
)

// way tells the events of a watch by one notifier.
type way struct {
	notifier Notifier
	logger   *slog.Logger
	events   chan Event
}

// tell has an event told, without waiting.
func (w *way) tell(e Event) {
	select {
	case w.events <- e:
	default:
		w.logger.Error("relay: an alarm is lost: too many wait", "event", e.Kind, "phone", e.Phone)
	}
}

func (w *way) run(ctx context.Context) {
	for {
		select {
		case e := <-w.events:
			w.deliver(ctx, e)
		case <-ctx.Done():
			return
		}
	}
}

// deliver tells one event, with pauses between the tries.
func (w *way) deliver(ctx context.Context, e Event) {
	pause := firstPause
	for try := 1; ; try++ {
		err := w.try(ctx, e)
		if err == nil || ctx.Err() != nil {
			return
		}
		again := try < tries && !errors.Is(err, ErrMayBeOut)
		w.logger.Error("relay: an alarm could not be told", "event", e.Kind, "phone", e.Phone, "try", try, "again", again, "error", err)
		if !again {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		pause *= 5
	}
}

// try calls the notifier once. One that panics has failed, and takes nothing else with it;
// nobody knows whether it has told.
func (w *way) try(ctx context.Context, e Event) (err error) {
	ctx, end := context.WithTimeout(ctx, tryFor)
	defer end()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the notifier panicked: %s", ErrMayBeOut, doors.WithoutSecrets(p))
			w.logger.Error("relay: a notifier of the alarm panicked", "panic", doors.WithoutSecrets(p), "stack", string(debug.Stack()))
		}
	}()
	return w.notifier.Notify(ctx, e)
}
