package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Await returns the job once a phone has sent it, it has ended or is uncertain. When the wait is over,
// the caller has left, or the gateway shuts down, it cancels the job, and returns one that
// can no longer be cancelled as it is.
//
// While another request waits for the same job, it does not cancel it. When the context
// ends and the job has a key, the site has a second to repeat the request: meanwhile no
// phone gets the job, and then it is cancelled.
func (g *Gateway) Await(ctx context.Context, id string, wait time.Duration) (Job, error) {
	g.waiters.arrive(ctx, id)
	end, err := g.Begin()
	if err != nil {
		job, err := g.cancelUnlessWanted(ctx, id, func() bool { return g.waiters.leave(waited{id: id}) })
		return job, g.failed(ctx, "await", err)
	}
	defer end()
	job, err := g.await(ctx, id, wait)
	return job, g.failed(ctx, "await", err)
}

// howOver says how a wait ended.
type howOver int

const (
	jobEnded howOver = iota
	waitOver
	siteLeft
	shuttingDown
	queueFailed
)

func (g *Gateway) await(ctx context.Context, id string, wait time.Duration) (Job, error) {
	began, mark := g.Now(), g.lanes.mark()
	leave := func() (wanted bool) { return g.waiters.leave(waited{id: id}) }
	job, over, err := g.untilOver(ctx, id, wait)
	switch {
	case over == shuttingDown:
		return g.cancelUnlessWanted(ctx, id, leave)
	case over != jobEnded && ctx.Err() != nil && (job.Key != "" || err != nil):
		g.leaveSlowly(ctx, id, func() { leave() })
		return job, ctx.Err()
	case over != jobEnded:
		left, leaveErr := g.cancelUnlessWanted(ctx, id, leave)
		if err != nil {
			return Job{}, err
		}
		job, err = left, leaveErr
	default:
		leave()
	}
	if err == nil && neverTaken(job, over) && job.Deadline.After(began) {
		g.noPhoneTook(job, mark)
	}
	return job, err
}

// neverTaken reports whether a job ended with a wait in which no phone took it.
func neverTaken(job Job, over howOver) bool {
	return job.State == relayapi.StateExpired || over == waitOver && job.State == relayapi.StateCancelled
}

// untilOver waits until the job has been sent or has ended, or the wait is over.
func (g *Gateway) untilOver(ctx context.Context, id string, wait time.Duration) (job Job, over howOver, err error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	changed, stop := g.watchers.watch(id)
	defer stop()
	for {
		now := g.Now()
		if job, err = g.queue.Job(ctx, id, now); err != nil {
			return Job{}, queueFailed, err
		}
		if job.answered() {
			return job, jobEnded, nil
		}
		select {
		case <-changed:
		case <-endOfJob(job, now):
		case <-timer.C:
			return job, waitOver, nil
		case <-ctx.Done():
			return job, siteLeft, nil
		case <-g.ending:
			return job, shuttingDown, nil
		}
	}
}

// endOfJob fires when the job ends by itself.
func endOfJob(job Job, now time.Time) <-chan time.Time {
	at, _ := job.ends()
	if at.IsZero() {
		return nil
	}
	return time.NewTimer(at.Sub(now)).C
}

const (
	// cancelTimeout bounds the cancelling of a job whose site has left.
	cancelTimeout = 5 * time.Second
	// returnTime is how long a site whose connection dropped has to repeat its request.
	returnTime = time.Second
)

// leaveSlowly cancels a job whose site has left, unless the site comes back in time. leave
// ends the count of the request that leaves. It returns at once.
func (g *Gateway) leaveSlowly(ctx context.Context, id string, leave func()) {
	g.waiters.linger(id)
	leave()
	gone := func() (wanted bool) { return g.waiters.gone(id) }
	end, err := g.Begin()
	if err != nil {
		_, _ = g.cancelUnlessWanted(ctx, id, gone)
		return
	}
	go func() {
		defer end()
		timer := time.NewTimer(returnTime)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-g.ending:
		}
		_, _ = g.cancelUnlessWanted(ctx, id, gone)
	}()
}

// cancelUnlessWanted cancels the job of a request that does not wait for it any more; leave
// ends its count and tells whether others want the job.
func (g *Gateway) cancelUnlessWanted(ctx context.Context, id string, leave func() (wanted bool)) (Job, error) {
	reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
	defer cancel()
	job, err := g.queue.Job(reading, id, g.Now())
	wanted := leave() || g.waiters.isStored(waited{site: job.Site, key: job.Key})
	if wanted || err == nil && job.Key != "" && !job.Waits() { // the first submission was acknowledged without a wait
		return job, err
	}
	return g.cancelUnwanted(ctx, id)
}

// cancelUnwanted cancels a job that no site waits for any more. It does not end with the
// context of the request, because the site may have left. It returns a job that can no
// longer be cancelled as it is.
func (g *Gateway) cancelUnwanted(ctx context.Context, id string) (Job, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
	defer cancel()
	job, err := g.queue.Cancel(ctx, Cancellation{ID: id, By: Actor{Kind: relayapi.SourceGateway}, Now: g.Now()})
	if errors.Is(err, ErrNotCancellable) {
		err = nil
	}
	return job, err
}
