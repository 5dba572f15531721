package phonetest

import (
	"context"
	"errors"
	"net/http"
	"slices"
)

// receiptRetries is how often the app repeats a receipt before it falls silent.
// Facts: app v1.68.0, read in November 2026.
const receiptRetries = 10

// receipt is an upload that waits. Each change of a state is one of its own, with retries of its own,
// so that they overtake each other; it carries the state of the moment in which it is made.
type receipt struct {
	id       string
	once     *report // what it says, without retries
	failures int
	runs     bool
}

type report struct {
	ID         string              `json:"id"`
	State      string              `json:"state"`
	Recipients []recipient         `json:"recipients"`
	States     map[string]javaTime `json:"states"`
}

// queueReceipt needs a.mu.
func (a *App) queueReceipt(id string) {
	a.receipts = append(a.receipts, &receipt{id: id})
	if a.running != nil {
		nudge(a.running.report)
	}
}

// Unreported is how many receipts wait to be uploaded.
func (a *App) Unreported() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.receipts)
}

// reportAll uploads receipts, beside one another.
func (a *App) reportAll(ctx context.Context, p *process) {
	for {
		a.mu.Lock()
		for _, r := range a.receipts {
			if !r.runs {
				r.runs = true
				p.all.Go(func() { a.upload(ctx, r) })
			}
		}
		a.mu.Unlock()
		if !next(ctx, p.report) {
			return
		}
	}
}

// upload uploads one receipt, until any 2xx comes or its retries are used up.
func (a *App) upload(ctx context.Context, r *receipt) {
	for ctx.Err() == nil {
		a.mu.Lock()
		says := r.once
		if says == nil {
			current := a.store.byID[r.id].report()
			says = &current
		}
		a.mu.Unlock()
		err := a.call(ctx, http.MethodPatch, "/message", a.bearer(), []*report{says}, nil)
		switch {
		case ctx.Err() != nil && err != nil:
			return // the receipt stays for the next start
		case errors.Is(err, errAsleep):
			continue
		case err == nil, r.once != nil, r.failures == receiptRetries:
			a.forget(r)
			return
		}
		r.failures++
		pause(ctx, backOff(r.failures))
	}
}

func (a *App) forget(r *receipt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.receipts = slices.DeleteFunc(a.receipts, func(other *receipt) bool { return other == r })
}
