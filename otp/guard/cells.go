package guard

import (
	"slices"
	"time"
)

const (
	keepMinutes = 2 * time.Hour // then a cell of an hour has left the window of an hour
	keepHours   = 48 * time.Hour
	day         = 24 * time.Hour
	beijing     = 8 * 3600
)

// cell counts the events of a slot of time. Times are milliseconds since 1970.
type cell struct {
	start, width int64
	n            [SeriesCount]int64
}

// cells is what a key holds, by start, of equal starts the wider first: minutes for two
// hours, then hours for two days, then days for a fortnight. So windows of up to an hour are
// exact to a minute, those of up to a day to an hour, and there are never more than about
// 180 cells, in an exact key maxExact more.
type cells []cell

// maxExact is how many events of an exact key are kept each by itself.
const maxExact = 100

func millis(d time.Duration) int64 { return int64(d / time.Millisecond) }

// width returns how wide a cell is that begins so long ago.
func width(age int64, exact bool) int64 {
	switch {
	case age > millis(keepHours):
		return millis(day)
	case exact:
		return 1
	case age > millis(keepMinutes):
		return millis(time.Hour)
	}
	return millis(time.Minute)
}

// find returns the index of the narrowest cell that the time belongs to, or -1.
func (c cells) find(when int64) int {
	for i := len(c) - 1; i >= 0; i-- {
		if when >= c[i].start && when < c[i].start+c[i].width {
			return i
		}
	}
	return -1
}

// at returns the cell that the time belongs to. It makes the cell when it is missing, and
// then joins the old ones first, so that a key stays small however busy it is.
func (c *cells) at(now, when int64, exact bool) *cell {
	i := c.find(when)
	if i < 0 {
		c.compact(now, exact)
		i = c.find(when)
	}
	if i < 0 {
		w := width(now-when, exact)
		fresh := cell{start: when - when%w, width: w}
		i = len(*c)
		for i > 0 && fresh.before((*c)[i-1]) {
			i--
		}
		*c = slices.Insert(*c, i, fresh)
	}
	return &(*c)[i]
}

func (x cell) before(y cell) bool { return x.start < y.start || x.start == y.start && x.width > y.width }

// compact joins what has become old and drops what is older than Keep.
func (c *cells) compact(now int64, exact bool) {
	kept, newest := (*c)[:0], len(*c)-maxExact
	for i, x := range *c {
		age := now - x.start
		if age > millis(Keep) {
			continue
		}
		w := max(x.width, width(age, exact && i >= newest))
		start := x.start - x.start%w
		if last := len(kept) - 1; last >= 0 && kept[last].start == start && kept[last].width == w {
			for s := range x.n {
				kept[last].n[s] += x.n[s]
			}
			continue
		}
		x.start, x.width = start, w
		kept = append(kept, x)
	}
	*c = kept
}

// window returns the first and the last time that a sum counts.
func (s Sum) window(now int64) (from, to int64) {
	from = now - millis(s.From)
	if s.Today {
		seconds := now/1000 + beijing
		from = (seconds-seconds%86400-beijing)*1000 - 1
	}
	return from, now - millis(s.To)
}

// sum adds up what lies inside the window, in whole or in part.
func (c cells) sum(s Sum, now int64) int64 {
	from, to := s.window(now)
	var total int64
	for i := range c {
		if c[i].start+c[i].width-1 > from && c[i].start <= to {
			total += c[i].n[s.Series]
		}
	}
	return total
}

// wait returns how long it takes until so much of the sum has left the window.
func (c cells) wait(s Sum, now, surplus int64) time.Duration {
	if s.Today {
		seconds := now/1000 + beijing
		return time.Duration(86400-seconds%86400) * time.Second
	}
	from, to := s.window(now)
	for i := range c {
		if c[i].start+c[i].width-1 > from && c[i].start <= to {
			if surplus -= c[i].n[s.Series]; surplus <= 0 {
				left := c[i].start + c[i].width - 1 + millis(s.From) - now
				return time.Duration(max(left, 1)) * time.Millisecond
			}
		}
	}
	return s.From
}
