package storetest

import "github.com/cnsms/cnsms/otp"

var createCases = []testCase{
	{"stores a record", "Create stores the record with the times that Made gives it, reserved, and with one claimed send", false, stores},
	{"stores once", "Create with the id of a record is the same call again: Done, with the record as it is", false, storesOnce},
	{"finds the open one", "a record of the same purpose, number and binding that is open is found, whatever key it was made with", false, findsOpen},
	{"does not find the ended", "what is over stands in the way of nobody", false, passesEnded},
	{"repeats", "the same idempotency key is the same request, even when its record is over", false, repeats},
	{"repeats no failure", "an undeliverable record does not answer a repetition", false, repeatsNoFailure},
	{"only finds", "with OnlyFind nothing is stored", false, onlyFinds},
	{"bounds a number", "there are MaxPerPhone records of one number, and not more", false, boundsNumber},
	{"test numbers go round", "of a test number the record that ends first makes room", false, testNumbersGoRound},
	{"knows nobody", "an id that is not there is Unknown to every method", false, knowsNobody},
}

func stores(b *bench) {
	a, err := b.Store.Create(b.Context(), creation(1))
	r := b.want(otp.Done, a, err).Record
	b.that(r.State == otp.Reserved && r.Created == a.Now && r.Lease == a.Now.Add(Life/4) && r.Expires == a.Now.Add(Life) &&
		r.Ends == a.Now.Add(Life+Life/4), "times of %+v at %d", r, a.Now)
	b.that(len(r.Sends) == 1 && r.Sends[0] == otp.Send{At: a.Now, Outcome: otp.Claimed, Ticket: "ticket"}, "ledger %+v", r.Sends)
	looked, err := b.look(r)
	b.want(otp.Done, looked, err)
	b.same(r, looked.Record)
	want := creation(1).Record
	b.that(looked.Record.Sealed == want.Sealed && looked.Record.Tag == want.Tag && looked.Record.Digits == want.Digits &&
		len(looked.Record.Ladder) == 2, "record %+v", looked.Record)
}

func storesOnce(b *bench) {
	r := b.pending(1)
	a, err := b.Store.Create(b.Context(), creation(1))
	b.same(r, b.want(otp.Done, a, err).Record)
	b.must(b.try(r, true))
	a, err = b.Store.Create(b.Context(), creation(1))
	b.that(b.want(otp.Done, a, err).Record.State == otp.Approved, "state %s", a.Record.State)
}

func findsOpen(b *bench) {
	r := b.create(1)
	a, err := b.Store.Create(b.Context(), creation(2, func(c *otp.Creation) { c.Pending = []string{name("pending", 9), r.Pending} }))
	b.same(r, b.want(otp.Found, a, err).Record)
	b.create(3)
}

func passesEnded(b *bench) {
	r := b.pending(1)
	b.must(b.try(r, true))
	again := func(c *otp.Creation) { c.Record.Pending = r.Pending }
	second := b.create(2, again)
	a, err := b.Store.Create(b.Context(), creation(3, again))
	b.that(b.want(otp.Found, a, err).Record.ID == second.ID, "found %s, want the newer one", a.Record.ID)
}

func repeats(b *bench) {
	keyed := func(c *otp.Creation) { c.Record.Idempotency = name("idem", 1) }
	r := b.pending(1, keyed)
	b.must(b.try(r, true))
	a, err := b.Store.Create(b.Context(), creation(2, keyed))
	b.that(b.want(otp.Repeated, a, err).Record.ID == r.ID, "record %s", a.Record.ID)
	b.create(3, func(c *otp.Creation) { c.Record.Idempotency = name("idem", 2) })
}

func repeatsNoFailure(b *bench) {
	keyed := func(c *otp.Creation) { c.Record.Idempotency, c.Record.Pending = name("idem", 1), name("pending", 0) }
	r := b.create(1, keyed)
	a, err := b.Store.Settle(b.Context(), settled(r, 1, otp.Refused))
	b.that(b.want(otp.Done, a, err).Record.State == otp.Undeliverable, "state %s", a.Record.State)
	b.create(2, keyed)
	a, err = b.Store.Create(b.Context(), creation(3, keyed))
	b.that(b.want(otp.Repeated, a, err).Record.ID == name("id", 2), "record %s", a.Record.ID)
}

func onlyFinds(b *bench) {
	find := func(c *otp.Creation) { c.OnlyFind, c.Record.Pending = true, name("pending", 0) }
	a, err := b.Store.Create(b.Context(), creation(1, find))
	b.want(otp.Unknown, a, err)
	a, err = b.Store.Look(b.Context(), name("id", 1))
	b.want(otp.Unknown, a, err)
	r := b.create(2, func(c *otp.Creation) { c.Record.Pending = name("pending", 0) })
	a, err = b.Store.Create(b.Context(), creation(3, find))
	b.same(r, b.want(otp.Found, a, err).Record)
}

func boundsNumber(b *bench) {
	for n := range otp.MaxPerPhone {
		b.create(n)
	}
	a, err := b.Store.Create(b.Context(), creation(otp.MaxPerPhone))
	b.want(otp.TooMany, a, err)
	a, err = b.Store.Create(b.Context(), creation(otp.MaxPerPhone, func(c *otp.Creation) { c.Record.Pending = name("pending", 0) }))
	b.want(otp.Found, a, err)
	b.create(otp.MaxPerPhone+1, func(c *otp.Creation) { c.Record.Phone = name("phone", 1) })
}

func testNumbersGoRound(b *bench) {
	test := func(c *otp.Creation) { c.Record.Test = true }
	for n := range otp.MaxPerPhone + 5 {
		b.create(n, test)
	}
	list, err := b.Store.Person(b.Context(), otp.Person{Phones: []string{name("phone", 0)}, Action: otp.Export})
	b.that(err == nil && len(list.Records) == otp.MaxPerPhone, "%d records, error %v", len(list.Records), err)
}

func knowsNobody(b *bench) {
	ctx, r := b.Context(), creation(1).Record
	for what, ask := range map[string]func() (otp.Answer, error){
		"Look":    func() (otp.Answer, error) { return b.look(r) },
		"Claim":   func() (otp.Answer, error) { return b.claim(r) },
		"Settle":  func() (otp.Answer, error) { return b.Store.Settle(ctx, settled(r, 1, otp.Accepted)) },
		"Try":     func() (otp.Answer, error) { return b.try(r, true) },
		"Approve": func() (otp.Answer, error) { return b.Store.Approve(ctx, r.ID) },
		"Cancel": func() (otp.Answer, error) {
			return b.Store.Cancel(ctx, otp.Cancellation{ID: r.ID, Proofs: proofs(r, true)})
		},
		"Note by id":     func() (otp.Answer, error) { return b.Store.Note(ctx, otp.News{ID: r.ID, Number: 1}) },
		"Note by digest": func() (otp.Answer, error) { return b.note(r, true) },
	} {
		a, err := ask()
		b.must(a, err)
		b.that(a.Verdict == otp.Unknown && a.Record.ID == "" && a.Now > 0, "%s: %+v", what, a)
	}
}

// same ends the case unless two records are equal.
func (b *bench) same(want, got otp.Record) {
	b.that(text(want) == text(got), "record\n%s\nwant\n%s", text(got), text(want))
}
