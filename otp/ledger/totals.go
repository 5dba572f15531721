package ledger

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Counts is what became of texts, and what they cost.
type Counts struct {
	// Texts counts what was accepted or may have been sent; Unsure of them are those that
	// may have been, Refused are others.
	Texts   int `json:"texts"`
	Unsure  int `json:"unsure"`
	Refused int `json:"refused"`
	// Delivered and Failed are those of Texts of which a report said so.
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
	// Segments is what Texts count as, as far as that is known.
	Segments int `json:"segments"`
	// Unpriced are those of Texts that are in no amount, because their price is not known.
	Unpriced int `json:"unpriced"`
	// Cost is what they cost.
	Cost Range `json:"cost"`
}

// Sums is what was sent over all members. A text that a user asked for is one send, however
// many members were tried with it.
type Sums struct {
	// Verifications counts those of which a text went out or may have, Verified the right
	// codes among them.
	Verifications int `json:"verifications"`
	Verified      int `json:"verified"`
	// Sends counts the texts that users asked for and that went out or may have. Lost are
	// those of which reports say that they did not arrive, Free those that did or may
	// have, and cost nothing.
	Sends int `json:"sends"`
	Lost  int `json:"lost"`
	Free  int `json:"free"`
	// Instead is what they had cost without a free way, Saved what that is more.
	Instead Range `json:"instead"`
	Saved   Range `json:"saved"`
}

// FreeShare is which part of what arrived or may have was sent free, from 0 to 1.
func (s Sums) FreeShare() float64 {
	if s.Sends == s.Lost {
		return 0
	}
	return float64(s.Free) / float64(s.Sends-s.Lost)
}

// Totals is both.
type Totals struct {
	Counts
	Sums
}

// ProviderTotals is what one member's texts cost.
type ProviderTotals struct {
	// Provider is the member's name, Bills what it takes money for.
	Provider string `json:"provider"`
	Bills    string `json:"bills"`
	Counts
}

// Day is one calendar day of Beijing. A text counts on the day on which it was sent, a
// verification and all that is saved by it on the day of its first text.
type Day struct {
	// Date is such as 2026-11-28.
	Date string `json:"date"`
	Totals
	// Providers are by name.
	Providers []ProviderTotals `json:"providers"`
}

// page holds the totals of a day, or of all days.
type page struct {
	sums      Sums
	providers map[string]Counts
}

func (p *page) counts() (all Counts) {
	for _, c := range p.providers {
		all = all.plus(c, 1)
	}
	return all
}

func (c Counts) plus(d Counts, sign int) Counts {
	return Counts{
		c.Texts + sign*d.Texts, c.Unsure + sign*d.Unsure, c.Refused + sign*d.Refused, c.Delivered + sign*d.Delivered,
		c.Failed + sign*d.Failed, c.Segments + sign*d.Segments, c.Unpriced + sign*d.Unpriced, c.Cost.plus(d.Cost.times(sign)),
	}
}

func (s Sums) plus(d Sums, sign int) Sums {
	return Sums{
		s.Verifications + sign*d.Verifications, s.Verified + sign*d.Verified, s.Sends + sign*d.Sends,
		s.Lost + sign*d.Lost, s.Free + sign*d.Free, s.Instead.plus(d.Instead.times(sign)), s.Saved.plus(d.Saved.times(sign)),
	}
}

// counts is one text as Counts.
func (t *text) counts() Counts {
	if !t.open() {
		return Counts{Refused: 1}
	}
	cost, priced := t.cost()
	c := Counts{Texts: 1, Segments: t.segments, Cost: cost}
	switch t.outcome {
	case Sending, Unsure:
		c.Unsure = 1
	case Arrived:
		c.Delivered = 1
	case Failed:
		c.Failed = 1
	}
	if !priced {
		c.Unpriced = 1
	}
	return c
}

// sums is a line as Sums.
func (l *line) sums(instead string) (s Sums) {
	for number := range l.sends {
		s = s.plus(l.balance(number, instead), 1)
	}
	if l.isOne && s.Sends > 0 {
		s.Verifications = 1
		if l.verified {
			s.Verified = 1
		}
	}
	return s
}

// book adds a line to the totals, or takes it out with a sign of -1.
func (l *Ledger) book(v *line, sign int) {
	for _, t := range v.texts {
		counts := t.counts()
		l.total.add(t.provider, counts, sign)
		if p := l.page(t.day); p != nil {
			p.add(t.provider, counts, sign)
		}
	}
	sums := v.sums(l.instead)
	l.total.sums = l.total.sums.plus(sums, sign)
	if p := l.page(v.day()); p != nil {
		p.sums = p.sums.plus(sums, sign)
	}
}

func (p *page) add(provider string, c Counts, sign int) {
	p.providers[provider] = p.providers[provider].plus(c, sign)
}

// page returns the totals of a day, or nil when they are gone.
func (l *Ledger) page(day string) *page {
	if p := l.days[day]; p != nil {
		return p
	}
	if day < l.oldest {
		return nil
	}
	l.days[day] = &page{providers: map[string]Counts{}}
	if len(l.days) > l.keepDays {
		first := slices.Min(slices.Collect(maps.Keys(l.days)))
		delete(l.days, first)
		l.oldest = first + "~" // whatever comes after it
	}
	return l.days[day]
}

var beijing = time.FixedZone("UTC+8", 8*60*60)

func dayOf(at time.Time) string { return at.In(beijing).Format(time.DateOnly) }

func (l *Ledger) byProvider(p *page) []ProviderTotals {
	list := make([]ProviderTotals, 0, len(p.providers))
	for name, counts := range p.providers {
		list = append(list, ProviderTotals{name, l.member(name).Bills.String(), counts})
	}
	slices.SortFunc(list, func(a, b ProviderTotals) int { return cmp.Compare(a.Provider, b.Provider) })
	return list
}
