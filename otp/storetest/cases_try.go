package storetest

import (
	"time"

	"github.com/cnsms/cnsms/otp"
)

var tryCases = []testCase{
	{"approves once", "the right code is Done once, and Ended after that", false, approvesOnce},
	{"burns and exhausts", "each wrong code burns a try; after the last the right code is refused", false, burnsAndExhausts},
	{"tries while it is reserved", "a text may be faster than the answer of its service", false, triesReserved},
	{"strangers burn nothing", "another binding, number or key is Unknown and burns nothing", false, strangersBurnNothing},
	{"asks the services", "with a receipt, a code that is not ours is left to the service and burns a try", false, asksServices},
	{"approves what a service found", "Approve is Done once, even when the last try was the one", false, approvesFound},
	{"approves nothing unasked", "without a try and a receipt there is nothing to approve", false, approvesNothingUnasked},
	{"bounds the guesses of a number", "over all records of a number there are Guesses wrong codes a day", false, boundsGuesses},
	{"guesses end after a day", "in no 24 hours are there more than Guesses, and after them there are anew", true, guessesEnd},
	{"cancels", "a canceled record takes no code; it can be canceled again; what is over otherwise cannot", false, cancels},
}

func approvesOnce(b *bench) {
	r := b.pending(1)
	a, err := b.try(r, true)
	b.that(b.want(otp.Done, a, err).Record.State == otp.Approved && a.Record.Closed == a.Now && a.Record.Tries == 1, "record %+v", a.Record)
	for _, right := range []bool{true, false} {
		again, err := b.try(r, right)
		b.same(a.Record, b.want(otp.Ended, again, err).Record)
	}
}

func burnsAndExhausts(b *bench) {
	r := b.pending(1)
	for tries := 1; tries < r.MaxTries; tries++ {
		a, err := b.try(r, false)
		b.that(b.want(otp.Mismatch, a, err).Record.Tries == tries, "%d tries", a.Record.Tries)
	}
	a, err := b.try(r, false)
	b.that(b.want(otp.Spent, a, err).Record.State == otp.Exhausted && a.Record.Closed == a.Now, "record %+v", a.Record)
	for _, right := range []bool{false, true} {
		a, err := b.try(r, right)
		b.that(b.want(otp.Ended, a, err).Record.State == otp.Exhausted && a.Record.Tries == r.MaxTries, "record %+v", a.Record)
	}
	looked, err := b.look(r)
	b.that(b.want(otp.Done, looked, err).Record.State == otp.Exhausted, "state %s", looked.Record.State)
}

func triesReserved(b *bench) {
	r := b.create(1)
	a, err := b.try(r, false)
	b.want(otp.Mismatch, a, err)
	a, err = b.try(r, true)
	b.want(otp.Done, a, err)
}

func strangersBurnNothing(b *bench) {
	r := b.pending(1)
	for what, proof := range strangers(r) {
		a, err := b.Store.Try(b.Context(), otp.Trial{ID: r.ID, Proofs: proof})
		b.must(a, err)
		b.that(a.Verdict == otp.Unknown && a.Record.ID == "", "%s: %+v", what, a)
		a, err = b.Store.Cancel(b.Context(), otp.Cancellation{ID: r.ID, Proofs: proof})
		b.must(a, err)
		b.that(a.Verdict == otp.Unknown && a.Record.ID == "", "%s: %+v", what, a)
	}
	a, err := b.look(r)
	b.same(r, b.want(otp.Done, a, err).Record)
	named := proofs(r, true)
	named[1].Phone = r.Phone
	a, err = b.Store.Try(b.Context(), otp.Trial{ID: r.ID, Proofs: named})
	b.want(otp.Done, a, err)
}

// held stores a record with a receipt of a service that holds the code.
func (b *bench) held(n int) otp.Record {
	r := b.create(n)
	s := settled(r, 1, otp.Accepted)
	s.Receipt = "receipt"
	a, err := b.Store.Settle(b.Context(), s)
	return b.want(otp.Done, a, err).Record
}

