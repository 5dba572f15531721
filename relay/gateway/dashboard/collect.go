package dashboard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const (
	// newJobs is how many jobs of the list a look reads when something has changed; it reads
	// on while it knows none of them.
	newJobs = 50
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
	At      time.Time
	Phones  []gateway.PhonePresence
	Recent  []gateway.Job
	Budgets []gateway.BudgetUse
	Sums    sums

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
	budgets, err := c.gateway.Budgets(ctx, operator)
	if err != nil {
		return nil, err
	}
	recent, err := c.count(ctx, operator, now)
	if err != nil {
		c.changed.again()
		return nil, err
	}
	for i, job := range recent {
		recent[i] = job.AsOf(now)
	}
	c.last = &snapshot{
		At: now, Phones: phones, Recent: recent, Budgets: budgets, Sums: c.tally.sum(c.today(now), now), parts: map[string]map[string]string{},
	}
	return c.last, nil
}

// today is when today began, where the operators are.
func (c *collector) today(now time.Time) time.Time {
	year, month, day := now.In(c.options.Location).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, c.options.Location)
}

// count brings the tally up to date, and returns the newest jobs.
func (c *collector) count(ctx context.Context, operator gateway.Principal, now time.Time) (recent []gateway.Job, err error) {
	jobs, more, all := c.changed.some(readAtOnce)
	if len(jobs) == 0 && !more && !all && c.last != nil {
		return slices.Clone(c.last.Recent), nil
	}
	for _, id := range jobs {
		job, err := c.gateway.Job(ctx, operator, id)
		if errors.Is(err, gateway.ErrUnknownJob) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.tally.put(job)
	}
	return c.countNew(ctx, operator, now, all || c.last == nil)
}

// countNew reads the list from the newest job on: to one that is known already, or with all
// through today and what may still be open of before.
func (c *collector) countNew(ctx context.Context, operator gateway.Principal, now time.Time, all bool) (recent []gateway.Job, err error) {
	filter := gateway.Filter{Limit: newJobs}
	from := c.today(now)
	if open := now.Add(-2 * relayapi.MaxTTL); open.Before(from) {
		from = open
	}
	for read := 0; read < mostOfDay; read += filter.Limit {
		if read > 0 {
			filter.Limit = gateway.MaxPage
		}
		page, err := c.gateway.List(ctx, operator, filter)
		if err != nil {
			return nil, err
		}
		if read == 0 {
			recent = page.Jobs[:min(len(page.Jobs), recentJobs)]
		}
		known, old := false, false
		for _, job := range page.Jobs {
			_, seen := c.tally[job.ID]
			known, old = known || seen, old || job.Created.Before(from)
			c.tally.put(job)
		}
		if filter.Before = page.Next; filter.Before == "" || old || known && !all {
			break
		}
	}
	return recent, nil
}
