package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Submission is a text that a site wants sent.
type Submission struct {
	// Key is the site's idempotency key; empty for none.
	Key string
	// To is the recipient, as provider.ParsePhone reads it.
	To relayapi.Number
	// Text is what the phone sends.
	Text relayapi.Text
	// Ref is the site's own id for the text.
	Ref string
	// Lane chooses among the phones; empty means relayapi.DefaultLane.
	Lane string
	// TTL is how long a phone may take the job; 0 means relayapi.DefaultTTL.
	TTL time.Duration
	// Wait is how long the site is going to wait with Await, or 0. A job whose site leaves
	// while it is stored is cancelled, if somebody was going to wait for it. When the phones
	// of the lane cannot send the text within this time, as far as the gateway has measured
	// them, Submit returns a [*BusyError].
	Wait time.Duration
}

// Submit stores a text of a site, and returns its job. A lane or a country that the site
// was not given, what is over its limits, and a lane that is late, is refused, unless its
// key has been used: then it gets the job of the key.
//
// With a Wait, Await must follow with the same context: until then, or until the context
// ends, the submission counts as waiting for the job.
func (g *Gateway) Submit(ctx context.Context, site Principal, s Submission) (submitted Submitted, err error) {
	defer func() { g.noteRefused(ctx, site, err) }()
	if site, err = g.allow(ctx, site, RoleSite); err != nil {
		return Submitted{}, err
	}
	s, to, err := s.checked()
	if err != nil {
		return Submitted{}, err
	}
	end, err := g.Begin()
	if err != nil {
		return Submitted{}, err
	}
	defer end()
	takeBack, refuse := func() {}, site.maySubmit(s.Lane, to)
	if refuse == nil && g.lanes.isLate(s.Lane) {
		refuse = ErrNoPhoneOnline
	}
	if refuse == nil {
		takeBack, refuse = g.usage.submit(site, g.elapsed())
	}
	if refuse != nil && s.Key == "" {
		return Submitted{}, refuse
	}
	submitted, err = g.store(ctx, site, s, to, refuse)
	err = g.failed(ctx, "submit", err)
	if refuse == nil && !submitted.New && !errors.Is(err, ErrQueueFailed) && (err == nil || ctx.Err() == nil) {
		takeBack() // certainly nothing new was stored
	}
	if err != nil {
		return Submitted{}, err
	}
	if job := submitted.Job; !submitted.New && job.Open() {
		g.pulls.wake(job.Lane) // the site may have come back, see Pull.Withheld
	} else if submitted.New {
		g.logger.Info("relay: job stored", "job", job.ID, "site", job.Site, "lane", job.Lane, "to", job.To)
	}
	return submitted, nil
}

// store stores a submission. When the site of one that was going to wait leaves meanwhile,
// the job is cancelled.
func (g *Gateway) store(ctx context.Context, site Principal, s Submission, to relayapi.Number, refuse error) (Submitted, error) {
	now := g.Now()
	id, err := g.newID(now)
	if err != nil {
		return Submitted{}, err
	}
	leave := g.waiters.storing(waited{site: site.Name, key: s.Key}, s.Wait > 0)
	submitted, err := g.queue.Submit(ctx, Submit{
		ID: id, Site: site.Name, Key: s.Key, Content: s.digest(to),
		To: to, Text: s.Text, Ref: s.Ref, Lane: s.Lane, Now: now, Deadline: now.Add(s.TTL), Quotas: g.cfg.Quotas,
		Wait: s.Wait, Pace: g.paces.of(s.Lane, now), TakenFor: g.cfg.TakenFor, Refuse: refuse,
		Budgets: g.cfg.Budgets.orNil(),
	})
	switch left := ctx.Err() != nil && s.Wait > 0; {
	case err == nil && s.Wait > 0:
		g.waiters.expect(ctx, submitted.Job.ID)
	case err == nil && !submitted.New && !g.waiters.keep(submitted.Job.ID):
		submitted.Job, err = g.cancelUnwanted(ctx, submitted.Job.ID)
	case left && s.Key == "": // the site will not learn whether the queue has stored the job
		_, _ = g.cancelUnwanted(ctx, id)
	case left:
		g.leaveSlowly(ctx, id, leave)
		return submitted, err
	}
	leave()
	return submitted, err
}

// digest shows whether a repeated key has the same content.
func (s Submission) digest(to relayapi.Number) string {
	content, _ := json.Marshal([]string{string(to), string(s.Text), s.Ref, s.Lane})
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Job returns a job. A site's caller sees the jobs of its own.
func (g *Gateway) Job(ctx context.Context, reader Principal, id string) (job Job, err error) {
	defer func() { g.noteRefused(ctx, reader, err) }()
	if reader, err = g.allow(ctx, reader, RoleSite, RoleOperator); err != nil {
		return Job{}, err
	}
	end, err := g.Begin()
	if err != nil {
		return Job{}, err
	}
	defer end()
	job, err = g.queue.Job(ctx, id, g.Now())
	if err == nil && reader.Role == RoleSite && job.Site != reader.Name {
		err = ErrUnknownJob
	}
	if err != nil {
		return Job{}, g.failed(ctx, "status", err)
	}
	return job, nil
}

// Health returns an error when the gateway cannot do its work now.
func (g *Gateway) Health(ctx context.Context) error {
	end, err := g.Begin()
	if err != nil {
		return err
	}
	defer end()
	return g.failed(ctx, "health", g.queue.Check(ctx))
}
