package guard

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Config says how a guard is made.
type Config struct {
	// Key is for the digests of numbers, addresses and sessions, and signs tickets; 32 bytes
	// or more. All who share a store share it.
	Key []byte
	// Store keeps the counters. Default: a memory store.
	Store Store
	// Rules are the limits. Default: DefaultRules.
	Rules *Rules
	// Challenger checks challenge tokens. Without one a challenge is a refusal.
	Challenger Challenger
	// RecordOnly lets everything through, and writes what it would have decided.
	RecordOnly bool
	// Log gets one record for each decision: what holds ("decision"), what the rules say
	// ("would"), the rule with its count and limit, and the wait in seconds ("wait_s"). The
	// number is masked; there is neither address nor session.
	// Default: none.
	Log *slog.Logger
	// AllowPhones and AllowNetworks pass over R1 to R4, R7 and R8; R5, R6 and the budgets
	// of money hold for them.
	AllowPhones   []provider.Phone
	AllowNetworks []netip.Prefix
	// DenyPhones and DenyNetworks are refused before anything is counted.
	DenyPhones   []provider.Phone
	DenyNetworks []netip.Prefix
	// AllPaid says that every text costs money, because the site has no free way. Then
	// Decision.Paid always holds, the budgets but that of the site do not, and what
	// would pass that one is refused with the rule "money": strangers have half of
	// Rules.Money, owners of numbers and clean sessions all of it, and what was spent on
	// numbers known for more than a day comes back when they are verified. Rules must be given,
	// because nobody else knows what the site may spend.
	AllPaid bool
	// Province guesses at the province of a number, "" for not known. Default: none.
	Province func(provider.Phone) string
	// Now is the clock of the memory stores. Default: time.Now.
	Now func() time.Time
}

// Challenger checks a challenge that a person solved.
type Challenger interface {
	// Verify returns what identifies a good token, so that it can be spent once. The
	// error is for a bad token as well as for a service that cannot be asked: neither is
	// a pass.
	Verify(ctx context.Context, token string) (id string, err error)
}

// Guard decides who gets a text. Safe for concurrent use.
type Guard struct {
	config Config
	rules  Rules
	spare  Store // for a time without the store
	phones map[provider.Phone]bool
	denied map[provider.Phone]bool
	macs   sync.Pool // of hash.Hash, keyed
	counts counts
}

