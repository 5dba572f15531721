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
// was not given, and what is over its limits, is refused, unless its key has been used: then
// it gets the job of the key.
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
	if refuse == nil {
		takeBack, refuse = g.usage.submit(site, g.elapsed())
	}
	if refuse != nil && s.Key == "" {
		return Submitted{}, refuse
	}
	submitted, err = g.store(ctx, site, s, to, refuse)
	if refuse == nil && !submitted.New && !errors.Is(err, ErrQueueFailed) {
		takeBack()
	}
	return submitted, err
}

func (g *Gateway) store(ctx context.Context, site Principal, s Submission, to relayapi.Number, refuse error) (Submitted, error) {
	now := g.Now()
	id, err := g.newID(now)
	if err != nil {
		return Submitted{}, g.failed(ctx, "submit", err)
	}
	submitted, err := g.queue.Submit(ctx, Submit{
		ID: id, Site: site.Name, Key: s.Key, Content: s.digest(to),
		To: to, Text: s.Text, Ref: s.Ref, Lane: s.Lane, Now: now, Deadline: now.Add(s.TTL), Quotas: g.cfg.Quotas,
		Wait: s.Wait, Pace: g.paces.of(s.Lane, now), TakenFor: g.cfg.TakenFor, Refuse: refuse,
	})
	if err != nil {
		if ctx.Err() != nil && s.Wait > 0 {
			// The site has left and will not learn whether the queue has stored the job.
			_, _ = g.cancelUnwanted(ctx, id)
		}
		return Submitted{}, g.failed(ctx, "submit", err)
	}
	if job := submitted.Job; submitted.New {
		g.logger.Info("relay: job stored", "job", job.ID, "site", job.Site, "lane", job.Lane, "to", job.To)
	}
	return submitted, nil
}

// digest shows whether a repeated key has the same content.
func (s Submission) digest(to relayapi.Number) string {
	content, _ := json.Marshal([]string{string(to), string(s.Text), s.Ref, s.Lane})
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Await returns the job once a phone has sent it, it has ended or is uncertain. When the wait is over,
// the caller has left, or the gateway shuts down, it cancels the job, and returns one that
// can no longer be cancelled as it is.
func (g *Gateway) Await(ctx context.Context, id string, wait time.Duration) (Job, error) {
	end, err := g.Begin()
	if err != nil {
		job, err := g.cancelUnwanted(ctx, id)
		return job, g.failed(ctx, "await", err)
	}
	defer end()
	job, err := g.await(ctx, id, wait)
	return job, g.failed(ctx, "await", err)
}

func (g *Gateway) await(ctx context.Context, id string, wait time.Duration) (Job, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	changed, stop := g.watchers.watch(id)
	defer stop()
	for {
		now := g.Now()
		job, err := g.queue.Job(ctx, id, now)
		if err != nil {
			_, _ = g.cancelUnwanted(ctx, id)
			return Job{}, err
		}
		if job.answered() {
			return job, nil
		}
		select {
		case <-changed:
		case <-endOfJob(job, now):
		case <-over.C:
			return g.cancelUnwanted(ctx, id)
		case <-ctx.Done():
			return g.cancelUnwanted(ctx, id)
		case <-g.ending:
			return g.cancelUnwanted(ctx, id)
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
