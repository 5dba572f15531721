package guard

import "time"

// Windows that several rules share.
const (
	grace = 3 * time.Minute // a text this young is not yet a failure
	brief = 10 * time.Minute
	hour  = time.Hour
)

// program writes the checks for one request over its keys.
type program struct {
	rules  Rules
	price  int64 // of a paid text to this number
	keys   []Key
	checks []Check
}

func (p *program) key(kind, digest string, exact bool) int {
	p.keys = append(p.keys, Key{Name: kind + ":" + digest, Exact: exact})
	return len(p.keys) - 1
}

func sum(key int, s Series, from time.Duration) Sum { return Sum{Key: key, Series: s, From: from} }

// of is a share of what a key verified.
func of(key int, from time.Duration, num, den int64) Share {
	return Share{Sum: sum(key, Verified, from), Num: num, Den: den}
}

// note sets a flag when a sum is more than zero.
func (p *program) note(count Sum, set, clear Flags, limit int64) {
	p.checks = append(p.checks, Check{Rule: "note", Count: count, Floor: limit, Set: set, Clear: clear})
}

// limit adds a check for one more event.
func (p *program) limit(rule string, e Effect, unless Flags, count Sum, floor int, shares ...Share) {
	p.checks = append(p.checks, Check{Rule: rule, Count: count, Add: 1, Floor: int64(floor), Shares: shares, Unless: unless, Effect: e})
}

// phone is R1 for everybody. Nobody waits who did not ask.
func (p *program) phone(k int, again bool) {
	r := p.rules
	if !again {
		p.limit("R1", Refuse, 0, sum(k, Sent, r.PhoneGap), 1)
	}
	p.limit("R1", Refuse, 0, sum(k, Sent, hour), r.PhoneHour)
	p.limit("R1", Refuse, 0, sum(k, Sent, day), r.PhoneDay)
	p.limit("R1", Refuse, 0, Sum{Key: k, Series: Sent, Today: true}, r.PhoneDay)
	// The last one is for a browser that verified the number.
	p.checks = append(p.checks, Check{
		Rule: "R1", Count: sum(k, Open, day), Add: 1, Floor: int64(max(r.PhoneDay-1, r.StrangerDay)), If: Claimed, Unless: Holder, Effect: Refuse,
	})
}

// neighbor makes owners of those at the address where the number was verified, until
// they have used that: other people are behind the address as well.
func (p *program) neighbor(pair int) {
	p.note(sum(pair, Verified, Keep), Owner, 0, 0)
	p.checks = append(p.checks, Check{Rule: "note", Count: sum(pair, Open, day), Floor: neighborOpen, Unless: Holder, Clear: Owner})
}

// neighborOpen is how many open texts in 24 hours make strangers of those at an address.
const neighborOpen = 2

// session is R3.
func (p *program) session(k int) {
	p.limit("R3", Refuse, 0, sum(k, Sent, hour), p.rules.SessionHour)
	p.limit("R3", Refuse, 0, sum(k, Sent, day), p.rules.SessionDay)
	p.limit("R3", Challenge, Owner, sum(k, Open, day), p.rules.SessionHour-1)
}

const trusted = Owner | Clean

// network is R2 for an address or a prefix, which is wide times as large.
func (p *program) network(k, open, wide int) {
	r := p.rules
	p.limit("R2", Challenge, trusted, sum(k, Open, brief), open*wide, of(k, hour, 1, 2))
	p.limit("R2", Challenge, trusted, Sum{Key: k, Series: Open, From: brief + grace, To: grace}, max(3, open*2/5)*wide, of(k, hour, 1, 4), of(k, day, 1, 20))
	p.limit("R2", Refuse, trusted, Sum{Key: k, Series: Open, From: hour, To: grace}, r.AddressHour*wide, of(k, hour, 1, 4), of(k, day, 1, 4))
	p.limit("R2", Refuse, trusted, Sum{Key: k, Series: Open, From: day, To: grace}, r.AddressDay*wide, of(k, day, 1, 4))
	p.limit("R2", Refuse, trusted, sum(k, Open, hour), 5*r.AddressHour*wide, of(k, hour, 1, 1))
	p.checks = append(p.checks, Check{
		Rule: "R2", Count: sum(k, Open, day), Add: 1, Floor: int64(2 * wide * wide), Shares: []Share{of(k, Keep, 1, 2)},
		If: Attack, Unless: trusted, Effect: Refuse,
	}, Check{
		Rule: "R2", Count: sum(k, Open, day), Add: 1, Floor: int64(wide * wide), Shares: []Share{of(k, Keep, 1, 2)},
		If: Attack, Unless: trusted | Own, Effect: Refuse,
	})
}

