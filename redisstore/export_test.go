package redisstore

import (
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/cnsms/cnsms/otp/guard"
)

// ClockKey is the key that holds the time, in milliseconds, of a store by NewGuardWithClock.
func ClockKey(prefix string) string { return "{" + prefix + "}:clock" }

// NewGuardWithClock returns the same store with the same scripts, but for the line that
// reads the server's clock: a test cannot move the clock of a real server.
func NewGuardWithClock(c Config) (guard.Store, error) {
	s, err := NewGuard(c)
	if err != nil {
		return nil, err
	}
	g := s.(*guardStore)
	moved := func(text string) *redis.Script {
		const line = "redis.call('TIME')"
		if strings.Count(text, line) != 1 {
			panic("the scripts do not read the clock in one place")
		}
		return redis.NewScript(strings.Replace(text, line, "{math.floor(redis.call('GET', '"+ClockKey(c.Prefix)+"') / 1000), redis.call('GET', '"+ClockKey(c.Prefix)+"') % 1000 * 1000}", 1))
	}
	g.reserve, g.settle = moved(guardCells+guardReserve), moved(guardCells+guardSettle)
	return g, nil
}

// Scripts and program for the benchmark.
var (
	ReserveSource = guardCells + guardReserve
	Program       = program
)
