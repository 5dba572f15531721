package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/cnsms/cnsms/otp"
)

// bench is a store under test, with what the cases do to it. It has the methods of a
// testing.T that they call, so that the suite itself can be tested.
type bench struct {
	Harness
	ctx     func() context.Context
	rule    string
	mu      sync.Mutex
	failure string
	skipped string
}

// ended is what a case panics with that is over before its end.
type ended struct{}

// run runs a case to its end.
func (b *bench) run(check func(b *bench)) {
	defer func() {
		if value := recover(); value != nil && value != (ended{}) {
			panic(value)
		}
	}()
	check(b)
}

// Context is the context of the test.
func (b *bench) Context() context.Context { return b.ctx() }

// Errorf fails the case, which goes on.
func (b *bench) Errorf(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failure == "" {
		b.failure = fmt.Sprintf(format, args...)
	}
}

// Fatalf fails the case and ends it. It is for the case's own goroutine.
func (b *bench) Fatalf(format string, args ...any) {
	b.Errorf(format, args...)
	panic(ended{})
}

// Skip ends the case.
func (b *bench) Skip(why string) {
	b.skipped = why
	panic(ended{})
}

// must ends the case when the store fails.
func (b *bench) must(_ otp.Answer, err error) {
	if err != nil {
		b.Fatalf("error %v\nthe rule: %s", err, b.rule)
	}
}

// want ends the case unless the verdict is that one.
func (b *bench) want(want otp.Verdict, a otp.Answer, err error) otp.Answer {
	if b.must(a, err); a.Verdict != want {
		b.Fatalf("verdict %q, want %q\nthe rule: %s", a.Verdict, want, b.rule)
	}
	return a
}

// that ends the case unless something holds.
func (b *bench) that(holds bool, format string, args ...any) {
	if !holds {
		b.Fatalf("%s\nthe rule: %s", fmt.Sprintf(format, args...), b.rule)
	}
}

// name makes an id or digest as the service makes them: 26 characters.
func name(what string, n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	number := []byte{letters[n/17576%26], letters[n/676%26], letters[n/26%26], letters[n%26]}
	return (what + strings.Repeat("a", 26))[:22] + string(number)
}

// creation is the nth verification. Number, binding and what else is not changed are the
// same for all.
func creation(n int, change ...func(c *otp.Creation)) otp.Creation {
	quarter := (Life / 4).Milliseconds()
	c := otp.Creation{
		Record: otp.Record{
			ID: name("id", n), Purpose: "login", KeyID: "key", Tag: name("tag", n), Binding: name("binding", 0),
			Phone: name("phone", 0), Pending: name("pending", n), Sealed: "sealed", MaxTries: 3, MaxSends: 3,
			Ladder: []int64{quarter, 2 * quarter}, Guesses: 100, Digits: 6,
		},
		Lifetime: Life, Lease: Life / 4, Grace: Life / 4, Ticket: "ticket",
	}
	for _, each := range change {
		each(&c)
	}
	c.Pending = append(c.Pending, c.Record.Pending)
	if c.Record.Idempotency != "" {
		c.Idempotency = append(c.Idempotency, c.Record.Idempotency)
	}
	return c
}

// create stores the nth verification.
func (b *bench) create(n int, change ...func(c *otp.Creation)) otp.Record {
	a, err := b.Store.Create(b.Context(), creation(n, change...))
	return b.want(otp.Done, a, err).Record
}

// pending stores the nth verification, whose first text was accepted.
func (b *bench) pending(n int, change ...func(c *otp.Creation)) otp.Record {
	r := b.create(n, change...)
	a, err := b.Store.Settle(b.Context(), settled(r, 1, otp.Accepted))
	return b.want(otp.Done, a, err).Record
}

// settled is the outcome of a send.
func settled(r otp.Record, number int, outcome otp.Outcome) otp.Settlement {
	s := otp.Settlement{ID: r.ID, Number: number, Outcome: outcome}
	if outcome == otp.Accepted {
		s.Provider, s.Message = "tencent", message(r, number)
	}
	return s
}

func message(r otp.Record, number int) string { return name("m"+r.ID[18:], number) }

// proofs are those of the holder of a record, with a code that is right or wrong.
func proofs(r otp.Record, right bool) []otp.Proof {
	tag := name("wrong", 0)
	if right {
		tag = r.Tag
	}
	return []otp.Proof{
		{KeyID: "other", Binding: name("binding", 7), Tag: name("tag", 7)},
		{KeyID: r.KeyID, Binding: r.Binding, Tag: tag},
	}
}

func (b *bench) try(r otp.Record, right bool) (otp.Answer, error) {
	return b.Store.Try(b.Context(), otp.Trial{ID: r.ID, Proofs: proofs(r, right)})
}

func (b *bench) claim(r otp.Record) (otp.Answer, error) {
	return b.Store.Claim(b.Context(), otp.Claim{ID: r.ID, Proofs: proofs(r, false), Ticket: "again"})
}

func (b *bench) claimByItself(r otp.Record, after int) (otp.Answer, error) {
	return b.Store.Claim(b.Context(), otp.Claim{ID: r.ID, ByItself: true, After: after})
}

func (b *bench) look(r otp.Record) (otp.Answer, error) { return b.Store.Look(b.Context(), r.ID) }

// note reports what became of a record's first text.
func (b *bench) note(r otp.Record, delivered bool) (otp.Answer, error) {
	return b.Store.Note(b.Context(), otp.News{Messages: []string{name("none", 1), message(r, 1)}, Delivered: delivered, Keep: Life / 4})
}

func (b *bench) due() []otp.Record {
	list, err := b.Store.Due(b.Context(), 10)
	b.that(err == nil, "Due: %v", err)
	return list.Records
}
