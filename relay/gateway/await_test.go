package gateway_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// The connection of a site drops while it waits, and the site repeats its request at once,
// before or after the gateway notices the first one's end.
func TestADroppedConnectionDoesNotCancelItsRetry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		retry func(s *stage, drop func()) <-chan answer
	}{
		{"the retry comes first", func(s *stage, drop func()) <-chan answer {
			retry := s.waiting(s.Context(), "k")
			drop()
			return retry
		}},
		{"the drop is noticed first", func(s *stage, drop func()) <-chan answer {
			drop()
			synctest.Wait()
			return s.waiting(s.Context(), "k")
		}},
		{"the retry comes a little later", func(s *stage, drop func()) <-chan answer {
			drop()
			pass(900 * time.Millisecond)
			return s.waiting(s.Context(), "k")
		}},
		{"the retry is still being stored when the time is over", func(s *stage, drop func()) <-chan answer {
			drop()
			pass(900 * time.Millisecond)
			s.queue.submit.Store(int64(time.Second))
			return s.waiting(s.Context(), "k")
		}},
		{"the retry drops too, and so on", func(s *stage, drop func()) <-chan answer {
			drop()
			for range 5 {
				ctx, dropAgain := context.WithCancel(s.Context())
				s.waiting(ctx, "k")
				pass(500 * time.Millisecond)
				dropAgain()
				pass(500 * time.Millisecond)
			}
			return s.waiting(s.Context(), "k")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onStage(t, func(s *stage) {
				ctx, drop := context.WithCancel(s.Context())
				s.waiting(ctx, "k")
				retry := tt.retry(s, drop)
				pass(3 * time.Second)
				s.send(s.pullOne())
				sent := <-retry
				require.NoError(s, sent.err)
				require.Equal(s, relayapi.StateSent, sent.State)
			})
		})
	}
}

// The retry meets the first request in any order of their steps.
func TestARetryBesideTheEndOfTheFirst(t *testing.T) {
	t.Parallel()
	for first := range 6 {
		for second := range 6 {
			onStage(t, func(s *stage) {
				s.queue.submit.Store(int64(2 * time.Millisecond))
				ctx, drop := context.WithCancel(s.Context())
				time.AfterFunc(time.Duration(first)*time.Millisecond, drop)
				go s.submit(ctx, "k", patience)
				pass(time.Duration(second) * time.Millisecond)
				retry := s.waiting(s.Context(), "k")
				pass(3 * time.Second)
				s.send(s.pullOne())
				require.Equal(s, relayapi.StateSent, (<-retry).State)
			})
		}
	}
}

func TestTheLastWhoLeavesCancels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		play func(s *stage) (id string)
	}{
		{"both drop", func(s *stage) string {
			ctx, drop := context.WithCancel(s.Context())
			first := s.waiting(ctx, "k")
			second := s.waiting(ctx, "k")
			drop()
			require.ErrorIs(s, (<-first).err, context.Canceled)
			id := (<-second).ID
			require.Empty(s, s.pull(), "no phone gets it while the site may come back")
			pass(time.Second)
			return id
		}},
		{"the first wait is over before the second", func(s *stage) string {
			first := s.waiting(s.Context(), "k")
			pass(patience / 2)
			second := s.waiting(s.Context(), "k")
			require.Equal(s, relayapi.StateQueued, (<-first).State, "the second still waits")
			return (<-second).ID
		}},
		{"the second wait is over before the first", func(s *stage) string {
			first := s.waiting(s.Context(), "k")
			require.Equal(s, relayapi.StateQueued, s.submit(s.Context(), "k", time.Second).State)
			return (<-first).ID
		}},
		{"a site without a key cannot come back", func(s *stage) string {
			ctx, drop := context.WithCancel(s.Context())
			pending := s.waiting(ctx, "")
			drop()
			return (<-pending).ID
		}},
		{"a repetition that does not wait is no return", func(s *stage) string {
			ctx, drop := context.WithCancel(s.Context())
			s.waiting(ctx, "k")
			drop()
			synctest.Wait()
			again := s.submit(s.Context(), "k", 0)
			require.Equal(s, relayapi.StateCancelled, again.State)
			return again.ID
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onStage(t, func(s *stage) {
				id := tt.play(s)
				synctest.Wait()
				require.Equal(s, relayapi.StateCancelled, s.state(id))
				require.Empty(s, s.pull())
			})
		})
	}
}

// A submission that was acknowledged as stored, without a wait, is not cancelled by the
// end of another one's wait.
func TestAnAcknowledgedRepetitionKeepsTheJob(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		first := s.waiting(s.Context(), "k")
		require.Equal(s, relayapi.StateQueued, s.submit(s.Context(), "k", 0).State)
		require.Equal(s, relayapi.StateQueued, (<-first).State)
		s.send(s.pullOne())
	})
}

// A wait whose site has left ends with the gateway, and cancels before that.
func TestShutdownDoesNotWaitForASiteToComeBack(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		ctx, drop := context.WithCancel(s.Context())
		id := make(chan string, 1)
		go func() { id <- s.submit(ctx, "k", patience).ID }()
		synctest.Wait()
		drop()
		left := <-id
		start := time.Now()
		require.NoError(s, s.Close())
		require.Zero(s, time.Since(start))
		job, err := s.queue.Job(s.Context(), left, time.Now())
		require.NoError(s, err)
		require.Equal(s, relayapi.StateCancelled, job.State)
	})
}

// A door may submit and wait under two contexts, and a submission whose door never waits
// leaves nothing behind.
func TestADoorThatWaitsLater(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		ctx, end := context.WithCancel(s.Context())
		submitted, err := s.Submit(ctx, s.shop, gateway.Submission{Key: "k", To: "+8613800138000", Text: "x", Wait: patience})
		require.NoError(s, err)
		end()
		synctest.Wait()
		go func() {
			synctest.Wait()
			s.send(s.pullOne())
		}()
		job, err := s.Await(s.Context(), submitted.Job.ID, patience)
		require.NoError(s, err)
		require.Equal(s, relayapi.StateSent, job.State)
	})
}
