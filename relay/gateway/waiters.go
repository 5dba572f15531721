package gateway

import (
	"context"
	"slices"
	"sync"
)

// waiters counts the requests that wait for a job, so that the job is cancelled only when
// the last of them has left: a site whose connection drops repeats its request, and the
// end of the first one must not cancel the job that the second one waits for.
type waiters struct {
	mu   sync.Mutex
	jobs map[waited]*waitedJob
}

// waited is what requests wait for: a job, by its id, or, until that is known, by its
// site and key.
type waited struct{ id, site, key string }

type waitedJob struct {
	// waiting are the requests that wait.
	waiting int
	// leaving are those whose site has left, while they give it the time to come back.
	leaving int
	// kept is set when a submission of the job has been acknowledged without a wait.
	kept bool
	// expected are the submissions that are stored, and counted as waiting, while the door
	// has not called Await yet.
	expected []*expectedWait
}

type expectedWait struct {
	done <-chan struct{} // of the submission's context
	stop func() bool
}

// change changes the counts of what requests wait for.
func (w *waiters) change(what waited, change func(j *waitedJob)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.jobs == nil {
		w.jobs = map[waited]*waitedJob{}
	}
	j := w.jobs[what]
	if j == nil {
		j = &waitedJob{}
		w.jobs[what] = j
	}
	change(j)
	if j.waiting+j.leaving == 0 {
		delete(w.jobs, what)
	}
}

func (w *waiters) enter(what waited) { w.change(what, func(j *waitedJob) { j.waiting++ }) }

// leave returns whether others wait, or the job is to be kept.
func (w *waiters) leave(what waited) (wanted bool) {
	w.change(what, func(j *waitedJob) {
		j.waiting--
		wanted = j.waiting > 0 || j.kept
	})
	return wanted
}

// storing counts a submission that is being stored and is going to wait, by its key, until
// leave is called.
func (w *waiters) storing(what waited, waits bool) (leave func()) {
	if !waits || what.key == "" {
		return func() {}
	}
	w.enter(what)
	return func() { w.leave(what) }
}

// keep notes that the job's site has been told that it is stored, by a request that does
// not wait. It returns false when the site has left and does not come back with this
// request: then the job is not wanted.
func (w *waiters) keep(id string) (kept bool) {
	w.change(waited{id: id}, func(j *waitedJob) {
		kept = j.leaving == 0 || j.waiting > 0
		j.kept = j.kept || kept
	})
	return kept
}

// left reports whether the site of a job has left and may still come back.
func (w *waiters) left(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	j := w.jobs[waited{id: id}]
	return j != nil && j.leaving > 0 && j.waiting == 0 && !j.kept
}

// expect counts a submission as waiting until its door calls Await, or its context ends.
func (w *waiters) expect(ctx context.Context, id string) {
	e := &expectedWait{done: ctx.Done()}
	w.change(waited{id: id}, func(j *waitedJob) {
		j.waiting++
		j.expected = append(j.expected, e)
		e.stop = context.AfterFunc(ctx, func() { w.miss(id, e) })
	})
}

// miss forgets a submission whose context has ended before its door called Await.
func (w *waiters) miss(id string, e *expectedWait) {
	w.change(waited{id: id}, func(j *waitedJob) {
		if i := slices.Index(j.expected, e); i >= 0 {
			j.expected = slices.Delete(j.expected, i, i+1)
			j.waiting--
		}
	})
}

// arrive counts a wait, or takes over the count of its submission.
func (w *waiters) arrive(ctx context.Context, id string) {
	w.change(waited{id: id}, func(j *waitedJob) {
		i := slices.IndexFunc(j.expected, func(e *expectedWait) bool { return e.done == ctx.Done() })
		if i < 0 {
			j.waiting++
			return
		}
		j.expected[i].stop()
		j.expected = slices.Delete(j.expected, i, i+1)
	})
}

// linger notes that a site has left and may come back, until gone is called.
func (w *waiters) linger(id string) { w.change(waited{id: id}, func(j *waitedJob) { j.leaving++ }) }

// gone ends linger. It returns whether the site has come back, be it to leave again, or
// the job is to be kept.
func (w *waiters) gone(id string) (wanted bool) {
	w.change(waited{id: id}, func(j *waitedJob) {
		j.leaving--
		wanted = j.waiting+j.leaving > 0 || j.kept
	})
	return wanted
}

// isStored reports whether a submission is being stored that will wait for the job of a key.
func (w *waiters) isStored(what waited) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return what.key != "" && w.jobs[what] != nil
}
