package storetest

import "github.com/cnsms/cnsms/otp"

var sendCases = []testCase{
	{"claims by the ladder", "the waits between texts are those of the ladder; too early changes nothing", false, claimsByLadder},
	{"claims no more than there are", "MaxSends bounds the texts, refused ones included", false, claimsBounded},
	{"refused texts hold nothing up", "a refused or failed text releases the wait", false, refusedReleases},
	{"claims for the holder", "another binding, number or key is Unknown and changes nothing", false, claimsForHolder},
	{"settles once", "an outcome is written once; a send that is not there is Unknown", false, settlesOnce},
	{"changes tickets", "an outcome brings the guard's ticket where that is another one now", false, changesTickets},
	{"undeliverable", "a record whose texts were all refused is undeliverable", false, undeliverable},
	{"sends by itself once", "a claim by itself needs the number of sends it has seen and a time that has come; of two one is Done", false, byItselfOnce},
	{"sends nothing after news", "nothing is due that was delivered, approved, canceled or used up", false, nothingDueAfterNews},
	{"no code, not again", "a text without our code is not sent again after one that may be on its way", false, noCodeNotAgain},
}

func claimsByLadder(b *bench) {
	r := b.pending(1)
	a, err := b.claim(r)
	b.same(r, b.want(otp.TooEarly, a, err).Record)
	b.Advance(Life/4 + Life/20)
	a, err = b.claim(r)
	again := b.want(otp.Done, a, err).Record
	b.that(len(again.Sends) == 2 && again.Sends[1] == otp.Send{At: a.Now, Outcome: otp.Claimed, Ticket: "again"}, "ledger %+v", again.Sends)
	b.that(again.Expires == r.Expires && again.Tries == 0, "record %+v", again)
	b.Advance(Life/4 + Life/20)
	a, err = b.claim(r)
	b.want(otp.TooEarly, a, err)
	b.Advance(Life / 4)
	a, err = b.claim(r)
	b.want(otp.Done, a, err)
	a, err = b.claim(r)
	b.want(otp.TooMany, a, err)
}

func claimsBounded(b *bench) {
	r := b.pending(1, func(c *otp.Creation) { c.Record.Ladder = []int64{1} })
	for number := 2; number <= 3; number++ {
		b.Advance(Life / 20)
		a, err := b.claim(r)
		b.want(otp.Done, a, err)
		a, err = b.Store.Settle(b.Context(), settled(r, number, otp.Refused))
		b.want(otp.Done, a, err)
	}
	a, err := b.claim(r)
	b.that(b.want(otp.TooMany, a, err).Record.State == otp.Pending, "state %s", a.Record.State)
}

func refusedReleases(b *bench) {
	r := b.pending(1)
	a, err := b.note(r, false)
	b.want(otp.Done, a, err)
	a, err = b.claim(r)
	b.want(otp.Done, a, err)
	a, err = b.Store.Settle(b.Context(), settled(r, 2, otp.Refused))
	b.want(otp.Done, a, err)
	a, err = b.claim(r)
	b.want(otp.Done, a, err)
}

func claimsForHolder(b *bench) {
	r := b.pending(1, func(c *otp.Creation) { c.Record.Ladder = []int64{1} })
	b.Advance(Life / 20)
	for what, proof := range strangers(r) {
		a, err := b.Store.Claim(b.Context(), otp.Claim{ID: r.ID, Proofs: proof})
		b.must(a, err)
		b.that(a.Verdict == otp.Unknown && a.Record.ID == "", "%s: %+v", what, a)
	}
	a, err := b.look(r)
	b.same(r, b.want(otp.Done, a, err).Record)
}

// strangers are proofs that are not the holder's.
func strangers(r otp.Record) map[string][]otp.Proof {
	return map[string][]otp.Proof{
		"no proof":        nil,
		"another key":     {{KeyID: "other", Binding: r.Binding, Tag: r.Tag}},
		"another binding": {{KeyID: r.KeyID, Binding: name("binding", 1), Tag: r.Tag}},
		"no binding":      {{KeyID: r.KeyID, Tag: r.Tag}},
		"another number":  {{KeyID: r.KeyID, Binding: r.Binding, Phone: name("phone", 1), Tag: r.Tag}},
	}
}

