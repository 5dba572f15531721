package guard

import "time"

// Rules are the numbers of the rule set. Start from DefaultRules and change what is
// different for your site; New refuses what makes no sense.
type Rules struct {
	// PhoneGap is the shortest time between two texts to one number.
	PhoneGap time.Duration
	// PhoneHour, PhoneDay are texts to one number in an hour and in 24 hours; the
	// latter holds for the day in Beijing as well.
	PhoneHour, PhoneDay int
	// StrangerHour, StrangerDay are the part of these that people get who never
	// verified the number; the rest is kept for its owner. A number that nobody
	// verified in the last fortnight has no owner.
	StrangerHour, StrangerDay int
	// HastyHour, HastyDay are unverified texts to one number after which a stranger has
	// to solve a challenge, to wait and to ask again in the same session; Patience is
	// how long. The rest of the texts is kept for those who wait.
	HastyHour, HastyDay int
	Patience            time.Duration
	// OpenHour, OpenDay are unverified texts to one number after which a stranger gets
	// a challenge.
	OpenHour, OpenDay int
	// SessionHour, SessionDay are texts that one session may cause.
	SessionHour, SessionDay int
	// AddressOpen is the floor of unverified texts of one address in ten minutes
	// before a challenge; UnknownOpen the same for requests without an address.
	AddressOpen, UnknownOpen int
	// AddressHour, AddressDay are floors of unverified texts of one address before a
	// refusal.
	AddressHour, AddressDay int
	// SegmentOpen is the floor for one number segment in ten minutes before a
	// challenge; SegmentHour for an hour before a refusal.
	SegmentOpen, SegmentHour int
	// SiteBurst is the floor of unverified texts of the site in two minutes before
	// everybody without a clean history gets a challenge; SiteOpen in 24 hours.
	SiteBurst, SiteOpen int
	// SiteHour, SiteDay are floors of unverified texts of the site before a refusal.
	SiteHour, SiteDay int
	// Wrong is the wrong codes for one number in 24 hours before a challenge.
	Wrong int
	// Price is what a paid text costs, in fen.
	Price int
	// Money is what paid texts to strangers may cost the site in any 24 hours, in fen.
	Money int
	// MoneyPercent adds this share of the texts verified in the last 24 hours to Money.
	// An attacker may take it all.
	MoneyPercent int
	// Countries are the countries besides +86 that are open, by calling code ("*" for
	// every other one), with the unverified texts of 24 hours before a refusal.
	Countries map[string]int
}

// DefaultRules returns the rules that the table in the package comment explains.
func DefaultRules() Rules {
	return Rules{
		PhoneGap: time.Minute, PhoneHour: 5, PhoneDay: 10, StrangerHour: 4, StrangerDay: 8, OpenHour: 3, OpenDay: 5,
		HastyHour: 4, HastyDay: 6, Patience: 270 * time.Second,
		SessionHour: 5, SessionDay: 15, AddressOpen: 20, UnknownOpen: 3, AddressHour: 30, AddressDay: 100,
		SegmentOpen: 10, SegmentHour: 40, SiteBurst: 30, SiteOpen: 40, SiteHour: 5000, SiteDay: 10_000,
		Wrong: 20, Price: 6, Money: 100,
	}
}

// strict returns the rules for a time without the store. A site that has no free way
// keeps a quarter of its budget in each process.
func (r Rules) strict(allPaid bool) Rules {
	r.PhoneHour, r.PhoneDay = min(r.PhoneHour, 3), min(r.PhoneDay, 5)
	r.StrangerHour, r.StrangerDay = min(r.StrangerHour, 2), min(r.StrangerDay, 3)
	r.AddressHour, r.AddressDay = min(r.AddressHour, 10), min(r.AddressDay, 30)
	r.SiteBurst, r.SiteHour, r.SiteDay = min(r.SiteBurst, 10), min(r.SiteHour, 100), min(r.SiteDay, 300)
	r.Money, r.MoneyPercent = r.Money/4, 0
	if !allPaid {
		r.Money = 0
	}
	return r
}
