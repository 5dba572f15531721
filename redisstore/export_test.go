package redisstore

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"
)

// ClockKey is the key that holds the time, in milliseconds, of a store by NewGuardWithClock.
func ClockKey(prefix string) string { return "{" + prefix + "}:clock" }

// NewGuardWithClock returns the same store with the same scripts, but for the line that
// reads the server's clock: a test cannot move the clock of a real server.
func NewGuardWithClock(c Config) (*Guard, error) {
	g, err := NewGuard(c)
	if err != nil {
		return nil, err
	}
	g.reserve, g.settle = movable(g.reserve, c.Prefix), movable(g.settle, c.Prefix)
	return g, nil
}

func movable(s script, prefix string) script {
	const line = "redis.call('TIME')"
	if strings.Count(s.source, line) != 1 {
		panic("the script does not read the clock in one place")
	}
	clock := "redis.call('GET', '" + ClockKey(prefix) + "')"
	s.source = strings.Replace(s.source, line, "{math.floor("+clock+" / 1000), "+clock+" % 1000 * 1000}", 1)
	sum := sha1.Sum([]byte(s.source))
	s.digest = hex.EncodeToString(sum[:])
	return s
}

// For tests and the benchmark.
var (
	ReserveSource = guardReserve.source
	Program       = program
	ReadOutcome   = readOutcome
)

// ReadAnswer and ReadListing read what scripts answer.
var (
	ReadAnswer  = readAnswer
	ReadListing = readListing
	WriteFixed  = writeFixed
)

// SourceOf returns the scripts of a store's calls.
func SourceOf(name string) string {
	return map[string]string{
		"create": createScript.source, "look": lookScript.source, "claim": claimScript.source, "settle": settleScript.source,
		"try": tryScript.source, "cancel": cancelScript.source, "note": noteScript.source, "add": addScript.source,
	}[name]
}
