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
	p := program{rules: rules, keys: make([]Key, 0, 13), checks: make([]Check, 0, 68)}
	phoneDigest := g.digest("phone", r.Phone.E164())
	phone := p.key("n", phoneDigest, true)
	p.note(Sum{Key: phone, Series: Verified, From: Keep, To: day}, Known, 0, 0)
	p.note(sum(phone, Verified, Keep), Claimed, 0, 0)
	session, prefix, wait := -1, -1, -1
	var address int
	if r.Session != "" {
		digest := g.digest("session", r.Session)
		session = p.key("s", digest, true)
		pair := p.key("ns", phoneDigest+digest, false)
		p.note(sum(pair, Verified, Keep), Owner, 0, 0)
		p.note(sum(session, Verified, Keep), Clean, 0, 0)
		p.note(Sum{Key: session, Series: Open, From: day, To: grace}, 0, Clean, 1)
		p.note(sum(pair, Open, day), Own, 0, 0)
		wait = p.wait(phoneDigest+digest, session)
	}
	openFloor := rules.UnknownOpen
	if r.Client.IsValid() {
		openFloor = rules.AddressOpen
		digest := g.digest("address", network(r.Client, 32, 64))
		address = p.key("a", digest, false)
		prefix = p.key("p", g.digest("prefix", network(r.Client, 24, 48)), false)
		pair := p.key("na", phoneDigest+digest, false)
		p.note(sum(pair, Verified, Keep), Owner, 0, 0)
		p.note(sum(pair, Open, day), 0, Patient, 0)
	} else {
		address = p.key("a", "unknown", false)
	}
	seg := p.key("g", g.digest("segment", segment(r.Phone)), false)
	purpose := p.key("u", g.digest("purpose", r.Purpose), false)
	site := p.key("all", "", false)
	if !g.phones[r.Phone] && !within(r.Client, g.config.AllowNetworks) {
		p.attack(site)
		p.phone(phone, r.Again)
		p.strangers(phone, wait, r.Again)
		p.limit("R8", Challenge, 0, Sum{Key: phone, Series: Wrong, From: day}, rules.Wrong+1)
		if session >= 0 {
			p.session(session)
		}
		p.network(address, openFloor, 1)
		if prefix >= 0 {
			p.network(prefix, openFloor, 3)
		}
		p.numbers(seg, g.wide(&p, r)...)
	}
	if limit, _ := g.countryCap(r); !r.Phone.IsMainland() {
		k := p.key("c", g.digest("country", r.Phone.CountryCode()), false)
		p.limit("R5", Refuse, 0, sum(k, Open, day), limit, of(k, day, 1, 4))
	}
	p.site(site, purpose)
	if r.Again {
		p.checks = slices.DeleteFunc(p.checks, func(c Check) bool { return c.Effect == Challenge })
	}
	price := int64(0)
	switch {
	case g.config.AllPaid:
		price = int64(rules.Price)
		p.allPaid(site)
	case r.Paid && session >= 0:
		price = int64(rules.Price)
		for _, k := range []struct{ key, texts int }{{phone, 2}, {session, 2}, {address, 4}, {prefix, 8}, {seg, 4}} {
			if k.key >= 0 {
				p.money(k.key, k.texts)
			}
		}
		p.siteMoney(site)
	}
	return Batch{Keys: p.keys, Checks: p.checks, Token: token, Price: price, Record: g.config.RecordOnly}
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
