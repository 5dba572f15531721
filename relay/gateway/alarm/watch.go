package alarm

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// self is as whom the watch asks the gateway.
var self = gateway.Principal{Name: "alarm", Role: gateway.RoleOperator}

// Watch looks after the phones of a gateway. Make it with [New].
type Watch struct {
	gateway *gateway.Gateway
	config  Config
	logger  *slog.Logger

	phones map[string]*watched
	errors failed
	many   bool
}

// watched is a phone that was there.
type watched struct {
	seen, online time.Time
	silent       bool
}

// New returns a watch over the phones of a gateway.
func New(relay *gateway.Gateway, c Config) (*Watch, error) {
	if relay == nil {
		return nil, errors.New("alarm: the gateway is nil")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Watch{gateway: relay, config: c.withDefaults(), logger: relay.Logger(), phones: map[string]*watched{}}, nil
}

// Run watches until the context ends or the gateway shuts down, and then returns nil; an
// alarm that is being told then is given up. Call it once.
func (w *Watch) Run(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer end()
	stop := w.gateway.Subscribe(func(c gateway.Change) {
		if c.State == relayapi.StateFailed || c.State == relayapi.StateUncertain {
			w.errors.add()
		}
	})
	defer stop()
	var ways []*way
	for _, n := range w.config.Notifiers {
		one := &way{notifier: n, logger: w.logger, events: make(chan Event, mostEvents)}
		ways = append(ways, one)
		running.Go(func() { one.run(ctx) })
	}
	tick := time.NewTicker(w.config.Every)
	defer tick.Stop()
	for {
		for _, event := range w.look(ctx) {
			w.logger.Warn("relay: alarm", "event", event.Kind, "phone", event.Phone, "errors", event.Errors)
			for _, one := range ways {
				one.tell(event)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		case <-w.gateway.Ending():
			return nil
		}
	}
}

// look looks once, and returns what has happened since the last time.
func (w *Watch) look(ctx context.Context) []Event {
	now := w.gateway.Now()
	events := w.lookAtErrors(now)
	phones, err := w.gateway.Phones(ctx, self)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, gateway.ErrShuttingDown) {
			w.logger.Error("relay: the alarm cannot see the phones", "error", err)
		}
		return events
	}
	for _, phone := range phones {
		known := w.phones[phone.Phone]
		if known == nil {
			known = &watched{}
			w.phones[phone.Phone] = known
		}
		if known.silent && phone.LastSeen.After(known.seen) {
			known.silent = false
			events = append(events, Event{Kind: PhoneBack, At: now, Phone: phone.Phone, LastSeen: known.seen})
		}
		known.seen, known.online = phone.LastSeen, phone.OnlineUntil
	}
	for name, phone := range w.phones { // the queue may have forgotten those that are offline
		if !phone.silent && now.Sub(phone.seen) >= w.config.Silence && !now.Before(phone.online) {
			phone.silent = true
			events = append(events, Event{Kind: PhoneSilent, At: now, Phone: name, LastSeen: phone.seen})
		}
	}
	return events
}

func (w *Watch) lookAtErrors(now time.Time) []Event {
	count := w.errors.within(now)
	if w.config.Errors == 0 {
		return nil
	}
	many := count >= w.config.Errors
	if many == w.many {
		return nil
	}
	w.many = many
	kind := FewErrors
	if many {
		kind = TooManyErrors
	}
	return []Event{{Kind: kind, At: now, Errors: count}}
}

// failed counts texts that have failed. Those of one look count from that look on.
type failed struct {
	mu    sync.Mutex
	fresh int
	looks []countAt
}

type countAt struct {
	at    time.Time
	count int
}

func (f *failed) add() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh++
}

// within returns how many there were in the hour before now.
func (f *failed) within(now time.Time) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fresh > 0 {
		f.looks = append(f.looks, countAt{now, f.fresh})
		f.fresh = 0
	}
	for len(f.looks) > 0 && now.Sub(f.looks[0].at) >= time.Hour {
		f.looks = f.looks[1:]
	}
	count := 0
	for _, look := range f.looks {
		count += look.count
	}
	return count
}
