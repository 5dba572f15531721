package failover

import (
	"context"
	"log/slog"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Attempt is one message given to one provider. Printing it shows no code and
// no full phone number.
type Attempt struct {
	// Provider is the name of the provider that was asked: never a composer of
	// this package, unless that composer refused before it asked anybody.
	Provider string
	// To is the recipient. It is left out of JSON, where it would be the full
	// number.
	To provider.Phone `json:"-"`
	// Template is the logical name of the text.
	Template string
	// UserAttempt is 1 for a user's first attempt and 2, 3, … for retries; 0 when
	// it is not known, because nobody counts or the store failed.
	UserAttempt int

	// ID is the receipt's id, when the message was accepted.
	ID string
	// Err is why the attempt failed; nil when the message was accepted. It holds
	// a *provider.Error.
	Err error
	// Kind, Scope and Code are those of Err.
	Kind  provider.Kind
	Scope provider.Scope
	Code  string
	// MayHaveSent is true when the message may be on its way despite Err.
	MayHaveSent bool

	// Took is how long the attempt lasted.
	Took time.Duration
	// Cost is the member's price when the attempt may have been billed: it was
	// accepted, or may have been sent.
	Cost Money
	// Cooldown is how long the member is left out from now on, or 0.
	Cooldown time.Duration
}

// LogValue logs the attempt with a masked phone.
func (a Attempt) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("provider", a.Provider),
		slog.String("to", a.To.String()),
		slog.String("template", a.Template),
		slog.Int("user_attempt", a.UserAttempt),
		slog.Duration("took", a.Took),
		slog.String("cost", a.Cost.String()),
	}
	if a.Err == nil {
		return slog.GroupValue(append(attrs, slog.String("id", a.ID))...)
	}
	return slog.GroupValue(append(attrs,
		slog.String("kind", a.Kind.String()),
		slog.Bool("may_have_sent", a.MayHaveSent),
		slog.Duration("cooldown", a.Cooldown),
		slog.String("error", oneLine(a.Err.Error())),
	)...)
}

// fail fills in why the attempt failed.
func (a *Attempt) fail(f failure) {
	a.Err, a.Kind, a.Scope, a.Code, a.MayHaveSent = f.err, f.kind, f.scope, f.code, f.mayHaveSent
}

// AttemptFunc sees attempts as they end. It is called on the goroutine that
// sends, before Send returns or the next attempt begins, and concurrently for
// concurrent sends; it should be quick.
//
// The function of an outer composer also sees the attempts of the composers
// inside it, so one function at the outermost is enough. (It takes a member that
// holds a composer for one, and does not see what such a member, if it is not of
// this package, sends by itself.)
type AttemptFunc func(ctx context.Context, a Attempt)

// observer is a composer that wants to hear of attempts further in. It travels
// in the context, because wrappers may stand between the two.
type observer struct {
	onAttempt AttemptFunc
	outer     *observer
}

type observerKey struct{}

func observerOf(ctx context.Context) *observer {
	o, _ := ctx.Value(observerKey{}).(*observer)
	return o
}

// report tells everybody who wants to know of an attempt: this composer first,
// then those around it.
func (e *engine) report(ctx context.Context, a Attempt) {
	if e.onAttempt != nil {
		e.onAttempt(ctx, a)
	}
	for o := observerOf(ctx); o != nil; o = o.outer {
		o.onAttempt(ctx, a)
	}
}

// observed is the context for a member that is itself a composer.
func (e *engine) observed(ctx context.Context) context.Context {
	if e.onAttempt == nil {
		return ctx
	}
	return context.WithValue(ctx, observerKey{}, &observer{e.onAttempt, observerOf(ctx)})
}
