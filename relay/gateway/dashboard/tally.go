package dashboard

import (
	"cmp"
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

// open reports whether no phone has sent the job yet and one still may.
func (e entry) open() bool {
	return e.state == relayapi.StateQueued || e.state == relayapi.StateOffered ||
		e.state == relayapi.StateTaken || e.state == relayapi.StateCancelling
}

// at returns the entry as it is at a time: jobs end by themselves.
func (e entry) at(now time.Time) entry {
	end := e.deadline
	if e.state == relayapi.StateTaken || e.state == relayapi.StateCancelling {
		end = e.lostEnd
	}
	if !e.open() || now.Before(end) {
		return e
	}
	job := gateway.Job{State: e.state, Deadline: e.deadline, TakenEnd: e.lostEnd}.AsOf(now)
	if job.State != e.state {
		e.state, e.moved = job.State, job.History[0].At.Time
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
	Errors int
	// Depth is how many jobs of today, and open ones of before, each lane has in each state.
	Depth   []depth
	Classes []classSum
}

// depth is how many jobs a lane has in a state.
type depth struct {
	Lane  string
	State relayapi.State
	Jobs  int
}

// classSum is how many jobs of today failed for a reason.
type classSum struct {
	Class relayapi.FailureClass
	Jobs  int
}

// sum adds up what concerns today, and forgets what concerns nobody any more.
func (t tally) sum(today, now time.Time) sums {
	var s sums
	depths := map[depth]int{}
	classes := map[relayapi.FailureClass]int{}
	for id, e := range t {
		e = e.at(now)
		if s.wrong(e, now); e.created.Before(today) && !e.open() {
			if now.Sub(e.moved) >= time.Hour {
				delete(t, id)
			}
			continue
		}
		depths[depth{Lane: e.lane, State: e.state}]++
		if e.state == relayapi.StateFailed {
			classes[e.class]++
		}
		s.count(e)
	}
	for lane, jobs := range depths {
		lane.Jobs = jobs
		s.Depth = append(s.Depth, lane)
	}
	slices.SortFunc(s.Depth, func(a, b depth) int {
		return cmp.Or(cmp.Compare(a.Lane, b.Lane), slices.Index(shownStates, a.State)-slices.Index(shownStates, b.State))
	})
	for class, jobs := range classes {
		s.Classes = append(s.Classes, classSum{class, jobs})
	}
	slices.SortFunc(s.Classes, func(a, b classSum) int { return cmp.Or(b.Jobs-a.Jobs, cmp.Compare(a.Class, b.Class)) })
	return s
}

// wrong counts an entry among the errors of the last hour when it is one.
func (s *sums) wrong(e entry, now time.Time) {
	if (e.state == relayapi.StateFailed || e.state == relayapi.StateUncertain) && now.Sub(e.moved) < time.Hour {
		s.Errors++
	}
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
