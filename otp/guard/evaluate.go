package guard

import "time"

// evaluate walks the checks of b over what its keys hold. It changes nothing and reads
// no clock, so that a script in another language can repeat it line by line.
func evaluate(now int64, b Batch, states []cells, fresh bool) Outcome {
	out := Outcome{Now: time.UnixMilli(now), Passed: fresh, Paid: b.Price > 0}
	if fresh {
		out.Flags |= Passed
	}
	if out.Paid {
		out.Flags |= Paid
	}
	for i := range b.Checks {
		c := &b.Checks[i]
		if out.Flags&c.If != c.If || out.Flags&c.Unless != 0 {
			continue
		}
		count := states[c.Count.Key].sum(c.Count, now)
		limit := c.Floor
		for _, s := range c.Shares {
			if count+c.Add <= limit {
				break
			}
			limit = max(limit, states[s.Key].sum(s.Sum, now)*s.Num/s.Den)
		}
		if count+c.Add <= limit {
			continue
		}
		out.Flags = out.Flags&^c.Clear | c.Set
		switch c.Effect {
		case Note:
			continue
		case FreeOnly:
			out.Paid = false
			out.Flags &^= Paid
		case Challenge:
			if out.Passed {
				continue
			}
		case Refuse:
		}
		hit := Hit{Check: i, Count: count, Limit: limit}
		if c.Effect >= Challenge {
			hit.Wait = states[c.Count.Key].wait(c.Count, now, count+c.Add-limit)
		}
		out.Hits = append(out.Hits, hit)
		out.Effect = max(out.Effect, c.Effect)
	}
	return out
}
