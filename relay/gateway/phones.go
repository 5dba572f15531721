package gateway

import (
	"context"
	"slices"
	"time"

	"github.com/cnsms/cnsms/relay/internal/scrub"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// PullRequest is what a phone wants to be offered.
type PullRequest struct {
	// Lanes are the lanes that the phone serves; none means relayapi.DefaultLane alone.
	Lanes []string
	// Max is how many jobs it can handle now; 0 means 1.
	Max int
	// Wait is how long it waits for a job.
	Wait time.Duration
	// Interval is the longest time between two of its requests; 0 means
	// relayapi.DefaultInterval.
	Interval time.Duration
	// Unasked says that the phone sends what it is handed without asking: its jobs are
	// taken at once, and it gets each again until it has reported what became of it.
	Unasked bool
	// Device is what the phone says of itself; nil when nothing has changed.
	Device *relayapi.Device
}

// Pull offers jobs to a phone as soon as there are some, or returns none when its wait is
// over or the gateway shuts down. Meanwhile the phone is online.
//
// Only lanes that the phone was given are open to it, and only so many pulls at once. When
// its token is revoked, or a lane taken from it, a pull that waits ends with that error.
func (g *Gateway) Pull(ctx context.Context, phone Principal, p PullRequest) (jobs []Job, err error) {
	defer func() { g.noteRefused(ctx, phone, err) }()
	if phone, err = g.allow(ctx, phone, RolePhone); err != nil {
		return nil, err
	}
	if p, err = p.checked(); err != nil {
		return nil, err
	}
	done, err := g.open(phone, p.Lanes)
	if err != nil {
		return nil, err
	}
	defer done()
	end, err := g.Begin()
	if err != nil {
		return nil, err
	}
	defer end()
	jobs, err = g.waitForJobs(ctx, phone, p)
	return jobs, g.failed(ctx, "pull", err)
}

// open counts a pull or a watch of a phone on lanes that it was given, until done is called.
func (g *Gateway) open(phone Principal, lanes []string) (done func(), err error) {
	if err := phone.mayServe(lanes); err != nil {
		return nil, err
	}
	return g.usage.pull(phone)
}

// stillMayServe returns an error once the phone may not serve the lanes any more.
func (g *Gateway) stillMayServe(ctx context.Context, phone Principal, lanes []string) (Principal, error) {
	now, err := g.current(ctx, phone)
	if err != nil {
		return phone, err
	}
	return now, firstError(now.as(RolePhone), now.mayServe(lanes))
}

func (g *Gateway) waitForJobs(ctx context.Context, phone Principal, p PullRequest) ([]Job, error) {
	over := time.NewTimer(p.Wait)
	defer over.Stop()
	// Look at least once in the length of a lease: the gateway may have offered a job to
	// another phone after this one's last look, and that lease may have ended.
	again := time.NewTicker(min(p.Interval, g.cfg.Lease))
	defer again.Stop()
	g.lanes.called(phone.Name, p.Lanes)
	pull := g.pulls.add(phone.Name, p.Lanes)
	defer pull.end()
	revoked, stop := g.revoked.watch(phone.Token.Hex())
	defer stop()
	for waiting := p.Wait > 0; ; {
		var err error
		if phone, err = g.stillMayServe(ctx, phone, p.Lanes); err != nil {
			return nil, err
		}
		now := g.Now()
		offered, err := g.lookFor(ctx, phone.Name, pull, p, now)
		if err != nil {
			return nil, err
		}
		if len(offered.Jobs) > 0 || !waiting {
			return offered.Jobs, nil
		}
		select {
		case <-pull.woken:
		case <-leaseEnd(offered, now):
		case <-again.C: // the phone is still online
		case <-revoked:
		case <-over.C:
			waiting = false
		case <-g.ending:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// lookFor looks once for jobs, and so says that the phone is online.
func (g *Gateway) lookFor(ctx context.Context, phone string, pull *waitingPull, p PullRequest, now time.Time) (Offered, error) {
	looked := g.look(phone, pull)
	if err := g.queue.Seen(ctx, Presence{Phone: phone, Lanes: p.Lanes, Interval: p.Interval, Device: p.Device, At: now}); err != nil {
		return Offered{}, err
	}
	offered, err := g.offer(ctx, phone, p, now)
	if err != nil {
		return Offered{}, err
	}
	looked(offered.Cooled, p.left(offered, now))
	for _, watch := range g.watches.of(phone, p.Lanes) {
		switch {
		case offered.NextAt.IsZero():
			watch.forgetLook()
		case len(offered.Cooled) > 0:
			watch.wakeAfter(offered.NextAt.Sub(now))
		default:
			watch.lookAfter(offered.NextAt.Sub(now))
		}
	}
	return g.stillGood(ctx, offered, now), nil
}

// left returns the lanes of which a look may have left a job: those that brought none that is
// new, when the look brought as many jobs as the phone wanted.
func (p PullRequest) left(o Offered, now time.Time) []string {
	if len(o.Jobs) < p.Max {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Lanes), func(lane string) bool {
		return slices.ContainsFunc(o.Jobs, func(j Job) bool {
			return j.Lane == lane && len(j.History) > 0 && j.History[len(j.History)-1].At.Equal(now)
		})
	})
}

func (g *Gateway) offer(ctx context.Context, phone string, p PullRequest, now time.Time) (Offered, error) {
	lease, err := g.newLease()
	if err != nil {
		return Offered{}, err
	}
	return g.queue.Offer(ctx, Pull{
		Phone: phone, Lanes: p.Lanes, Max: p.Max, Lease: lease, LeaseFor: g.cfg.Lease, Now: now,
		Unasked: p.Unasked, TakenFor: g.cfg.TakenFor, Pace: g.paces.ofAll(p.Lanes, now), Withheld: g.waiters.left,
		Budgets: g.cfg.Budgets.orNil(),
	})
}

// leaseEnd fires when the gateway may offer a job that another phone holds now, or that the
// phone was too cooled for.
func leaseEnd(offered Offered, now time.Time) <-chan time.Time {
	if offered.NextAt.IsZero() {
		return nil
	}
	return time.NewTimer(offered.NextAt.Sub(now)).C
}

// ReportRequest is a phone's report of the state that it has brought a job to.
type ReportRequest struct {
	// ID is the job's id, and Lease the lease that came with the job.
	ID, Lease string
	// Unasked says that the job was handed to the phone without asking. Then Lease may be
	// empty.
	Unasked bool
	// State is taken, sent, delivered or failed, or cancelled as the answer of a phone that
	// does not ask to a job in relayapi.StateCancelling: it has not sent the text and will not.
	State relayapi.State
	// At is the phone's own time, zero when it gives none.
	At time.Time
	// Failure says why, with failed.
	Failure *relayapi.Failure
}

// Report stores a phone's state report. With an error of the rules it returns the job too.
func (g *Gateway) Report(ctx context.Context, phone Principal, r ReportRequest) (job Job, err error) {
	defer func() { g.noteRefused(ctx, phone, err) }()
	if phone, err = g.allow(ctx, phone, RolePhone); err != nil {
		return Job{}, err
	}
	if err := r.check(); err != nil {
		return Job{}, err
	}
	end, err := g.Begin()
	if err != nil {
		return Job{}, err
	}
	defer end()
	job, err = g.recordInTime(ctx, phone.Name, r)
	if err != nil {
		return job, g.failed(ctx, "report", err)
	}
	if r.State == relayapi.StateSent {
		g.pulls.wakeCooled(phone.Name) // a text that was sent ends the cooling of its phone
	}
	g.paces.learn(job, phone.Name)
	g.logger.Info("relay: phone reported a state", "job", job.ID, "phone", phone.Name, "reported", r.State, "state", job.State, "to", job.To)
	return job, nil
}

// record records a report. The phone is online by it only if the queue has answered: one
// whose reports the queue cannot store may do nothing but repeat them.
func (g *Gateway) record(ctx context.Context, phone string, r ReportRequest, now time.Time) (Job, error) {
	job, err := g.recordOnly(ctx, phone, r, now)
	if err != nil && ruleOf(err) == nil {
		return job, err
	}
	g.lanes.called(phone, nil)
	if failed := g.queue.Seen(ctx, Presence{Phone: phone, At: now}); failed != nil {
		return Job{}, failed
	}
	return job, err
}

func (g *Gateway) recordOnly(ctx context.Context, phone string, r ReportRequest, now time.Time) (Job, error) {
	failure, err := g.failure(ctx, r)
	if err != nil {
		return Job{}, err
	}
	return g.queue.Record(ctx, StateReport{
		ID: r.ID, Phone: phone, Lease: r.Lease, State: r.State, At: r.At, Failure: failure, Now: now,
		TakenFor: g.cfg.TakenFor, CoolFor: g.cfg.CoolFor, Budgets: g.cfg.Budgets.orNil(),
	})
}

// failure is what the gateway may keep of a report's failure. Its text could repeat the
// text of the job, which is deleted earlier.
func (g *Gateway) failure(ctx context.Context, r ReportRequest) (*relayapi.Failure, error) {
	if r.Failure == nil || r.Failure.Text == "" {
		return r.Failure, nil
	}
	job, err := g.queue.Job(ctx, r.ID, g.Now())
	if err != nil {
		return nil, err
	}
	failure := *r.Failure
	failure.Text = scrub.Failure(failure.Text, job.To, job.Text)
	return &failure, nil
}