func asksServices(b *bench) {
	r := b.held(1)
	a, err := b.try(r, false)
	b.that(b.want(otp.Ask, a, err).Record.Tries == 1 && a.Record.Sends[0].Receipt == "receipt", "record %+v", a.Record)
	a, err = b.try(r, true)
	b.want(otp.Done, a, err)
	a, err = b.Store.Approve(b.Context(), r.ID)
	b.want(otp.Ended, a, err)
}

func approvesFound(b *bench) {
	r := b.held(1)
	for range r.MaxTries {
		a, err := b.try(r, false)
		b.want(otp.Ask, a, err)
	}
	a, err := b.try(r, true)
	b.want(otp.Ended, a, err)
	a, err = b.Store.Approve(b.Context(), r.ID)
	b.that(b.want(otp.Done, a, err).Record.State == otp.Approved, "state %s", a.Record.State)
	a, err = b.Store.Approve(b.Context(), r.ID)
	b.want(otp.Ended, a, err)
}

func approvesNothingUnasked(b *bench) {
	for _, r := range []otp.Record{b.pending(1), b.held(2)} {
		a, err := b.Store.Approve(b.Context(), r.ID)
		b.want(otp.Ended, a, err)
	}
}

// guessing makes records with room for as many wrong codes as the case needs.
func guessing(c *otp.Creation) { c.Record.Guesses, c.Record.MaxTries = 5, 4 }

func boundsGuesses(b *bench) {
	first, second := b.pending(1, guessing), b.pending(2, guessing)
	other := b.pending(3, guessing, func(c *otp.Creation) { c.Record.Phone = name("phone", 1) })
	for range 3 {
		a, err := b.try(first, false)
		b.want(otp.Mismatch, a, err)
	}
	for range 2 {
		a, err := b.try(second, false)
		b.want(otp.Mismatch, a, err)
	}
	before, err := b.look(second)
	b.want(otp.Done, before, err)
	for _, right := range []bool{false, true} {
		a, err := b.try(second, right)
		b.that(b.want(otp.GuessedOut, a, err).Again > a.Now, "again at %d", a.Again)
		b.same(before.Record, a.Record)
	}
	a, err := b.try(other, true)
	b.want(otp.Done, a, err)
}

// guessesEnd guesses as fast as it is let for some days.
func guessesEnd(b *bench) {
	const step = 17 * time.Minute
	var wrong []time.Time
	for n := 0; n < 3*24*4; n++ {
		r := b.create(n, guessing)
		for range r.MaxTries {
			a, err := b.try(r, false)
			if b.must(a, err); a.Verdict == otp.GuessedOut {
				break
			}
			wrong = append(wrong, b.Now())
		}
		b.Advance(step)
	}
	for i, at := range wrong {
		if i >= 5 {
			b.that(at.Sub(wrong[i-5]) >= 24*time.Hour, "six wrong codes within %v", at.Sub(wrong[i-5]))
		}
	}
	b.that(len(wrong) >= 3*5-4, "%d wrong codes in three days", len(wrong))
}

func cancels(b *bench) {
	r := b.pending(1)
	for _, want := range []otp.Verdict{otp.Done, otp.Repeated} {
		a, err := b.Store.Cancel(b.Context(), otp.Cancellation{ID: r.ID, Proofs: proofs(r, false)})
		b.that(b.want(want, a, err).Record.State == otp.Canceled, "state %s", a.Record.State)
	}
	a, err := b.try(r, true)
	b.want(otp.Ended, a, err)
	used := b.pending(2)
	b.must(b.try(used, true))
	a, err = b.Store.Cancel(b.Context(), otp.Cancellation{ID: used.ID, Proofs: proofs(used, false)})
	b.that(b.want(otp.Ended, a, err).Record.State == otp.Approved, "state %s", a.Record.State)
}
