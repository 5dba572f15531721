package gateway_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestNothingIsHandedOutAfterASlowDisk(t *testing.T) {
	t.Parallel()
	t.Run("the lease has ended", func(t *testing.T) {
		t.Parallel()
		onStage(t, func(s *stage) {
			id := s.submit(s.Context(), "", 0).ID
			s.queue.offer.Store(int64(10 * time.Second))
			require.Empty(s, s.pull())
			s.queue.offer.Store(int64(9 * time.Second))
			job := s.pullOne()
			require.Equal(s, id, job.ID, "it comes back")
			s.send(job)
		})
	})
	t.Run("a pull that waits gets it when the disk is fast again", func(t *testing.T) {
		t.Parallel()
		onStage(t, func(s *stage) {
			s.submit(s.Context(), "", 0)
			s.queue.offer.Store(int64(15 * time.Second))
			time.AfterFunc(10*time.Second, func() { s.queue.offer.Store(int64(0)) })
			start := time.Now()
			require.Len(s, s.pullFor(time.Minute), 1)
			require.Equal(s, 15*time.Second, time.Since(start))
		})
	})
	t.Run("the deadline has passed", func(t *testing.T) {
		t.Parallel()
		onStage(t, func(s *stage) {
			id := s.submit(s.Context(), "", 0).ID
			pass(relayapi.DefaultTTL - time.Second)
			s.queue.offer.Store(int64(time.Second))
			require.Empty(s, s.pull())
			require.Equal(s, relayapi.StateExpired, s.state(id))
		})
	})
}

func TestNothingIsTakenAfterItsDeadlineOnASlowDisk(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		id := s.submit(s.Context(), "", 0).ID
		pass(relayapi.DefaultTTL - time.Second)
		job := s.pullOne()
		s.queue.record.Store(int64(time.Second))
		_, err := s.report(job, relayapi.StateTaken)
		require.ErrorIs(s, err, gateway.ErrJobExpired, "the phone must not send")
		failed, err := s.Job(s.Context(), s.shop, id)
		require.NoError(s, err)
		require.Equal(s, relayapi.StateFailed, failed.State, "and the site knows that nothing was sent")
		require.Equal(s, relayapi.FailureTooLate, failed.Failure().Class)
		require.False(s, failed.Failure().MayHaveSent)
		_, err = s.report(job, relayapi.StateTaken)
		require.NoError(s, err)
	})
}

// A phone that has lost the answer to taken asks again after the deadline.
func TestTakenIsNotAcknowledgedAgainAfterTheDeadline(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		s.submit(s.Context(), "", 0)
		job := s.pullOne()
		for range 2 {
			_, err := s.report(job, relayapi.StateTaken)
			require.NoError(s, err)
			pass(time.Second)
		}
		pass(relayapi.DefaultTTL)
		_, err := s.report(job, relayapi.StateTaken)
		require.ErrorIs(s, err, gateway.ErrJobExpired)
		require.Equal(s, relayapi.StateTaken, s.state(job.ID), "the first answer may have arrived, so nothing is known")
		sent, err := s.report(job, relayapi.StateSent)
		require.NoError(s, err)
		require.Equal(s, relayapi.StateSent, sent.State)
	})
}

// A phone that does not ask has taken what it is handed. What it would get too late has
// failed instead, and is never offered again.
func TestNothingIsHandedOverAfterItsDeadlineOnASlowDisk(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		id := s.submit(s.Context(), "", 0).ID
		pass(relayapi.DefaultTTL - time.Second)
		s.queue.offer.Store(int64(time.Second))
		unasked := gateway.PullRequest{Unasked: true}
		jobs, err := s.Pull(s.Context(), s.phone, unasked)
		require.NoError(s, err)
		require.Empty(s, jobs)
		failed, err := s.Job(s.Context(), s.shop, id)
		require.NoError(s, err)
		require.Equal(s, relayapi.StateFailed, failed.State)
		require.False(s, failed.Failure().MayHaveSent)
		s.queue.offer.Store(0)
		jobs, err = s.Pull(s.Context(), s.phone, unasked)
		require.NoError(s, err)
		require.Empty(s, jobs)
	})
}

// What it was handed in time comes again after the deadline, until it has reported.
func TestWhatWasHandedOverInTimeComesAgain(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) {
		s.submit(s.Context(), "", 0)
		unasked := gateway.PullRequest{Unasked: true}
		for range 2 {
			jobs, err := s.Pull(s.Context(), s.phone, unasked)
			require.NoError(s, err)
			require.Len(s, jobs, 1)
			pass(relayapi.DefaultTTL)
		}
	})
}
