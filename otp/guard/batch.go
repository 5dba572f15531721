package guard

import (
	"net/netip"
	"slices"
)

// flatNo names the rule that refuses a request without any count.
func (g *Guard) flatNo(r Request) string {
	if g.denied[r.Phone] || within(r.Client, g.config.DenyNetworks) {
		return "deny"
	}
	if _, open := g.countryCap(r); !open {
		return "R5"
	}
	return ""
}

func (g *Guard) countryCap(r Request) (limit int, open bool) {
	if r.Phone.IsMainland() {
		return 0, true
	}
	if limit, open = g.rules.Countries[r.Phone.CountryCode()]; open {
		return limit, true
	}
	limit, open = g.rules.Countries["*"]
	return limit, open
}

func within(a netip.Addr, prefixes []netip.Prefix) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

// batch writes the keys and checks of a request.
func (g *Guard) batch(r Request, token string, rules Rules) Batch {
	p := &program{rules: rules, price: int64(rules.price(r.Phone)), keys: make([]Key, 0, 13), checks: make([]Check, 0, 70)}
	k := g.keys(p, r)
	if !g.phones[r.Phone] && !within(r.Client, g.config.AllowNetworks) {
		p.attack(k.site)
		p.phone(k.phone, r.Again)
		p.strangers(k.phone, k.wait, r.Again)
		p.limit("R8", Challenge, 0, Sum{Key: k.phone, Series: Wrong, From: day}, rules.Wrong+1)
		if k.session >= 0 {
			p.session(k.session)
		}
		if k.prefix >= 0 {
			p.network(k.address, rules.AddressOpen, 1)
			p.network(k.prefix, rules.AddressOpen, 3)
		} else {
			p.network(k.address, rules.UnknownOpen, 1)
		}
		p.numbers(k.segment, g.wide(p, r)...)
	}
	if limit, _ := g.countryCap(r); !r.Phone.IsMainland() {
		country := p.key("c", g.digest("country", r.Phone.CountryCode()), false)
		p.limit("R5", Refuse, 0, sum(country, Open, day), limit, of(country, day, 1, 4))
	}
	p.site(k.site, k.purpose)
	if r.Again {
		p.checks = slices.DeleteFunc(p.checks, func(c Check) bool { return c.Effect == Challenge })
	}
	price := g.budgets(p, k, r)
	return Batch{Keys: p.keys, Checks: p.checks, Token: token, Price: price, Record: g.config.RecordOnly}
}

// keyed are the keys that every request has, by their place; -1 for one that it lacks.
type keyed struct{ phone, session, wait, address, prefix, segment, purpose, site int }

// keys names the keys, and notes who asks. The phone comes first, as Failed expects.
func (g *Guard) keys(p *program, r Request) keyed {
	phone := g.digest("phone", r.Phone.E164())
	k := keyed{session: -1, wait: -1, prefix: -1, phone: p.key("n", phone, true)}
	if g.config.AllPaid {
		p.note(Sum{Key: k.phone, Series: Verified, From: Keep, To: day}, Known, 0, 0)
	}
	p.note(sum(k.phone, Verified, Keep), Claimed, 0, 0)
	if r.Session != "" {
		session := g.digest("session", r.Session)
		k.session = p.key("s", session, true)
		pair := p.key("ns", phone+session, false)
		p.note(sum(pair, Verified, Keep), Owner|Holder, 0, 0)
		p.note(sum(k.session, Verified, Keep), Clean, 0, 0)
		p.note(Sum{Key: k.session, Series: Open, From: day, To: grace}, 0, Clean, 1)
		p.note(sum(pair, Open, day), Own, 0, 0)
		k.wait = p.wait(phone+session, k.session)
	}
	if r.Client.IsValid() {
		address := g.digest("address", network(r.Client, 32, 64))
		k.address = p.key("a", address, false)
		k.prefix = p.key("p", g.digest("prefix", network(r.Client, 24, 48)), false)
		pair := p.key("na", phone+address, false)
		p.neighbor(pair)
		p.note(sum(pair, Open, day), 0, Patient, 0)
	} else {
		k.address = p.key("a", "unknown", false)
	}
	k.segment = p.key("g", g.digest("segment", segment(r.Phone)), false)
	k.purpose = p.key("u", g.digest("purpose", r.Purpose), false)
	k.site = p.key("all", "", false)
	return k
}

// budgets adds the checks of money and returns what the text would cost.
func (g *Guard) budgets(p *program, k keyed, r Request) int64 {
	switch {
	case g.config.AllPaid:
		p.allPaid(k.site)
	case r.Paid && k.session >= 0:
		for _, b := range []struct{ key, texts int }{{k.phone, 2}, {k.session, 2}, {k.address, 4}, {k.prefix, 8}, {k.segment, 4}} {
			if b.key >= 0 {
				p.money(b.key, b.texts)
			}
		}
		p.siteMoney(k.site)
	default:
		return 0
	}
	return p.price
}

// wide returns the keys of the carrier and, where somebody can guess it, the province.
func (g *Guard) wide(p *program, r Request) []int {
	keys := []int{p.key("k", g.digest("carrier", carrier(r.Phone)), false)}
	if g.config.Province != nil {
		if name := g.config.Province(r.Phone); name != "" {
			keys = append(keys, p.key("v", g.digest("province", name), false))
		}
	}
	return keys
}
