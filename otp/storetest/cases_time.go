package storetest

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/cnsms/cnsms/otp"
)

var timeCases = []testCase{
	{"the lease ends", "what stays reserved takes no code when its lease is over, and a late outcome revives it", false, leaseEnds},
	{"life ends", "a code is good until Expires, however often it was sent, and its tombstone until Ends", false, lifeEnds},
	{"late reports", "reports and outcomes are written until the record ends", false, lateReports},
	{"finished context", "with a finished context nothing is done, and the error matches the context's", false, honoursContext},
	{"what has ended goes", "a store that is used does not grow", true, shrinks},
}

func leaseEnds(b *bench) {
	r := b.create(1)
	b.Advance(Life/4 + Life/20)
	a, err := b.try(r, true)
	b.that(b.want(otp.Ended, a, err).Record.AsOf(a.Now) == otp.Expired, "state %s", a.Record.AsOf(a.Now))
	again := b.create(2, func(c *otp.Creation) { c.Record.Pending = r.Pending })
	b.that(again.ID != r.ID, "the same record")
	a, err = b.Store.Settle(b.Context(), settled(r, 1, otp.Accepted))
	b.want(otp.Done, a, err)
	a, err = b.try(r, true)
	b.want(otp.Done, a, err)
}

func lifeEnds(b *bench) {
	r := b.pending(1)
	b.Advance(Life / 2)
	a, err := b.claim(r)
	b.want(otp.Done, a, err)
	a, err = b.Store.Settle(b.Context(), settled(r, 2, otp.Accepted))
	b.want(otp.Done, a, err)
	b.Advance(Life/2 + Life/20)
	for _, ask := range []func() (otp.Answer, error){
		func() (otp.Answer, error) { return b.try(r, true) },
		func() (otp.Answer, error) { return b.claim(r) },
		func() (otp.Answer, error) {
			return b.Store.Cancel(b.Context(), otp.Cancellation{ID: r.ID, Proofs: proofs(r, true)})
		},
	} {
		a, err := ask()
		b.that(b.want(otp.Ended, a, err).Record.AsOf(a.Now) == otp.Expired, "state %s", a.Record.AsOf(a.Now))
	}
	b.Advance(Life / 4)
	a, err = b.look(r)
	b.want(otp.Unknown, a, err)
	b.create(2, func(c *otp.Creation) { c.Record.Pending = r.Pending })
}

func lateReports(b *bench) {
	r := b.pending(1, func(c *otp.Creation) { c.Grace = Life })
	b.Advance(Life + Life/20)
	a, err := b.note(r, true)
	b.that(b.want(otp.Done, a, err).Record.Delivered(), "ledger %+v", a.Record.Sends)
}

func honoursContext(b *bench) {
	ctx, cancel := context.WithCancelCause(b.Context())
	cancel(errors.New("over"))
	r := b.pending(1)
	_, err := b.Store.Try(ctx, otp.Trial{ID: r.ID, Proofs: proofs(r, true)})
	b.that(errors.Is(err, context.Canceled), "Try: %v", err)
	_, err = b.Store.Create(ctx, creation(2))
	b.that(errors.Is(err, context.Canceled), "Create: %v", err)
	_, err = b.Store.Note(ctx, otp.News{Messages: []string{message(r, 1)}, Delivered: true, Keep: Life})
	b.that(errors.Is(err, context.Canceled), "Note: %v", err)
	_, err = b.Store.Due(ctx, 1)
	b.that(errors.Is(err, context.Canceled), "Due: %v", err)
	_, err = b.Store.Person(ctx, person(otp.Erase))
	b.that(errors.Is(err, context.Canceled), "Person: %v", err)
	a, err := b.try(r, true)
	b.want(otp.Done, a, err)
}

func shrinks(b *bench) {
	if b.Len == nil {
		b.Skip("the store does not say how large it is")
	}
	largest := 0
	for n := range 400 {
		r := b.pending(n, escalates, func(c *otp.Creation) { c.Record.Phone = name("phone", n) })
		b.must(b.try(r, false))
		b.Advance(Life / 4)
		if n < 100 {
			largest = max(largest, b.Len())
		}
	}
	b.that(b.Len() <= 2*largest+400, "%d entries, and %d at most at the beginning", b.Len(), largest)
}

// text writes anything as it is compared.
func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