// New returns a guard.
func New(c Config) (*Guard, error) {
	if len(c.Key) < 32 {
		return nil, fmt.Errorf("guard: Key: has %d bytes; want 32 random ones at least", len(c.Key))
	}
	if c.AllPaid && c.Rules == nil {
		return nil, errors.New("guard: Rules: with AllPaid, say in Rules.Money what texts to strangers may cost in 24 hours; begin with DefaultRules")
	}
	r := DefaultRules()
	if c.Rules != nil {
		r = *c.Rules
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Store == nil {
		c.Store = NewMemoryStore(MemoryConfig{Now: c.Now})
	}
	g := &Guard{config: c, rules: r, phones: map[provider.Phone]bool{}, denied: map[provider.Phone]bool{}}
	g.macs.New = func() any { return hmac.New(sha256.New, c.Key) }
	g.spare = NewMemoryStore(MemoryConfig{MaxKeys: 50_000, Now: c.Now})
	for _, p := range c.AllowPhones {
		g.phones[p] = true
	}
	for _, p := range c.DenyPhones {
		g.denied[p] = true
	}
	return g, nil
}

// Request is one wish for a text.
type Request struct {
	// Phone is the parsed number.
	Phone provider.Phone
	// Client is the address; the zero Addr means that it is not known.
	Client netip.Addr
	// Session is what ties the wish to a browser or device; "" means none.
	Session string
	// Purpose is what the code is for.
	Purpose string
	// Paid asks for the paid way, as for a resend.
	Paid bool
	// Again says that this is one more text of a wish that was let through, and that
	// nobody is there to wait or to solve a challenge: the first text was refused or
	// seems lost. The 60 seconds of R1 and all challenges do not hold for it.
	Again bool
	// Token is a solved challenge, "" for none.
	Token string
}

// Verdict is what was decided.
type Verdict uint8

const (
	// Allowed lets the text through.
	Allowed Verdict = iota
	// Challenged asks for a challenge.
	Challenged
	// Refused refuses.
	Refused
)

// String returns "allow", "challenge" or "refuse".
func (v Verdict) String() string { return [...]string{"allow", "challenge", "refuse"}[v] }

// Decision is the answer to a Request.
type Decision struct {
	// Verdict is what holds. In a guard that only records it is Allowed.
	Verdict Verdict
	// Would is what the rules say.
	Would Verdict
	// Paid says that the paid way may be taken. In a guard that only records it is what
	// was asked for.
	Paid bool
	// Rule is the first rule that stands against the request, "" for none.
	Rule string
	// Wait is how long to wait after a refusal, in whole seconds rounded up and never
	// less than one; 0 means that waiting does not help.
	Wait time.Duration
	// Count and Limit are what Rule compared.
	Count, Limit int64
	// Degraded says that the store could not be asked.
	Degraded bool
	// Ticket names the reservation to Verified, Failed and Released. It holds digests
	// only. "" when nothing was reserved.
	Ticket string
}

// Reserve decides and, when the text is let through, counts it, in one atomic step of
// the store. A refusal and a challenge count nothing and spend no token, but for a
// stranger who has to wait (see the package comment): a second step writes down since when,
// and spends the token. The error is for a request that makes no sense or a context that
// has ended.
func (g *Guard) Reserve(ctx context.Context, r Request) (Decision, error) {
	if r.Phone.IsZero() || r.Purpose == "" {
		return Decision{}, errors.New("guard: a request needs a phone and a purpose")
	}
	asked := r.Paid || g.config.AllPaid
	if rule := g.flatNo(r); rule != "" {
		d := Decision{Verdict: Refused, Would: Refused, Rule: rule}
		if g.config.RecordOnly {
			d.Verdict, d.Paid = Allowed, asked
		}
		g.log(ctx, r, d)
		return d, nil
	}
	token := ""
	if r.Token != "" && g.config.Challenger != nil {
		if id, err := g.config.Challenger.Verify(ctx, r.Token); err == nil {
			token = g.digest("token", id)
		}
	}
	batch := g.batch(r, token, g.rules)
	out, err := g.config.Store.Reserve(ctx, batch)
	degraded := err != nil
	if degraded {
		if ctx.Err() != nil {
			return Decision{}, ctx.Err()
		}
		batch = g.batch(r, token, g.rules.strict(g.config.AllPaid))
		if out, err = g.spare.Reserve(ctx, batch); err != nil {
			out = Outcome{Effect: Refuse, Hits: []Hit{{Check: -1, Wait: time.Minute}}}
		}
	}
	if !degraded {
		g.queue(ctx, batch, out)
	}
	d := g.decide(batch, out, asked, degraded)
	g.log(ctx, r, d)
	return d, nil
}

func (g *Guard) decide(b Batch, out Outcome, asked, degraded bool) Decision {
	d := Decision{Degraded: degraded, Paid: out.Paid}
	switch {
	case out.Effect == Refuse, out.Effect == Challenge && g.config.Challenger == nil:
		d.Would = Refused
	case out.Effect == Challenge:
		d.Would = Challenged
	}
	for _, h := range out.Hits {
		rule := "store"
		e := Refuse
		if h.Check >= 0 {
			rule, e = b.Checks[h.Check].Rule, b.Checks[h.Check].Effect
		}
		if e == out.Effect && d.Rule == "" {
			d.Rule, d.Count, d.Limit = rule, h.Count, h.Limit
		}
		// A challenge that stands beside a refusal can be solved, so it is not waited for.
		if d.Would == Refused && (e == out.Effect || g.config.Challenger == nil) {
			d.Wait = max(d.Wait, (h.Wait+time.Second-1)/time.Second*time.Second)
		}
	}
	d.Verdict = d.Would
	d.Paid = d.Paid && d.Verdict == Allowed && !out.Now.IsZero()
	if g.config.RecordOnly {
		d.Verdict, d.Paid = Allowed, asked
	}
	if d.Verdict == Allowed && !out.Now.IsZero() {
		d.Ticket = g.ticket(b, out, degraded)
	}
	return d
}

// log counts a decision and writes it down.
func (g *Guard) log(ctx context.Context, r Request, d Decision) {
	g.counts.add(d)
	g.config.Log.LogAttrs(ctx, slog.LevelInfo, "guard", slog.String("decision", d.Verdict.String()), slog.String("would", d.Would.String()),
		slog.String("rule", d.Rule), slog.Int64("count", d.Count), slog.Int64("limit", d.Limit), slog.Int64("wait_s", int64(d.Wait/time.Second)),
		slog.Bool("paid", d.Paid), slog.Bool("degraded", d.Degraded), slog.Any("phone", r.Phone), slog.String("purpose", r.Purpose))
}
