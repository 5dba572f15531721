package guard

import "time"

const (
	keepMinutes = 75 * time.Minute
	keepHours   = 26 * time.Hour
	day         = 24 * time.Hour
	beijing     = 8 * 3600
)

// cell counts the events of a slot of time. Times are milliseconds since 1970.
type cell struct {
	start, width int64
	n            [SeriesCount]int64
}

// cells is what a key holds, oldest first: minutes for 75 minutes, then hours for a
// day, then days for a fortnight. So there are never more than about 120.
type cells []cell

func millis(d time.Duration) int64 { return int64(d / time.Millisecond) }

// at returns the cell that the time belongs to and makes it when it is missing.
func (c *cells) at(now, when int64, exact bool) *cell {
	for i := len(*c) - 1; i >= 0; i-- {
		if x := &(*c)[i]; when >= x.start && when < x.start+x.width {
			return x
		}
	}
	width := millis(time.Minute)
	if exact {
		width = 1
	}
	if age := now - when; age > millis(keepHours) {
		width = millis(day)
	} else if age > millis(keepMinutes) && !exact {
		width = millis(time.Hour)
	}
	fresh := cell{start: when - when%width, width: width}
	i := len(*c)
	for i > 0 && (*c)[i-1].start > fresh.start {
		i--
	}
	*c = append(*c, cell{})
	copy((*c)[i+1:], (*c)[i:])
	(*c)[i] = fresh
	return &(*c)[i]
}

// compact joins what has become old and drops what is older than Keep.
func (c *cells) compact(now int64, exact bool) {
	kept := (*c)[:0]
	for _, x := range *c {
		age := now - x.start
		if age > millis(Keep) {
			continue
		}
		width := x.width
		if age > millis(keepHours) {
			width = millis(day)
		} else if age > millis(keepMinutes) && !exact {
			width = max(width, millis(time.Hour))
		}
		start := x.start - x.start%width
		if last := len(kept) - 1; last >= 0 && kept[last].start == start && kept[last].width == width {
			for s := range x.n {
				kept[last].n[s] += x.n[s]
			}
			continue
		}
		x.start, x.width = start, width
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
