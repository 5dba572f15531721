package memqueue

import (
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/inmemory"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// table holds the jobs, in the order in which they came. One call at a time uses it.
type table struct {
	jobs    []*gateway.Job
	ledger  inmemory.Ledger
	changes []gateway.Change // of the call that runs
}

func (t *table) find(wanted func(j *gateway.Job) bool) *gateway.Job {
	i := slices.IndexFunc(t.jobs, wanted)
	if i < 0 {
		return nil
	}
	return t.jobs[i]
}

func (t *table) byID(id string) *gateway.Job {
	return t.find(func(j *gateway.Job) bool { return j.ID == id })
}

func (t *table) byKey(site, key string) *gateway.Job {
	return t.find(func(j *gateway.Job) bool { return key != "" && j.Key == key && j.Site == site })
}

func (t *table) add(job gateway.Job) gateway.Job {
	t.jobs = append(t.jobs, &job)
	return job
}

// store replaces a job by what a rule has made of it, and returns that.
func (t *table) store(old *gateway.Job, job gateway.Job) gateway.Job {
	job, changed := old.Replaced(job)
	if !changed {
		return job
	}
	for _, change := range old.ChangeOf(job) {
		t.note(change)
	}
	job.History = slices.Clip(job.History) // so that an append by a caller copies it
	*old = job
	t.ledger.Release(job)
	return job
}

func (t *table) note(c gateway.Change) { t.changes = append(t.changes, c) }

// countedFor returns when the jobs that count towards a recipient's quota were
// created, newest first, but for those of a clock that was ahead.
func (t *table) countedFor(to relayapi.Number, now time.Time) []time.Time {
	var times []time.Time
	for _, job := range t.jobs {
		if job.To == to && job.AsOf(now).Counts() && !job.Created.After(now.Add(gateway.CallsApart)) {
			times = append(times, job.Created)
		}
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return times
}

// queuedBefore returns how many jobs of the lane are queued that are not due after a
// submission whose site waits.
func (t *table) queuedBefore(s gateway.Submit) int {
	if s.Wait == 0 {
		return 0
	}
	due, n := s.Job().Due(), 0
	for _, old := range t.jobs {
		if job := old.AsOf(s.Now); job.Lane == s.Lane && job.State == relayapi.StateQueued && !job.Due().After(due) {
			n++
		}
	}
	return n
}

// ahead returns how many jobs a lane's phones have to send before a submission's.
func (t *table) ahead(s gateway.Submit) int {
	due := s.Job().Due()
	n := 0
	for _, old := range t.jobs {
		job := old.AsOf(s.Now)
		switch {
		case job.Lane != s.Lane:
		case job.Open() && (job.State == relayapi.StateOffered || !job.Due().After(due)):
			n++
		case job.InHand() && job.TakenEnd.After(s.TakenSince().Add(s.TakenFor)):
			n++
		}
	}
	return n
}

// offerable returns jobs for a phone, at least p.Max if there are: those that it was handed, those on
// which it has a lease, and then those that no phone holds.
func (t *table) offerable(p gateway.Pull, cooled []string) []*gateway.Job {
	var handed, held []*gateway.Job
	free := map[string][]*gateway.Job{} // by lane
	for _, job := range t.jobs {
		now := job.AsOf(p.Now)
		switch {
		case !slices.Contains(p.Lanes, job.Lane):
		case now.HandedTo(p):
			handed = append(handed, job)
		case !now.Open() || slices.Contains(cooled, job.Lane):
		case !p.Now.Before(job.LeaseEnd): // the lease has ended, or there was none
			free[job.Lane] = append(free[job.Lane], job)
		case job.Phone == p.Phone && !p.Now.Before(job.AgainAt(p)):
			held = append(held, job)
		}
	}
	found := append(handed, held...) //nolint:gocritic // handed is not used again
	for _, lane := range p.Lanes {
		slices.SortStableFunc(free[lane], inOrder)
		for _, job := range free[lane] {
			if (p.Budgets != nil || len(found) < p.Max) && p.Suffices(*job, min(len(found), p.Max-1)) {
				found = append(found, job)
			}
		}
	}
	return found
}

// inOrder has dropped offers first, and then what is due first.
func inOrder(a, b *gateway.Job) int {
	dropped := func(j *gateway.Job) bool { return j.State == relayapi.StateOffered }
	switch {
	case dropped(a) && dropped(b):
		return a.LeaseEnd.Compare(b.LeaseEnd)
	case dropped(a):
		return -1
	case dropped(b):
		return 1
	default:
		return a.Due().Compare(b.Due())
	}
}

// nextAt returns when the first job of the pull's lanes that a phone holds can be offered
// to the pull, or the time given when that is earlier, or zero.
func (t *table) nextAt(p gateway.Pull, next time.Time) time.Time {
	for _, job := range t.jobs {
		if !job.Open() || !slices.Contains(p.Lanes, job.Lane) || !p.Now.Before(job.LeaseEnd) {
			continue
		}
		at := job.LeaseEnd
		if job.Phone == p.Phone {
			at = job.AgainAt(p)
		}
		if at.Before(job.Deadline) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// sweepBatch is how many jobs one sweep changes at the most.
const sweepBatch = 200

// sweep returns how many jobs it has changed or deleted.
func (t *table) sweep(s gateway.Sweep) int {
	swept := t.ledger.Forget(s.ForgetUsesBefore, sweepBatch)
	t.jobs = slices.DeleteFunc(t.jobs, func(job *gateway.Job) bool {
		expired := job.AsOf(s.Now)
		overdue := expired.State != job.State
		clearText := job.Text != "" && !job.Open() && !job.MustKeepText() && job.Deadline.Before(s.ClearBefore)
		forget := s.Forgets(job.Created)
		hide := job.To != "" && !expired.Open() && !expired.InHand() && s.Hides(job.Created)
		if swept == sweepBatch || !overdue && !clearText && !hide && !forget {
			return false
		}
		swept++
		if clearText {
			expired.Text = ""
		}
		if hide {
			expired.To = ""
		}
		t.store(job, expired)
		return forget
	})
	return swept
}
