package guard

import (
	"slices"
	"sync/atomic"
)

// Count says how often a rule decided.
type Count struct {
	// Rule is Decision.Rule: R1 to R8, money, deny, store, or "" where no rule stood
	// against a request.
	Rule string
	// Would is Decision.Would, which in a guard that only records is what the rules say.
	Would Verdict
	// Degraded counts the decisions that were made without the store.
	Degraded bool
	// N is how often, since the guard was made, in this process.
	N uint64
}

// ruleNames are the names that a Decision.Rule has.
var ruleNames = [...]string{"", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "money", "deny", "store"}

// counts has a number for each rule, verdict and state of the store.
type counts [len(ruleNames)][3][2]atomic.Uint64

func (c *counts) add(d Decision) {
	rule := max(0, slices.Index(ruleNames[:], d.Rule))
	degraded := 0
	if d.Degraded {
		degraded = 1
	}
	c[rule][d.Would][degraded].Add(1)
}

// Counts returns how often each rule decided, those that never did left out. The
// list is in a fixed order and never longer than rules times verdicts times two. Safe
// for concurrent use; a decision that is made meanwhile may be in it or not.
func (g *Guard) Counts() []Count {
	var all []Count
	for r := range g.counts {
		for v := range g.counts[r] {
			for d := range g.counts[r][v] {
				if n := g.counts[r][v][d].Load(); n > 0 {
					all = append(all, Count{Rule: ruleNames[r], Would: Verdict(v), Degraded: d == 1, N: n})
				}
			}
		}
	}
	return all
}
