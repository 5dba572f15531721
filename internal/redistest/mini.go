package redistest

import (
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// InMemory is a Redis in the memory of the test, whose clock stands still until the
// test moves it.
type InMemory struct {
	Redis

	server *miniredis.Miniredis
	mu     sync.Mutex
	now    time.Time
}

// Mini starts a Redis in memory and ends it when the test is over. It is not Redis: what
// holds on it has to be shown on a [Server] as well.
func Mini(tb testing.TB) *InMemory {
	tb.Helper()
	server := miniredis.RunT(tb)
	m := &InMemory{Redis: Redis{Addrs: []string{server.Addr()}}, server: server, now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)}
	server.SetTime(m.now)
	return m
}

// Now tells the server's time.
func (m *InMemory) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance lets time pass for the server. Keys whose time has come expire.
func (m *InMemory) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	m.server.SetTime(m.now)
	m.server.FastForward(d)
}

// SetTime sets the server's clock, also backwards, as when another machine takes over. Keys
// live on by the time that was left to them.
func (m *InMemory) SetTime(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = now
	m.server.SetTime(now)
}

// Fail has the server answer everything with an error, until message is empty.
func (m *InMemory) Fail(message string) { m.server.SetError(message) }
