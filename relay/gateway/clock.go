package gateway

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Clocked is a [Queue] that remembers the time across restarts. A gateway asks it when it
// begins, and has it keep the time about twice a minute and when it ends, so that the
// time of its jobs never goes back, whatever has happened to the machine's clock.
type Clocked interface {
	// Mark returns the time that was last kept, or zero when none was.
	Mark(ctx context.Context) (time.Time, error)
	// KeepMark keeps a time.
	KeepMark(ctx context.Context, at time.Time) error
}

// monotonic returns a clock that begins with the machine's time, and from then on counts
// what has passed: that somebody sets the machine's clock changes nothing.
func monotonic(wall func() time.Time) func() time.Time {
	start := wall()
	return func() time.Time { return start.Add(wall().Sub(start)) }
}

// clock is the gateway's time.
type clock struct {
	source func() time.Time
	queue  Clocked // nil when the queue remembers no time
	logger *slog.Logger
	ahead  time.Duration // of the source

	mu sync.Mutex
	// doubtUntil is when a clock that stood far ahead of the queue's mark is believed;
	// zero when there is no doubt.
	doubtUntil time.Time
}

// doubtFor is how long nothing is forgotten after the clock was found far ahead. A day is
// time to notice.
const doubtFor = 24 * time.Hour

// startClock compares the machine's time with that which the queue remembers. When it is
// behind, time goes on from there. When it is further ahead than jobs are kept, either the
// gateway has rested that long or the clock is wrong: it is followed, but for a day nothing
// is forgotten and the mark stays, so that a restart with the right clock heals all.
func startClock(ctx context.Context, cfg Config) (*clock, error) {
	c := &clock{source: cfg.Now, logger: cfg.Logger}
	c.queue, _ = cfg.Queue.(Clocked)
	if c.queue == nil {
		return c, nil
	}
	mark, err := c.queue.Mark(ctx)
	if err != nil {
		return nil, err
	}
	now := c.now()
	switch difference := now.Sub(mark); {
	case mark.IsZero():
	case difference < 0:
		c.ahead = -difference
		c.logger.Error("relay: the clock is behind the queue's, which goes on: set the clock and restart the gateway",
			"clock", now, "queue", mark, "behind", c.ahead)
	case difference > cfg.ForgetAfter:
		c.doubtUntil = now.Add(doubtFor)
		c.logger.Error("relay: the clock is far ahead of the queue's; old jobs are kept a day longer: check the clock",
			"clock", now, "queue", mark, "ahead", difference)
	}
	return c, c.keep(ctx)
}

// now is the gateway's time, to the millisecond, because queues keep times so.
func (c *clock) now() time.Time { return c.source().Add(c.ahead).UTC().Truncate(time.Millisecond) }

// doubted reports whether the clock may be far ahead.
func (c *clock) doubted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.doubtUntil.IsZero() || c.now().Before(c.doubtUntil) {
		return !c.doubtUntil.IsZero()
	}
	c.doubtUntil = time.Time{}
	c.logger.Warn("relay: the clock has stood far ahead of the queue's for a day, and is believed")
	return false
}

// keep has the queue remember the time, unless it is doubted.
func (c *clock) keep(ctx context.Context) error {
	if c.queue == nil || c.doubted() {
		return nil
	}
	return c.queue.KeepMark(ctx, c.now())
}
