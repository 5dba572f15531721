package gateway_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// clockBench runs one gateway after the other on one file, each with the clock that the
// machine then shows.
type clockBench struct {
	*testing.T
	path    string
	log     bytes.Buffer
	now     atomic.Pointer[time.Time]
	queue   *sqlitequeue.Queue
	gateway *gateway.Gateway
}

func newClockBench(t *testing.T, path string) *clockBench {
	t.Helper()
	b := &clockBench{T: t, path: path}
	b.start(noon)
	return b
}

// start begins a gateway at what the clock shows.
func (b *clockBench) start(clock time.Time) {
	b.Helper()
	b.log.Reset()
	b.now.Store(&clock)
	began := time.Now()
	var err error
	b.queue, err = sqlitequeue.New(sqlitequeue.Config{Path: b.path})
	require.NoError(b, err)
	b.gateway, err = gateway.New(gateway.Config{
		Queue: b.queue, Now: func() time.Time { return b.now.Load().Add(time.Since(began)) },
		Tokens: []gateway.Token{{Name: shop, Role: gateway.RoleSite, Hash: gateway.HashToken("a-long-token")}},
		Logger: slog.New(slog.NewTextHandler(&b.log, nil)),
	})
	require.NoError(b, err)
}

func (b *clockBench) stop() {
	b.Helper()
	require.NoError(b, b.gateway.Close())
	require.NoError(b, b.queue.Close())
}

func (b *clockBench) restart(clock time.Time) {
	b.Helper()
	b.stop()
	b.start(clock)
}

// offered submits a job and offers it to a phone for ten seconds.
func (b *clockBench) offered(id string) {
	b.Helper()
	now := b.gateway.Now()
	require.NoError(b, b.queue.Seen(b.Context(), gateway.Presence{Phone: "first", Lanes: []string{"text"}, Interval: time.Hour, At: now}))
	_, err := b.queue.Submit(b.Context(), gateway.Submit{
		ID: id, Site: shop, Key: "key of " + id, To: "+8613800138000", Text: "code 824913", Lane: "text", Now: now, Deadline: now.Add(time.Hour),
	})
	require.NoError(b, err)
	require.Len(b, b.pull("first"), 1)
}

func (b *clockBench) pull(phone string) []gateway.Job {
	b.Helper()
	offered, err := b.queue.Offer(b.Context(), gateway.Pull{
		Phone: phone, Lanes: []string{"text"}, Max: 9, Lease: "lease of " + phone, LeaseFor: 10 * time.Second, Now: b.gateway.Now(),
	})
	require.NoError(b, err)
	return offered.Jobs
}

func withClock(t *testing.T, run func(b *clockBench)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queue.db")
	synctest.Test(t, func(t *testing.T) {
		b := newClockBench(t, path)
		run(b)
		b.stop()
	})
}

func TestAClockThatWasSetBackAcrossARestart(t *testing.T) {
	t.Parallel()
	withClock(t, func(b *clockBench) {
		b.offered("a")
		<-time.After(2 * time.Second)
		b.restart(noon.Add(-time.Hour))
		require.Contains(t, b.log.String(), "the clock is behind the queue's")
		require.Equal(t, noon.Add(2*time.Second), b.gateway.Now(), "time goes on where it stopped")
		require.Empty(t, b.pull("second"))
		<-time.After(8 * time.Second)
		require.Len(t, b.pull("second"), 1, "a lease of ten seconds lasts ten seconds")
	})
}

// TestTimeIsKeptWhileAGatewayRuns kills the gateway, so to speak: it keeps no time at the
// end. The lease is longer by what was not kept, half a minute at most.
func TestTimeIsKeptWhileAGatewayRuns(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "queue.db")
	synctest.Test(t, func(t *testing.T) {
		b := newClockBench(t, path)
		<-time.After(10*time.Minute + 29*time.Second)
		require.NoError(t, b.queue.Close())
		require.NoError(t, b.gateway.Close())
		b.start(noon.Add(-time.Hour))
		require.Equal(t, noon.Add(10*time.Minute), b.gateway.Now())
		b.stop()
	})
}

func TestAClockAYearAhead(t *testing.T) {
	t.Parallel()
	withClock(t, func(b *clockBench) {
		b.offered("open")
		year := noon.AddDate(1, 0, 0)
		b.restart(year)
		require.Contains(t, b.log.String(), "the clock is far ahead of the queue's")
		job, err := b.queue.Job(b.Context(), "open", b.gateway.Now())
		require.NoError(t, err)
		require.Equal(t, relayapi.StateExpired, job.State, "a text that comes a year late does harm")
		<-time.After(23 * time.Hour)
		_, err = b.queue.Job(b.Context(), "open", b.gateway.Now())
		require.NoError(t, err, "nothing is forgotten for a day")

		b.restart(noon.Add(24 * time.Hour)) // somebody sets the clock right
		require.Empty(t, b.log.String())
		require.Equal(t, noon.Add(24*time.Hour), b.gateway.Now(), "and all is as it was")
	})
}

func TestAYearOfRestIsBelievedAfterADay(t *testing.T) {
	t.Parallel()
	withClock(t, func(b *clockBench) {
		b.offered("old")
		year := noon.AddDate(1, 0, 0)
		b.restart(year)
		<-time.After(24*time.Hour + time.Minute)
		require.Contains(t, b.log.String(), "is believed")
		_, err := b.queue.Job(b.Context(), "old", b.gateway.Now())
		require.ErrorIs(t, err, gateway.ErrUnknownJob, "then what is old is forgotten")
		b.restart(noon)
		require.Equal(t, year.Add(24*time.Hour+time.Minute), b.gateway.Now())
	})
}

// TestAnHourAheadIsNothing: a gateway may rest.
func TestAnHourAheadIsNothing(t *testing.T) {
	t.Parallel()
	withClock(t, func(b *clockBench) {
		b.offered("a")
		b.restart(noon.Add(time.Minute))
		require.Empty(t, b.log.String())
		require.Len(t, b.pull("second"), 1)
	})
}
