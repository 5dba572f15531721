package gateway

import (
	"context"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// Cancel cancels a job: a site one of its own, an operator any. With [ErrNotCancellable] it
// returns the job too: in relayapi.StateCancelling when its phone sends without asking and
// is asked now to drop it.
func (g *Gateway) Cancel(ctx context.Context, who Principal, id string) (job Job, err error) {
	defer func() { g.noteRefused(ctx, who, err) }()
	if who, err = g.allow(ctx, who, RoleSite, RoleOperator); err != nil {
		return Job{}, err
	}
	end, err := g.Begin()
	if err != nil {
		return Job{}, err
	}
	defer end()
	c := Cancellation{ID: id, By: Actor{relayapi.SourceOperator, who.Name}, Now: g.Now()}
	if who.Role == RoleSite {
		c.Site, c.By.Kind = who.Name, relayapi.SourceSite
	}
	job, err = g.queue.Cancel(ctx, c)
	return g.cancelled(ctx, job, err)
}

// CancelKey cancels the job of a site's idempotency key, even before it has arrived.
func (g *Gateway) CancelKey(ctx context.Context, site Principal, key string) (job Job, err error) {
	defer func() { g.noteRefused(ctx, site, err) }()
	if site, err = g.allow(ctx, site, RoleSite); err != nil {
		return Job{}, err
	}
	if key == "" {
		return Job{}, invalid("key", "required: it names the submission to cancel")
	}
	if err := checkKey(key); err != nil {
		return Job{}, err
	}
	end, err := g.Begin()
	if err != nil {
		return Job{}, err
	}
	defer end()
	now := g.Now()
	id, err := g.newID(now)
	if err != nil {
		return Job{}, g.failed(ctx, "cancel", err)
	}
	job, err = g.queue.CancelKey(ctx, KeyCancellation{Site: site.Name, Key: key, ID: id, Now: now})
	return g.cancelled(ctx, job, err)
}

func (g *Gateway) cancelled(ctx context.Context, job Job, err error) (Job, error) {
	if job.State == relayapi.StateCancelling {
		g.logger.Info("relay: phone asked to drop a job", "job", job.ID, "site", job.Site, "phone", job.Phone)
	}
	if err == nil {
		g.logger.Info("relay: job cancelled", "job", job.ID, "site", job.Site)
	}
	return job, g.failed(ctx, "cancel", err)
}
