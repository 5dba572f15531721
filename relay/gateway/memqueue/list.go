package memqueue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// list returns a page of jobs, newest first.
func (t *table) list(f gateway.Filter) gateway.Page {
	var page gateway.Page
	below := f.Before == ""
	for _, job := range slices.Backward(t.jobs) {
		switch {
		case !below:
			below = job.ID == f.Before
		case !f.Matches(*job):
		case len(page.Jobs) == f.Limit:
			page.Next = page.Jobs[f.Limit-1].ID
			return page
		default:
			page.Jobs = append(page.Jobs, job.AsOf(f.Now))
		}
	}
	return page
}

// counts returns how many jobs each lane has in each state.
func (t *table) counts(now time.Time) []gateway.Count {
	found := map[gateway.Count]int{} // by lane and state
	for _, job := range t.jobs {
		found[gateway.Count{Lane: job.Lane, State: job.AsOf(now).State}]++
	}
	counts := make([]gateway.Count, 0, len(found))
	for count, n := range found {
		count.Jobs = n
		counts = append(counts, count)
	}
	slices.SortFunc(counts, func(a, b gateway.Count) int {
		return cmp.Or(strings.Compare(a.Lane, b.Lane), strings.Compare(string(a.State), string(b.State)))
	})
	return counts
}
