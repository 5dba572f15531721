package ledger

import (
	"context"
	"errors"
	"hash/maphash"
	"reflect"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/provider"
)

// Watch returns p with its texts entered into the books. It changes nothing else: its
// optional abilities are found inside, and a batch that is sent through them is not seen.
// Give it the members and not the composer, and put what it returns wherever the member
// stands; it returns the same again for the same p. The texts of a provider that is none of
// Config.Members count as unpriced.
func (l *Ledger) Watch(p provider.Provider) provider.Provider {
	w := &watched{inside: p, books: l}
	if !reflect.ValueOf(p).Comparable() {
		return w
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if before := l.watched[p]; before != nil {
		return before
	}
	l.watched[p] = w
	return w
}

type watched struct {
	inside provider.Provider
	books  *Ledger
}

func (w *watched) Name() string              { return w.inside.Name() }
func (w *watched) Unwrap() provider.Provider { return w.inside }

// Send enters the text before it goes out: a report may be faster than the answer, and a
// panic leaves a text that may have been sent.
func (w *watched) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	entry := w.books.begin(w.inside.Name(), m)
	settled := false
	defer func() {
		if !settled {
			w.books.settle(entry, provider.Receipt{}, Unsure)
		}
	}()
	receipt, err := w.inside.Send(ctx, m)
	settled = true
	outcome := Sent
	var known *provider.Error // only an error of the contract says that nothing was sent
	switch {
	case err == nil:
	case !errors.As(err, &known) || provider.MayHaveSent(err):
		outcome = Unsure
	default:
		outcome = Refused
	}
	w.books.settle(entry, receipt, outcome)
	return receipt, err
}

// begin enters a text that is being sent.
func (l *Ledger) begin(name string, m provider.Message) *place {
	member, paid := l.member(name), l.member(l.instead)
	now := l.now()
	t := &text{provider: name, member: member, ref: m.Ref, at: now, day: dayOf(now), outcome: Sending}
	t.segments, t.known = member.count(m)
	instead := &send{bills: paid.Bills}
	if l.instead != "" {
		instead.price, instead.known = paid.cost(paid.count(m))
	}
	id, number, ok := otp.ParseRef(m.Ref)
	if !ok {
		id, number = "", 1
	}
	t.send = number
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.lineOf(id)
	entry := &place{v, t}
	l.change(v, func() {
		v.phone, v.person = m.To.String(), maphash.Comparable(l.seed, m.To)
		v.texts = append(v.texts, t)
		if v.sends[number] == nil {
			v.sends[number] = instead
		}
	})
	if m.Ref != "" {
		l.byRef[textKey{name, m.Ref}] = entry
	}
	return entry
}

// settle enters what the service answered, unless a report has said more.
func (l *Ledger) settle(entry *place, receipt provider.Receipt, outcome Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := entry.text
	if receipt.ID != "" {
		t.id = receipt.ID
		key := textKey{t.provider, receipt.ID}
		if !entry.line.gone {
			l.byID[key] = entry
		}
		if report, ok := l.early[key]; ok {
			outcome = report
			delete(l.early, key)
		}
	}
	if t.outcome != Sending && t.outcome != Unsure {
		outcome = t.outcome
	}
	l.change(entry.line, func() {
		t.outcome = outcome
		t.told(receipt.Extra)
	})
}