func settlesOnce(b *bench) {
	r := b.create(1)
	a, err := b.Store.Settle(b.Context(), settled(r, 1, otp.Unsure))
	b.that(b.want(otp.Done, a, err).Record.State == otp.Pending && a.Record.Sends[0].Settled == a.Now, "record %+v", a.Record)
	first := a.Record
	a, err = b.Store.Settle(b.Context(), settled(r, 1, otp.Refused))
	b.same(first, b.want(otp.Stale, a, err).Record)
	for _, number := range []int{0, 2} {
		a, err = b.Store.Settle(b.Context(), settled(r, number, otp.Accepted))
		b.want(otp.Unknown, a, err)
	}
}

func changesTickets(b *bench) {
	for ticket, want := range map[string]string{"": "ticket", "another": "another"} {
		s := settled(b.create(len(ticket)), 1, otp.Accepted)
		s.Ticket = ticket
		a, err := b.Store.Settle(b.Context(), s)
		b.that(b.want(otp.Done, a, err).Record.Sends[0].Ticket == want, "ledger %+v", a.Record.Sends)
	}
}

func undeliverable(b *bench) {
	r := b.create(1)
	a, err := b.Store.Settle(b.Context(), settled(r, 1, otp.Refused))
	b.that(b.want(otp.Done, a, err).Record.State == otp.Undeliverable && a.Record.Closed == a.Now, "record %+v", a.Record)
	a, err = b.try(r, true)
	b.want(otp.Ended, a, err)
	a, err = b.claim(r)
	b.want(otp.Ended, a, err)
}

func escalates(c *otp.Creation) { c.Record.EscalateAfter = (Life / 4).Milliseconds() }

func byItselfOnce(b *bench) {
	r := b.pending(1, escalates)
	b.that(len(b.due()) == 0, "due at once")
	a, err := b.claimByItself(r, 1)
	b.want(otp.Stale, a, err)
	b.Advance(Life/4 + Life/20)
	due := b.due()
	b.that(len(due) == 1 && due[0].ID == r.ID, "due: %+v", due)
	a, err = b.claimByItself(r, 2)
	b.want(otp.Stale, a, err)
	a, err = b.claimByItself(r, 1)
	b.that(b.want(otp.Done, a, err).Record.Sends[1].ByItself, "ledger %+v", a.Record.Sends)
	a, err = b.claimByItself(r, 1)
	b.want(otp.Stale, a, err)
	b.that(len(b.due()) == 0, "due while it is being sent")
}

func nothingDueAfterNews(b *bench) {
	delivered, approved, canceled := b.pending(1, escalates), b.pending(2, escalates), b.pending(3, escalates)
	exhausted, due := b.pending(4, escalates), b.pending(5, escalates)
	b.must(b.note(delivered, true))
	b.must(b.try(approved, true))
	b.must(b.Store.Cancel(b.Context(), otp.Cancellation{ID: canceled.ID, Proofs: proofs(canceled, false)}))
	for range exhausted.MaxTries {
		b.must(b.try(exhausted, false))
	}
	b.Advance(Life/4 + Life/20)
	list := b.due()
	b.that(len(list) == 1 && list[0].ID == due.ID, "due: %+v", list)
	a, err := b.claimByItself(delivered, 1)
	b.want(otp.Arrived, a, err)
	for _, r := range []otp.Record{approved, canceled, exhausted} {
		a, err := b.claimByItself(r, 1)
		b.want(otp.Ended, a, err)
	}
}

func noCodeNotAgain(b *bench) {
	bare := func(c *otp.Creation) { c.Record.NoCode, c.Record.Tag = true, ""; escalates(c) }
	unsure, accepted := b.create(1, bare), b.pending(2, bare)
	a, err := b.Store.Settle(b.Context(), settled(unsure, 1, otp.Unsure))
	b.want(otp.Done, a, err)
	b.Advance(Life/4 + Life/20)
	list := b.due()
	b.that(len(list) == 1 && list[0].ID == accepted.ID, "due: %+v", list)
}
