package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/cnsms/cnsms/failover"
)

// Attempts is a failover.AttemptStore in Redis: composers of several programs count
// together. It is safe for concurrent use.
type Attempts struct{ engine }

var _ failover.AttemptStore = (*Attempts)(nil)

// NewAttempts makes a store for a failover.Composer.
func NewAttempts(cfg Config) (*Attempts, error) {
	e, err := cfg.engine("attempts")
	if err != nil {
		return nil, err
	}
	return &Attempts{e}, nil
}

var (
	addScript    = newScript("add")
	forgetScript = newScript("forget")
)

// Add counts one more attempt under key. Parts of a millisecond of window count as one.
func (a *Attempts) Add(ctx context.Context, key string, window time.Duration) (int, error) {
	reply, err := a.run(ctx, &addScript, []string{a.key(key)}, mark(), max(1, (window+time.Millisecond-1).Milliseconds()))
	if err != nil {
		return 0, err
	}
	n, ok := reply.(int64)
	if !ok {
		return 0, fmt.Errorf("redisstore: add: a reply of type %T", reply)
	}
	return int(n), nil
}

// Forget drops the count of key.
func (a *Attempts) Forget(ctx context.Context, key string) error {
	_, err := a.run(ctx, &forgetScript, []string{a.key(key)})
	return err
}
