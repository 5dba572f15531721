package providertest

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

func receiptCases() []testCase {
	return []testCase{
		{
			name: "receipt", essential: true, run: completeReceipt,
			rule: "a receipt is complete: the name of the provider that accepted (a member, never a composer), the id if the service gave one, " +
				"the recipient, the time by the given clock, and who made the code",
		},
		{
			name: "one-request", wire: true, essential: true, run: oneRequest,
			rule: "one send is one request, and the service takes one text from it",
		},
		{
			name: "receipt-json", essential: true, run: receiptSurvivesJSON,
			rule: "a receipt is plain data: stored as JSON and read back it is the same, and Verify and ReadStatus find its provider",
		},
		{
			name: "name", essential: true, run: stableName,
			rule: "a provider's name is set, does not change, and is the same in every process, because receipts are stored",
		},
		{
			name: "foreign", run: foreignNumber,
			rule: "a number abroad is either accepted, with its country code, or refused as KindUnsupported before any request",
		},
	}
}

func completeReceipt(c *check) {
	s := c.stage()
	p := c.provider(s)
	before := c.h.Now()
	r := c.accepted(s, p, c.message())
	c.complete(r, p, c.h.Message.To, before)
}

// complete checks a receipt that was written at before or later, of a message to which
// the service has given an id.
func (c *check) complete(r provider.Receipt, p provider.Provider, to provider.Phone, before time.Time) {
	c.Helper()
	if r.ID == "" {
		c.broken("Receipt.ID is empty")
	}
	c.completeButForID(r, p, to, before)
}

func (c *check) completeButForID(r provider.Receipt, p provider.Provider, to provider.Phone, before time.Time) {
	c.Helper()
	member, ok := provider.Find(p, r.Provider)
	if !ok {
		c.broken("Receipt.Provider is %q, which is the name of nobody in %q", r.Provider, p.Name())
	}
	if _, isGroup := member.(provider.Group); isGroup {
		c.broken("Receipt.Provider is %q, which is a composer and not the member that sent", r.Provider)
	}
	if r.To != to {
		c.broken("Receipt.To is %v, want %v", r.To, to)
	}
	if after := c.h.Now(); r.At.Before(before) || r.At.After(after) {
		c.broken("Receipt.At is %v; the clock in Endpoint.Now said %v", r.At, after)
	}
	if r.Code != provider.CodeByCaller && r.Code != provider.CodeByProvider {
		c.broken("Receipt.Code is %v", r.Code)
	}
}

func oneRequest(c *check) {
	s := c.stage()
	c.accepted(s, c.provider(s), c.message())
	c.requests(s, 1, "one send")
	texts := s.sim.Texts()
	if len(texts) != 1 {
		c.broken("the service accepted %d texts for one send", len(texts))
	}
	if want := c.h.Message.To.E164(); texts[0].To != want {
		c.broken("the text went to %s, want %s", texts[0].To, want)
	}
}

func receiptSurvivesJSON(c *check) {
	s := c.stage()
	p := c.provider(s)
	r := c.accepted(s, p, c.message())
	back := c.stored(r)
	if !sameReceipt(back, r) {
		c.broken("the receipt came back changed: %+v became %+v", r, back)
	}
	c.routed(p, back)
}

// stored returns the receipt as it comes back from a database.
func (c *check) stored(r provider.Receipt) provider.Receipt {
	c.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		c.broken("the receipt does not turn into JSON: %v", err)
	}
	var back provider.Receipt
	if err := json.Unmarshal(data, &back); err != nil {
		c.broken("the receipt does not come back from JSON: %v", err)
	}
	return back
}

func sameReceipt(a, b provider.Receipt) bool {
	sameTime := a.At.Equal(b.At)
	a.At, b.At = time.Time{}, time.Time{}
	if len(a.Extra) == 0 && len(b.Extra) == 0 {
		a.Extra, b.Extra = nil, nil
	}
	return sameTime && reflect.DeepEqual(a, b)
}

// routed checks that what the provider cannot do with its receipt is answered
// as unsupported. What it can do has cases of its own.
func (c *check) routed(p provider.Provider, r provider.Receipt) {
	c.Helper()
	member, _ := provider.Find(p, r.Provider)
	if _, ok := member.(provider.Verifier); !ok || r.Code == provider.CodeByCaller {
		err := provider.Verify(c.Context(), p, r, "000000")
		if !errors.Is(err, errors.ErrUnsupported) {
			c.broken("Verify of a receipt that %q cannot verify: want errors.ErrUnsupported, got %v", r.Provider, err)
		}
	}
	if _, ok := member.(provider.StatusReader); !ok {
		_, err := provider.ReadStatus(c.Context(), p, r)
		if !errors.Is(err, errors.ErrUnsupported) {
			c.broken("ReadStatus, which %q lacks: want errors.ErrUnsupported, got %v", r.Provider, err)
		}
	}
}

func stableName(c *check) {
	s := c.stage()
	p := c.provider(s)
	name := p.Name()
	if strings.TrimSpace(name) == "" {
		c.broken("Name is empty")
	}
	c.accepted(s, p, c.message())
	if after := p.Name(); after != name {
		c.broken("Name was %q and is %q after a send", name, after)
	}
	if other := c.provider(c.stage()).Name(); other != name {
		c.broken("two providers built alike are called %q and %q", name, other)
	}
}

// abroad is a number that is never assigned: 555-0100 to 555-0199 are kept free
// for fiction.
const abroad = "+12025550123"

func foreignNumber(c *check) {
	s := c.stage()
	p := c.provider(s)
	m := c.message()
	if !c.h.Foreign.IsZero() {
		m.To = c.h.Foreign
		before := c.h.Now()
		c.complete(c.accepted(s, p, m), p, m.To, before)
		c.textFor(s, m.To)
		return
	}
	if c.h.Service == nil {
		c.Skip("there is no service that could tell numbers apart")
	}
	m.To = provider.MustParsePhone(abroad)
	_, err := c.send(c.Context(), p, m, "sending to a number abroad")
	c.failed(err, wanted{kind: provider.KindUnsupported, sent: notSent}, "a number abroad, with Harness.Foreign not set")
	c.requests(s, 0, "a number abroad")
}

// textFor checks that the service has taken one text, and for that number.
func (c *check) textFor(s *stage, to provider.Phone) {
	c.Helper()
	if s.sim == nil {
		return
	}
	texts := s.sim.Texts()
	if len(texts) != 1 || texts[0].To != to.E164() {
		c.broken("want one text for %s, the service took %d: %+v", to.E164(), len(texts), texts)
	}
}
