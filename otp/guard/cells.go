package guard

import (
	"slices"
	"time"
)

const (
	keepMinutes = time.Hour      // then an hour that ended is one cell
	keepHours   = 24 * time.Hour // then a day that ended is one cell
	day         = 24 * time.Hour
	beijing     = 8 * 3600

	// maxCells is how many cells an exact key may have; with more it is exact no longer.
	maxCells = 250
)

// cell counts the events of a slot of time. Times are milliseconds since 1970.
type cell struct {
	start, width int64
	n            [SeriesCount]int64
}

func (x *cell) last() int64 { return x.start + x.width - 1 }

// cells is what a key holds, oldest first: days for a fortnight, hours for a day or two,
// minutes for an hour or two, or in place of the latter two each event by itself. No two
// overlap. So a window of up to an hour is exact to a minute and one of up to a day to an
// hour, and a key that is not exact has fewer than 200 cells however busy it is.
type cells []cell

func millis(d time.Duration) int64 { return int64(d / time.Millisecond) }

// width returns how wide the cell is that a time belongs to.
func width(now, when int64, exact bool) int64 {
	switch d, h, m := millis(day), millis(time.Hour), millis(time.Minute); {
	case now-(when-when%d+d) > millis(keepHours):
		return d
	case exact:
		return 1
	case now-(when-when%h+h) > millis(keepMinutes):
		return h
	default:
		return m
	}
}

// begun returns how many cells begin at a time or before it.
func (c cells) begun(when int64) int {
	i := len(c)
	for i > 0 && c[i-1].start > when {
		i--
	}
	return i
}

// over returns how many cells end at a time or before it.
func (c cells) over(when int64) int {
	i := len(c)
	for i > 0 && c[i-1].last() > when {
		i--
	}
	return i
}

// at returns the cell that a time belongs to. It makes the cell when it is missing, and
// then joins the old ones first, so that a key stays small.
func (c *cells) at(now, when int64, exact bool) *cell {
	i := c.begun(when)
	if i == 0 || (*c)[i-1].last() < when {
		c.compact(now, exact)
		i = c.begun(when)
	}
	if i == 0 || (*c)[i-1].last() < when {
		w := width(now, when, exact)
		*c = slices.Insert(*c, i, cell{start: when - when%w, width: w})
		i++
	}
	return &(*c)[i-1]
}

// compact joins what has become old and drops what ended longer ago than Keep.
func (c *cells) compact(now int64, exact bool) {
	exact = exact && len(*c) <= maxCells
	kept := (*c)[:0]
	for _, x := range *c {
		if now-x.last() > millis(Keep) {
			continue
		}
		x.width = max(x.width, width(now, x.start, exact))
		x.start -= x.start % x.width
		if last := len(kept) - 1; last >= 0 && kept[last].start == x.start && kept[last].width == x.width {
			for s := range x.n {
				kept[last].n[s] += x.n[s]
			}
			continue
		}
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
	for i := c.begun(to) - 1; i >= 0 && c[i].last() > from; i-- {
		total += c[i].n[s.Series]
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
	for i := c.over(from); i < c.begun(to); i++ {
		if surplus -= c[i].n[s.Series]; surplus <= 0 {
			return time.Duration(max(c[i].last()+millis(s.From)-now, 1)) * time.Millisecond
		}
	}
	return s.From
}
