package guard

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"
)

// ErrTicket is the error for a ticket that no guard with this key wrote.
var ErrTicket = errors.New("guard: not a ticket")

// ticket writes "store|id|milliseconds|price|refund|key,key|digest", where an exact key has
// a star and the store is m for the main one, s for the spare one. A service keeps tickets in
// a store of its own: who can write there shall not write here.
func (g *Guard) ticket(b Batch, out Outcome, degraded bool) string {
	which, price, refund := "m", int64(0), int64(0)
	if degraded {
		which = "s"
	}
	if out.Paid {
		price = b.Price
	}
	if out.Flags&Known != 0 {
		refund = price
	}
	var names strings.Builder
	for i, k := range b.Keys {
		if i > 0 {
			names.WriteByte(',')
		}
		if k.Exact {
			names.WriteByte('*')
		}
		names.WriteString(k.Name)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	text := strings.Join([]string{which, rand.Text(), number(out.Now.UnixMilli()), number(price), number(refund), names.String()}, "|")
	return text + "|" + g.digest("ticket", text)
}

type ticket struct {
	spare         bool
	price, refund int64
	Settlement
}

func (g *Guard) read(text string) (ticket, error) {
	if len(text) > 2000 {
		return ticket{}, ErrTicket
	}
	end := max(0, strings.LastIndexByte(text, '|'))
	if !hmac.Equal([]byte(text[end:]), []byte("|"+g.digest("ticket", text[:end]))) {
		return ticket{}, ErrTicket
	}
	part := strings.Split(text[:end], "|")
	if len(part) != 6 {
		return ticket{}, ErrTicket
	}
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(part[2+i], 10, 64); err != nil {
			return ticket{}, ErrTicket
		}
	}
	t := ticket{spare: part[0] == "s", price: n[1], refund: n[2]}
	t.ID, t.At = part[1], time.UnixMilli(n[0])
	for name := range strings.SplitSeq(part[5], ",") {
		exact := strings.HasPrefix(name, "*")
		t.Keys = append(t.Keys, Key{Name: strings.TrimPrefix(name, "*"), Exact: exact})
	}
	return t, nil
}

// Verified tells that the verification of this text succeeded. Give it the ticket of
// each text of the verification: a resend that was not needed is no failure either.
// What was spent stays counted, so that nobody wins a budget with numbers of his own; only
// with Config.AllPaid it comes back for a number that is known for more than a day.
func (g *Guard) Verified(ctx context.Context, text string) error {
	return g.settle(ctx, text, Verified)
}

// Failed tells that a wrong code was given for this text's number.
func (g *Guard) Failed(ctx context.Context, text string) error { return g.settle(ctx, text, Wrong) }

// Released tells that the text was refused by every service, so that it cannot have
// been sent. The number and the session may ask again at once, and the money is
// given back; for the network and the site the request still counts.
func (g *Guard) Released(ctx context.Context, text string) error { return g.settle(ctx, text, Sent) }

// Withdrawn tells that the text was not wanted after all: it was reserved and never
// given to a service. All is as it was before; a challenge token stays spent.
func (g *Guard) Withdrawn(ctx context.Context, text string) error {
	return g.settle(ctx, text, withdrawn)
}

// withdrawn is a release that takes the text from all keys.
const withdrawn = SeriesCount

func (g *Guard) settle(ctx context.Context, text string, what Series) error {
	t, err := g.read(text)
	if err != nil {
		return err
	}
	t.What = what
	switch what {
	case Verified:
		t.Refund = t.refund
	case Sent:
		t.Refund = t.price
	case Wrong:
		t.Keys = t.Keys[:1]
	case withdrawn:
		t.What, t.Refund = Sent, t.price
		for i := range t.Keys {
			t.Keys[i].Exact = true
		}
	}
	if t.spare {
		return g.spare.Settle(ctx, t.Settlement)
	}
	return g.config.Store.Settle(ctx, t.Settlement)
}
