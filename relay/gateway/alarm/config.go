package alarm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Config sets up a Watch.
type Config struct {
	// Silence is how long a phone may say nothing. A phone that has promised to call less often
	// is waited for until it is offline. 0 means five minutes.
	Silence time.Duration
	// Errors is how many texts may fail, or become uncertain, within an hour before there is an
	// alarm. 0 means that errors raise none.
	Errors int
	// Every is how often the watch looks. 0 means 15 seconds.
	Every time.Duration
	// Notifiers are told of each event, each by itself. At least one.
	Notifiers []Notifier
}

// Notifier tells somebody of an event. Notify is called for one event at a time. A nil error
// promises that the way has accepted it. It returns soon after its context's end, which comes
// after 30 seconds. It is called again after an error, unless that is [ErrMayBeOut]. One that
// panics has failed for this event.
type Notifier interface {
	Notify(ctx context.Context, e Event) error
}

// ErrMayBeOut says that the event may have been told in spite of the error, so it is not told again.
var ErrMayBeOut = errors.New("alarm: it may have been told all the same")

const (
	defaultSilence = 5 * time.Minute
	defaultEvery   = 15 * time.Second
)

// Validate reports every problem of the configuration, by field.
func (c Config) Validate() error {
	var problems []error
	add := func(field, problem string) { problems = append(problems, fmt.Errorf("alarm: %s: %s", field, problem)) }
	if c.Silence < 0 {
		add("Silence", "must not be negative")
	}
	if c.Errors < 0 {
		add("Errors", "must not be negative")
	}
	if c.Every < 0 {
		add("Every", "must not be negative")
	}
	if len(c.Notifiers) == 0 {
		add("Notifiers", "want at least one")
	}
	for i, n := range c.Notifiers {
		if n == nil {
			add(fmt.Sprintf("Notifiers[%d]", i), "is nil")
			continue
		}
		if v, ok := n.(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				problems = append(problems, fmt.Errorf("alarm: Notifiers[%d]: %w", i, err))
			}
		}
	}
	return errors.Join(problems...)
}

func (c Config) withDefaults() Config {
	c.Silence, c.Every = cmp.Or(c.Silence, defaultSilence), cmp.Or(c.Every, defaultEvery)
	return c
}

// Kind is what has happened.
type Kind string

// The kinds of events.
const (
	// PhoneSilent: a phone that was there says nothing any more.
	PhoneSilent Kind = "phone_silent"
	// PhoneBack: it is there again.
	PhoneBack Kind = "phone_back"
	// TooManyErrors: as many texts have failed within the last hour as Config.Errors.
	TooManyErrors Kind = "too_many_errors"
	// FewErrors: they are fewer again.
	FewErrors Kind = "few_errors"
)

// Event is what somebody is told. It is the body of a webhook's request.
type Event struct {
	// Kind is what has happened.
	Kind Kind `json:"event"`
	// At is when the watch has found it.
	At time.Time `json:"at"`
	// Phone is the name of the phone; empty for errors.
	Phone string `json:"phone,omitempty"`
	// LastSeen is when the phone made its last request, or for PhoneBack its last one before
	// the silence.
	LastSeen time.Time `json:"last_seen,omitzero"`
	// Errors is how many texts have failed or become uncertain within the last hour.
	Errors int `json:"errors,omitempty"`
}