// numbers is R4: the segment, and the wider guesses at province and carrier.
func (p *program) numbers(segment int, wide ...int) {
	r := p.rules
	p.limit("R4", Challenge, trusted, sum(segment, Open, brief), r.SegmentOpen, of(segment, day, 2, 5))
	p.limit("R4", Refuse, trusted, Sum{Key: segment, Series: Open, From: hour, To: grace}, r.SegmentHour, of(segment, day, 1, 2))
	for _, k := range wide {
		p.limit("R4", Challenge, trusted, sum(k, Open, brief), 10*r.SegmentOpen, of(k, hour, 1, 2))
	}
}

// attack sets Attack and is R7: what became of the texts that had time to be verified.
func (p *program) attack(site int) {
	recent := Sum{Key: site, Series: Open, From: 15*time.Minute + grace, To: grace}
	sent := recent
	sent.Series = Sent
	p.checks = append(p.checks,
		Check{Rule: "R7", Count: recent, Floor: 35, Shares: []Share{{sent, 7, 10}}, Set: Attack},
		Check{
			Rule: "R7", Count: Sum{Key: site, Series: Open, From: day, To: grace}, Floor: int64(p.rules.SiteOpen),
			Shares: []Share{of(site, day, 1, 3), of(site, Keep, 1, 45)}, Set: Attack,
		},
		Check{
			Rule: "R7", Count: sum(site, Open, 2*time.Minute), Floor: int64(5 * p.rules.SiteBurst),
			Shares: []Share{of(site, brief, 5, 1), of(site, day, 1, 10)}, Set: Attack,
		},
		Check{Rule: "R7", Count: recent, Floor: -1, If: Attack, Unless: trusted, Effect: Challenge})
}

// site is R6 for the site and one purpose.
func (p *program) site(site, purpose int) {
	r := p.rules
	p.limit("R6", Challenge, trusted, sum(site, Open, 2*time.Minute), r.SiteBurst, of(site, brief, 1, 1), of(site, day, 1, 50))
	p.limit("R6", Challenge, trusted, sum(purpose, Open, brief), 4*r.SiteBurst, of(purpose, hour, 1, 2), of(purpose, day, 1, 20))
	p.limit("R6", Refuse, trusted, sum(site, Open, hour), r.SiteHour, of(site, hour, 1, 1), of(site, day, 1, 2))
	p.limit("R6", Refuse, trusted, sum(site, Open, day), r.SiteDay, of(site, day, 1, 1))
}

// money takes the paid way from whoever would pass a budget. It never refuses.
func (p *program) money(key int, texts int) {
	p.checks = append(p.checks, Check{
		Rule: "money", Count: sum(key, Money, day), Add: p.price, Floor: int64(texts) * p.price, If: Paid, Effect: FreeOnly,
	})
}

// allPaid refuses what would pass the site's budget. Strangers have half of it.
func (p *program) allPaid(site int) {
	r := p.rules
	budget := func(part int64, unless Flags) {
		p.checks = append(p.checks, Check{
			Rule: "money", Count: sum(site, Money, day), Add: p.price, Floor: int64(r.Money) / part,
			Shares: []Share{of(site, day, int64(r.Price*r.MoneyPercent), 100*part)}, Unless: unless, Effect: Refuse,
		})
	}
	budget(2, trusted)
	budget(1, 0)
}

func (p *program) siteMoney(site int) {
	r := p.rules
	p.checks = append(p.checks, Check{
		Rule: "money", Count: sum(site, Money, day), Add: p.price, Floor: int64(r.Money),
		Shares: []Share{of(site, day, int64(r.Price*r.MoneyPercent), 100)}, If: Paid, Effect: FreeOnly,
	})
}
