package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/cnsms/cnsms/otp"
)

// Verifications is an otp.Store in Redis. Any number of programs share one; it is safe for
// concurrent use.
type Verifications struct{ engine }

var _ otp.Store = (*Verifications)(nil)

// NewVerifications makes a store for an otp.Service.
func NewVerifications(cfg Config) (*Verifications, error) {
	e, err := cfg.engine("otp")
	if err != nil {
		return nil, err
	}
	return &Verifications{e}, nil
}

// The scripts. What each needs comes in this order.
var (
	lookScript    = newScript("look", parts("clock reply space")...)
	createScript  = newScript("create", parts("clock reply space read sends record due keep index drop")...)
	claimScript   = newScript("claim", parts("clock reply space read sends record due keep once change proof")...)
	settleScript  = newScript("settle", parts("clock reply space read sends record due keep index once change with")...)
	tryScript     = newScript("try", parts("clock reply space read sends record due keep once change proof wrong")...)
	approveScript = newScript("approve", parts("clock reply space read sends record due keep once change")...)
	cancelScript  = newScript("cancel", parts("clock reply space read sends record due keep once change proof")...)
	noteScript    = newScript("note", parts("clock reply space read sends record due keep index once change with")...)
	dueScript     = newScript("due", parts("clock reply space read sends record")...)
	personScript  = newScript("person", parts("clock reply space read sends record due keep index drop once")...)
	eraseScript   = onlyOnce(personScript)
)

// onlyOnce is the script of a call that cannot be told apart from its repetition: what it deletes
// is gone, and what was kept of it to know it again would not be.
func onlyOnce(s script) script {
	s.once = true
	return s
}

// Create stores a new record.
func (v *Verifications) Create(ctx context.Context, c otp.Creation) (otp.Answer, error) {
	r := c.Record
	keys := v.keys(v.record(r.ID), v.named("phone", r.Phone), v.named("pending", r.Pending), v.named("idempotency", r.Idempotency))
	for _, pending := range c.Pending {
		keys = append(keys, v.named("pending", pending))
	}
	for _, idempotency := range c.Idempotency {
		keys = append(keys, v.named("idempotency", idempotency))
	}
	return v.ask(ctx, &createScript, keys, writeFixed(r), c.Lifetime.Milliseconds(), c.Lease.Milliseconds(), c.Grace.Milliseconds(),
		escape(c.Ticket), flag(c.OnlyFind), len(c.Pending), otp.MaxPerPhone, flag(r.Test))
}

// Look answers a record.
func (v *Verifications) Look(ctx context.Context, id string) (otp.Answer, error) {
	return v.ask(ctx, &lookScript, v.keys(v.record(id)))
}

// Claim adds a send to the ledger.
func (v *Verifications) Claim(ctx context.Context, c otp.Claim) (otp.Answer, error) {
	return v.ask(ctx, &claimScript, v.keys(v.record(c.ID)), append([]any{flag(c.ByItself), c.After, escape(c.Ticket)}, flat(c.Proofs)...)...)
}

// Settle writes what became of a send.
func (v *Verifications) Settle(ctx context.Context, s otp.Settlement) (otp.Answer, error) {
	return v.ask(ctx, &settleScript, v.keys(v.record(s.ID), v.named("message", s.Message)),
		s.Number, string(s.Outcome), escape(s.Provider), escape(s.Message), escape(s.Receipt), escape(s.Ticket))
}

// Try tries a code.
func (v *Verifications) Try(ctx context.Context, t otp.Trial) (otp.Answer, error) {
	return v.ask(ctx, &tryScript, v.keys(v.record(t.ID)), flat(t.Proofs)...)
}

// Approve ends a record that a service has found the code of.
func (v *Verifications) Approve(ctx context.Context, id string) (otp.Answer, error) {
	return v.ask(ctx, &approveScript, v.keys(v.record(id)))
}

// Cancel ends a record.
func (v *Verifications) Cancel(ctx context.Context, c otp.Cancellation) (otp.Answer, error) {
	return v.ask(ctx, &cancelScript, v.keys(v.record(c.ID)), flat(c.Proofs)...)
}

// Note writes a report.
func (v *Verifications) Note(ctx context.Context, n otp.News) (otp.Answer, error) {
	keys := v.keys()
	if n.ID != "" {
		keys = append(keys, v.record(n.ID))
	} else {
		for _, message := range n.Messages {
			keys = append(keys, v.named("message", message))
		}
	}
	return v.ask(ctx, &noteScript, keys, escape(n.ID), n.Number, flag(n.Delivered), n.Keep.Milliseconds())
}

// Due returns records that may be sent again.
func (v *Verifications) Due(ctx context.Context, limit int) (otp.Listing, error) {
	return v.list(ctx, &dueScript, v.keys(), limit)
}

// Person does something with all records of one number. An Erase whose answer was lost is
// an error: the client does not ask again by itself, because the second answer would not
// show what the first has deleted.
func (v *Verifications) Person(ctx context.Context, p otp.Person) (otp.Listing, error) {
	keys := v.keys()
	for _, phone := range p.Phones {
		keys = append(keys, v.named("phone", phone), v.named("wrong", phone))
	}
	s := &personScript
	if p.Action == otp.Erase {
		s = &eraseScript
	}
	list, err := v.list(ctx, s, keys, string(p.Action))
	slices.SortFunc(list.Records, func(a, b otp.Record) int { return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// keys are the keys that every script begins with, and more.
func (v *Verifications) keys(more ...string) []string {
	return append([]string{v.key("clock"), v.key("due")}, more...)
}

func (v *Verifications) record(id string) string { return v.named("record", id) }

// named returns the key of something by its name, written as the scripts know it.
func (v *Verifications) named(kind, name string) string { return v.key(kind, escape(name)) }

// ask runs a script that answers about one record.
func (v *Verifications) ask(ctx context.Context, s *script, keys []string, args ...any) (otp.Answer, error) {
	reply, err := v.run(ctx, s, keys, append([]any{v.space, mark()}, args...)...)
	if err != nil {
		return otp.Answer{}, err
	}
	a, err := readAnswer(reply)
	if err != nil {
		return otp.Answer{}, fmt.Errorf("redisstore: %s: %w", s.name, err)
	}
	return a, nil
}

// list runs a script that answers about several records.
func (v *Verifications) list(ctx context.Context, s *script, keys []string, args ...any) (otp.Listing, error) {
	reply, err := v.run(ctx, s, keys, append([]any{v.space, mark()}, args...)...)
	if err != nil {
		return otp.Listing{}, err
	}
	list, err := readListing(reply)
	if err != nil {
		return otp.Listing{}, fmt.Errorf("redisstore: %s: %w", s.name, err)
	}
	return list, nil
}

// flat lists proofs as the scripts take them.
func flat(proofs []otp.Proof) []any {
	args := make([]any, 0, 4*len(proofs))
	for _, p := range proofs {
		args = append(args, escape(p.KeyID), escape(p.Binding), escape(p.Phone), escape(p.Tag))
	}
	return args
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}
