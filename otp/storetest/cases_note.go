package storetest

import "github.com/cnsms/cnsms/otp"

var noteCases = []testCase{
	{"notes by message and by id", "a report finds its send by the digest of its message, or by id and number", false, notesBoth},
	{"delivered wins", "delivered wins over failed in any order, and each is written once", false, deliveredWins},
	{"sends nothing after delivery", "after a delivered report no text is claimed", false, nothingAfterDelivery},
	{"delivery makes pending", "a report of delivery before the outcome makes the record pending, and the outcome is written later", false, deliveryMakesPending},
	{"early reports", "a report that comes before its send is settled is kept, delivered over failed, and used then", false, earlyReports},
	{"early reports end", "an early report ends after News.Keep", false, earlyReportsEnd},
	{"all failed", "when the last text of all has failed too, the record is undeliverable", false, allFailed},
}

func notesBoth(b *bench) {
	r := b.pending(1)
	a, err := b.note(r, true)
	b.that(b.want(otp.Done, a, err).Record.Sends[0].Delivered == a.Now, "ledger %+v", a.Record.Sends)
	a, err = b.note(r, true)
	b.want(otp.Stale, a, err)
	second := b.pending(2)
	a, err = b.Store.Note(b.Context(), otp.News{ID: second.ID, Number: 1})
	b.that(b.want(otp.Done, a, err).Record.Sends[0].Failed == a.Now, "ledger %+v", a.Record.Sends)
	for _, number := range []int{-1, 0, 2} {
		a, err = b.Store.Note(b.Context(), otp.News{ID: second.ID, Number: number})
		b.want(otp.Unknown, a, err)
	}
}

func deliveredWins(b *bench) {
	first, second := b.pending(1), b.pending(2)
	b.must(b.note(first, false))
	a, err := b.note(first, true)
	b.that(b.want(otp.Done, a, err).Record.Delivered(), "not delivered")
	b.must(b.note(second, true))
	a, err = b.note(second, false)
	b.that(b.want(otp.Stale, a, err).Record.Sends[0].Failed == 0, "ledger %+v", a.Record.Sends)
}

func nothingAfterDelivery(b *bench) {
	r := b.pending(1)
	b.must(b.note(r, true))
	b.Advance(Life / 2)
	a, err := b.claim(r)
	b.want(otp.Arrived, a, err)
	a, err = b.try(r, true)
	b.want(otp.Done, a, err)
}

func deliveryMakesPending(b *bench) {
	r := b.create(1)
	a, err := b.Store.Note(b.Context(), otp.News{ID: r.ID, Number: 1, Delivered: true})
	b.that(b.want(otp.Done, a, err).Record.State == otp.Pending, "state %s", a.Record.State)
	a, err = b.Store.Settle(b.Context(), settled(r, 1, otp.Accepted))
	b.that(b.want(otp.Done, a, err).Record.Sends[0].Delivered > 0 && a.Record.Sends[0].Outcome == otp.Accepted, "ledger %+v", a.Record.Sends)
}

func earlyReports(b *bench) {
	delivered, failed, both := b.create(1), b.create(2), b.create(3)
	for _, each := range []struct {
		r         otp.Record
		delivered bool
	}{{delivered, true}, {failed, false}, {both, true}, {both, false}} {
		a, err := b.Store.Note(b.Context(), otp.News{Messages: []string{message(each.r, 1)}, Delivered: each.delivered, Keep: Life})
		b.want(otp.Unknown, a, err)
	}
	for _, each := range []struct {
		r         otp.Record
		delivered bool
	}{{delivered, true}, {failed, false}, {both, true}} {
		a, err := b.Store.Settle(b.Context(), settled(each.r, 1, otp.Accepted))
		send := b.want(otp.Done, a, err).Record.Sends[0]
		b.that((send.Delivered > 0) == each.delivered && (send.Failed > 0) != each.delivered, "ledger %+v", send)
	}
	a, err := b.Store.Note(b.Context(), otp.News{Messages: []string{message(failed, 1)}, Delivered: true, Keep: Life})
	b.want(otp.Done, a, err)
}

func earlyReportsEnd(b *bench) {
	r := b.create(1, func(c *otp.Creation) { c.Lease = Life })
	a, err := b.Store.Note(b.Context(), otp.News{Messages: []string{message(r, 1)}, Delivered: true, Keep: Life / 4})
	b.want(otp.Unknown, a, err)
	b.Advance(Life/4 + Life/20)
	a, err = b.Store.Settle(b.Context(), settled(r, 1, otp.Accepted))
	b.that(!b.want(otp.Done, a, err).Record.Delivered(), "ledger %+v", a.Record.Sends)
}

func allFailed(b *bench) {
	r := b.pending(1, func(c *otp.Creation) { c.Record.MaxSends = 2 })
	a, err := b.note(r, false)
	b.that(b.want(otp.Done, a, err).Record.State == otp.Pending, "state %s", a.Record.State)
	b.must(b.claim(r))
	a, err = b.Store.Settle(b.Context(), settled(r, 2, otp.Refused))
	b.that(b.want(otp.Done, a, err).Record.State == otp.Undeliverable, "state %s", a.Record.State)
	a, err = b.note(r, true)
	b.that(b.want(otp.Done, a, err).Record.State == otp.Undeliverable, "state %s: what has ended has ended", a.Record.State)
}
