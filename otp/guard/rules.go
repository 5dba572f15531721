package guard

import (
	"errors"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Rules are the numbers of the rule set. Start from DefaultRules and change what is
// different for your site; New refuses what makes no sense.
type Rules struct {
	// PhoneGap is the shortest time between two texts to one number, an hour at most.
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
	// Price is what a paid text costs, in fen; Prices what it costs to other countries
	// than +86, by calling code ("*" for every other one), where that is not Price.
	Price  int
	Prices map[string]int
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

// most bounds numbers that are multiplied.
const most = 1_000_000_000

func (r Rules) check() error {
	if r.PhoneGap <= 0 || r.PhoneGap > hour {
		return errors.New("guard: Rules: PhoneGap is more than nothing, and an hour at most")
	}
	if r.PhoneHour < 1 || r.PhoneDay < r.PhoneHour || r.StrangerHour > r.PhoneHour || r.StrangerDay > r.PhoneDay {
		return errors.New("guard: Rules: the limits of a number must be positive, the day's no less than the hour's, a stranger's no more than the owner's")
	}
	if r.OpenHour > r.HastyHour || r.OpenDay > r.HastyDay || r.Patience <= 0 || r.Patience > brief {
		return errors.New("guard: Rules: OpenHour and OpenDay are no more than HastyHour and HastyDay; Patience is 10 minutes or less")
	}
	for _, n := range []int{
		r.StrangerHour, r.StrangerDay, r.OpenHour, r.OpenDay, r.SessionHour, r.SessionDay, r.AddressOpen, r.UnknownOpen, r.AddressHour,
		r.AddressDay, r.SegmentOpen, r.SegmentHour, r.SiteBurst, r.SiteOpen, r.SiteHour, r.SiteDay, r.Wrong,
	} {
		if n < 1 || n > most {
			return errors.New("guard: Rules: a limit is not positive, or more than a billion; begin with DefaultRules")
		}
	}
	return r.checkMoney()
}

func (r Rules) checkMoney() error {
	if r.Money < 0 || r.Money > most || r.MoneyPercent < 0 || r.MoneyPercent > 100 {
		return errors.New("guard: Rules: Money is between 0 and a billion, MoneyPercent between 0 and 100")
	}
	if r.Price < 1 || r.Price > mostPrice {
		return fmt.Errorf("guard: Rules: Price is %d; want fen, from 1 to %d", r.Price, mostPrice)
	}
	for code, price := range r.Prices {
		if price < 1 || price > mostPrice {
			return fmt.Errorf("guard: Rules: Prices[%q] is %d; want fen, from 1 to %d", code, price, mostPrice)
		}
	}
	return nil
}

// mostPrice is 100 yuan.
const mostPrice = 10_000

// price is what a paid text to a number costs.
func (r Rules) price(p provider.Phone) int {
	if p.IsMainland() {
		return r.Price
	}
	if price, ok := r.Prices[p.CountryCode()]; ok {
		return price
	}
	if price, ok := r.Prices["*"]; ok {
		return price
	}
	return r.Price
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
