package dashboard

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/provider/segments"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// mostChanged is how many changed jobs are remembered between two looks. When there are more,
// the next look reads the day again.
const mostChanged = 10_000

// changed are the jobs whose state has changed since the last look.
type changed struct {
	mu   sync.Mutex
	jobs map[string]struct{}
	more bool // there are new jobs
	all  bool // anything may have changed
}

// hear takes note of a change. The queue calls it.
func (c *changed) hear(change gateway.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.more = c.more || change.Lane != ""
	if change.Job != "" && !c.all {
		c.jobs[change.Job] = struct{}{}
	}
	if change.All || len(c.jobs) > mostChanged {
		c.all = true
		clear(c.jobs)
	}
}

// some takes at most limit jobs out, and says whether there are new ones, and whether anything
// may have changed.
func (c *changed) some(limit int) (jobs []string, more, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	more, all = c.more, c.all
	c.more, c.all = false, false
	for id := range c.jobs {
		if len(jobs) == limit {
			break
		}
		jobs = append(jobs, id)
		delete(c.jobs, id)
	}
	return jobs, more, all
}

// again has the next look read everything, because one has failed.
func (c *changed) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = true
}

// entry is what a tally keeps of a job.
type entry struct {
	state             relayapi.State
	lane              string
	class             relayapi.FailureClass
	segments          int
	created, moved    time.Time
	deadline, lostEnd time.Time
}

// tally knows the jobs of the day and all that are open, without texts and numbers.
type tally map[string]entry

// put takes note of a job as it is now. The segments of a text are counted while there is one.
func (t tally) put(j gateway.Job) {
	e := entry{
		state: j.State, lane: j.Lane, segments: max(t[j.ID].segments, 1),
		created: j.Created, moved: j.Created, deadline: j.Deadline, lostEnd: j.TakenEnd,
	}
	if j.Text != "" {
		e.segments = segments.Count(string(j.Text), "")
	}
	if len(j.History) > 0 {
		e.moved = j.History[len(j.History)-1].At.Time
	}
	if failure := j.Failure(); failure != nil {
		e.class = failure.Class
	}
	t[j.ID] = e
}

// at returns the entry as it is at a time: jobs end by themselves.
func (e entry) at(now time.Time) entry {
	job := gateway.Job{State: e.state, Deadline: e.deadline, TakenEnd: e.lostEnd}
	if !job.Open() && !job.InHand() {
		return e
	}
	if ended := job.AsOf(now); ended.State != e.state {
		e.state, e.moved = ended.State, ended.History[0].At.Time
	}
	return e
}

// sums are the figures of a tally.
type sums struct {
	// Waiting are the jobs that no phone has sent yet, and InHand those that one has taken.
	Waiting, InHand int
	// Sent, Segments, Failed, Uncertain and Expired are of today.
	Sent, Segments, Failed, Uncertain, Expired int
	// Errors are the failed and the uncertain jobs of the last hour.
	Errors  int
	Lanes   []laneSums
	Classes []classSum
}

// laneSums are how many jobs of today, and open ones of before, a lane has in each state.
type laneSums struct {
	Lane   string
	States map[relayapi.State]int
}

// classSum is how many jobs of today failed for a reason.
type classSum struct {
	Class relayapi.FailureClass
	Jobs  int
}

// sum adds up what concerns today, and forgets what concerns nobody any more.
func (t tally) sum(today, now time.Time) sums {
	var s sums
	lanes := map[string]map[relayapi.State]int{}
	classes := map[relayapi.FailureClass]int{}
	for id, e := range t {
		e = e.at(now)
		open := e.state == relayapi.StateQueued || e.state == relayapi.StateOffered ||
			e.state == relayapi.StateTaken || e.state == relayapi.StateCancelling
		wrong := e.state == relayapi.StateFailed || e.state == relayapi.StateUncertain
		if wrong && now.Sub(e.moved) < time.Hour {
			s.Errors++
		}
		if e.created.Before(today) && !open {
			if now.Sub(e.moved) >= time.Hour {
				delete(t, id)
			}
			continue
		}
		if lanes[e.lane] == nil {
			lanes[e.lane] = map[relayapi.State]int{}
		}
		lanes[e.lane][e.state]++
		if e.state == relayapi.StateFailed {
			classes[e.class]++
		}
		s.count(e)
	}
	for _, lane := range slices.Sorted(maps.Keys(lanes)) {
		s.Lanes = append(s.Lanes, laneSums{lane, lanes[lane]})
	}
	for class, jobs := range classes {
		s.Classes = append(s.Classes, classSum{class, jobs})
	}
	slices.SortFunc(s.Classes, func(a, b classSum) int { return cmp.Or(b.Jobs-a.Jobs, cmp.Compare(a.Class, b.Class)) })
	return s
}

func (s *sums) count(e entry) {
	switch e.state {
	case relayapi.StateQueued, relayapi.StateOffered:
		s.Waiting++
	case relayapi.StateTaken, relayapi.StateCancelling:
		s.InHand++
	case relayapi.StateSent, relayapi.StateDelivered:
		s.Sent++
		s.Segments += e.segments
	case relayapi.StateFailed:
		s.Failed++
	case relayapi.StateUncertain:
		s.Uncertain++
	case relayapi.StateExpired:
		s.Expired++
	}
}
