package gateway_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// TestG2 has a phone that pulled and vanished: one submission waits in vain, and the next
// ones are refused at once until a phone calls.
func TestG2(t *testing.T) {
	t.Parallel()
	calls := map[string]func(s *stage){
		"a pull": func(s *stage) { s.pull() },
		"a report": func(s *stage) {
			_, err := s.report(gateway.Job{ID: "nothing", Lease: "l"}, relayapi.StateSent)
			require.ErrorIs(s, err, gateway.ErrUnknownJob)
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onStage(t, func(s *stage) {
				require.Equal(s, relayapi.StateCancelled, s.submit(s.Context(), "first", patience).State)
				start := time.Now()
				for range 3 {
					require.ErrorIs(s, s.submit(s.Context(), "", patience).err, gateway.ErrNoPhoneOnline)
				}
				again := s.submit(s.Context(), "first", patience)
				require.NoError(s, again.err, "a known key is the same job")
				require.Equal(s, relayapi.StateCancelled, again.State)
				require.Zero(s, time.Since(start))
				call(s)
				require.NoError(s, s.submit(s.Context(), "", 0).err)
			})
		})
	}
}

// TestALaneIsNotLate is about waits after which a phone may still be there.
func TestALaneIsNotLate(t *testing.T) {
	t.Parallel()
	tests := map[string]func(s *stage){
		"a phone called meanwhile": func(s *stage) {
			pending := s.waiting(s.Context(), "")
			pass(time.Second)
			s.pullOne()
			require.Equal(s, relayapi.StateCancelled, (<-pending).State)
		},
		"another phone waits": func(s *stage) {
			pending := s.waiting(s.Context(), "")
			pass(time.Second)
			s.pullOne()
			go func() {
				other := gateway.Principal{Name: "other", Role: gateway.RolePhone}
				_, _ = s.Pull(s.Context(), other, gateway.PullRequest{Wait: time.Minute})
			}()
			require.Equal(s, relayapi.StateCancelled, (<-pending).State)
		},
		"the site cancelled": func(s *stage) {
			pending := s.waiting(s.Context(), "k")
			_, err := s.CancelKey(s.Context(), s.shop, "k")
			require.NoError(s, err)
			<-pending
		},
		"the site left": func(s *stage) {
			ctx, leave := context.WithCancel(s.Context())
			pending := s.waiting(ctx, "")
			leave()
			<-pending
		},
		"a phone took it": func(s *stage) {
			pending := s.waiting(s.Context(), "")
			job := s.pullOne()
			_, err := s.report(job, relayapi.StateTaken)
			require.NoError(s, err)
			require.Equal(s, relayapi.StateTaken, (<-pending).State)
		},
		"an old job that has expired": func(s *stage) {
			require.NoError(s, s.submit(s.Context(), "k", 0).err)
			pass(relayapi.DefaultTTL)
			s.pull()
			pass(time.Second)
			require.Equal(s, relayapi.StateExpired, s.submit(s.Context(), "k", patience).State)
		},
	}
	for name, play := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onStage(t, func(s *stage) {
				play(s)
				require.NoError(s, s.submit(s.Context(), "", 0).err)
			})
		})
	}
}

// TestAReportThatFailedIsNoSignOfLife has a phone that may do nothing but repeat a report.
func TestAReportThatFailedIsNoSignOfLife(t *testing.T) {
	t.Parallel()
	onStage(t, func(s *stage) { // a lane that is late stays late
		require.Equal(s, relayapi.StateCancelled, s.submit(s.Context(), "", patience).State)
		s.queue.fails.Store(true)
		_, err := s.report(gateway.Job{ID: "a", Lease: "l"}, relayapi.StateSent)
		require.ErrorIs(s, err, gateway.ErrQueueFailed)
		require.ErrorIs(s, s.submit(s.Context(), "", patience).err, gateway.ErrNoPhoneOnline)
	})
	for _, fails := range []bool{true, false} {
		onStage(t, func(s *stage) { // a phone goes offline, unless the rules have answered it
			s.queue.fails.Store(fails)
			for range 10 {
				pass(relayapi.DefaultInterval)
				_, err := s.report(gateway.Job{ID: "a", Lease: "l"}, relayapi.StateSent)
				require.Error(s, err)
			}
			if err := s.submit(s.Context(), "", 0).err; fails {
				require.ErrorIs(s, err, gateway.ErrNoPhoneOnline)
			} else {
				require.NoError(s, err)
			}
		})
	}
}
