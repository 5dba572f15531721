package gateway

import (
	"cmp"
	"context"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// MaxPage is how many jobs one page of a list has at most.
const MaxPage = 1000

// List returns jobs to an operator, newest first, without their texts. The gateway sets the
// filter's Now. A Limit of 0 means 100.
func (g *Gateway) List(ctx context.Context, operator Principal, f Filter) (Page, error) {
	f.Limit, f.Now = cmp.Or(f.Limit, 100), g.Now()
	page, err := forOperator(ctx, g, operator, "list", func() (Page, error) {
		if err := f.check(); err != nil {
			return Page{}, err
		}
		return g.queue.List(ctx, f)
	})
	for i := range page.Jobs {
		page.Jobs[i].Text = ""
	}
	return page, err
}

func (f Filter) check() error {
	for _, state := range f.States {
		if !known(state) {
			return invalid("states", "names a state that does not exist")
		}
	}
	return checkRange("limit", f.Limit, 1, MaxPage)
}

func known(s relayapi.State) bool {
	return rank(s) < 6 || s == relayapi.StateDelivered || s == relayapi.StateFailed ||
		s == relayapi.StateExpired || s == relayapi.StateCancelled
}

// Counts returns to an operator how many jobs each lane has in each state.
func (g *Gateway) Counts(ctx context.Context, operator Principal) ([]Count, error) {
	return forOperator(ctx, g, operator, "counts", func() ([]Count, error) { return g.queue.Counts(ctx, g.Now()) })
}

// Phones returns to an operator every phone that the gateway knows since it was started. It
// may forget those that are offline.
func (g *Gateway) Phones(ctx context.Context, operator Principal) ([]PhonePresence, error) {
	return forOperator(ctx, g, operator, "phones", func() ([]PhonePresence, error) { return g.queue.Phones(ctx, g.Now()) })
}

// forOperator makes a call that only an operator may make.
func forOperator[T any](ctx context.Context, g *Gateway, operator Principal, what string, call func() (T, error)) (result T, err error) {
	defer func() { g.noteRefused(ctx, operator, err) }()
	var none T
	if operator, err = g.allow(ctx, operator, RoleOperator); err != nil {
		return none, err
	}
	end, err := g.Begin()
	if err != nil {
		return none, err
	}
	defer end()
	if result, err = call(); err != nil {
		return none, g.failed(ctx, what, err)
	}
	return result, nil
}
