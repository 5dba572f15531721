package dashboard

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	// recentJobs is how many jobs the overview shows.
	recentJobs = 12
	// readAtOnce is how many changed jobs one look reads.
	readAtOnce = 500
	// mostOfDay is how many jobs of a day are counted from the list; with more, the figures
	// of today begin with the newest so many.
	mostOfDay = 50_000
)

// collector looks at the gateway for all who look at the dashboard.
type collector struct {
	gateway *gateway.Gateway
	options Options
	changed *changed
	stop    func()

	mu    sync.Mutex
	tally tally
	last  *snapshot
}

// snapshot is what one look has found.
type snapshot struct {
	At     time.Time
	Phones []gateway.PhonePresence
	Recent []gateway.Job
	Sums   sums

	mu    sync.Mutex
	parts map[string]map[string]string // by language
}

func newCollector(relay *gateway.Gateway, o Options) *collector {
	c := &collector{gateway: relay, options: o, tally: tally{}, changed: &changed{jobs: map[string]struct{}{}, all: true}}
	c.stop = relay.Subscribe(c.changed.hear)
	return c
}

// look returns what the last look has found, or looks again when that is too old.
func (c *collector) look(ctx context.Context, operator gateway.Principal) (*snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.gateway.Now()
	if c.last != nil && now.Sub(c.last.At) < c.options.Every {
		return c.last, nil
	}
	phones, err := c.gateway.Phones(ctx, operator)
	if err != nil {
		return nil, err
	}
	fresh, err := c.count(ctx, operator, now)
	if err != nil {
		return nil, err
	}
	next := &snapshot{At: now, Phones: phones, Sums: c.tally.sum(c.today(now), now), parts: map[string]map[string]string{}}
	if c.last != nil {
		next.Recent = c.last.Recent
	}
	if fresh || c.last == nil {
		page, err := c.gateway.List(ctx, operator, gateway.Filter{Limit: recentJobs})
		if err != nil {
			c.changed.again(nil, true)
			return nil, err
		}
		next.Recent = page.Jobs
	}
	for i, job := range next.Recent {
		next.Recent[i] = job.AsOf(now)
	}
	c.last = next
	return next, nil
}

// today is when today began, where the operators are.
func (c *collector) today(now time.Time) time.Time {
	year, month, day := now.In(c.options.Location).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, c.options.Location)
}

// count brings the tally up to date, and reports whether there was anything new.
func (c *collector) count(ctx context.Context, operator gateway.Principal, now time.Time) (fresh bool, err error) {
	jobs, all := c.changed.some(readAtOnce)
	if all {
		if err := c.countDay(ctx, operator, now); err != nil {
			c.changed.again(nil, true)
			return false, err
		}
		return true, nil
	}
	for i, id := range jobs {
		job, err := c.gateway.Job(ctx, operator, id)
		if errors.Is(err, gateway.ErrUnknownJob) {
			continue
		}
		if err != nil {
			c.changed.again(jobs[i:], false)
			return false, err
		}
		c.tally.put(job)
	}
	return len(jobs) > 0, nil
}

// countDay reads all jobs of today, and those of before that may still be open.
func (c *collector) countDay(ctx context.Context, operator gateway.Principal, now time.Time) error {
	from := c.today(now)
	if open := now.Add(-2 * relayapi.MaxTTL); open.Before(from) {
		from = open
	}
	known := c.tally
	c.tally = tally{}
	before := ""
	for len(c.tally) < mostOfDay {
		page, err := c.gateway.List(ctx, operator, gateway.Filter{CreatedFrom: from, Before: before, Limit: gateway.MaxPage})
		if err != nil {
			return err
		}
		for _, job := range page.Jobs {
			if e, ok := known[job.ID]; ok {
				c.tally[job.ID] = e // its segments
			}
			c.tally.put(job)
		}
		if before = page.Next; before == "" {
			break
		}
	}
	return nil
}
