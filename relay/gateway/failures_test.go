package gateway_test

import (
	"context"
	"errors"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// goodRequests are one request of each kind that is accepted.
func goodRequests(w *world) map[string]func(context.Context) error {
	submitted := w.submitted(keyed())
	job := w.pulledOne(oldPhone)
	failed := report(job, relayapi.StateFailed)
	failed.Failure = &relayapi.Failure{Class: relayapi.FailureLimit, Text: "why"}
	return map[string]func(context.Context) error{
		"submit": func(ctx context.Context) error { _, err := w.Submit(ctx, site, text()); return err },
		"submit, wait": func(ctx context.Context) error {
			s := text()
			s.Wait = time.Second
			_, err := w.Submit(ctx, site, s)
			return err
		},
		"await":         func(ctx context.Context) error { _, err := w.Await(ctx, submitted.ID, time.Second); return err },
		"status":        func(ctx context.Context) error { _, err := w.Job(ctx, site, submitted.ID); return err },
		"cancel":        func(ctx context.Context) error { _, err := w.Cancel(ctx, site, submitted.ID); return err },
		"cancel by key": func(ctx context.Context) error { _, err := w.CancelKey(ctx, site, "k"); return err },
		"pull":          func(ctx context.Context) error { _, err := w.Pull(ctx, oldPhone, gateway.PullRequest{}); return err },
		"taken": func(ctx context.Context) error {
			_, err := w.Report(ctx, oldPhone, report(job, relayapi.StateTaken))
			return err
		},
		"failed": func(ctx context.Context) error { _, err := w.Report(ctx, oldPhone, failed); return err },
		"health": func(ctx context.Context) error { return w.Health(ctx) },
	}
}

func TestTheReasonOfAFailedQueueIsInTheLogOnly(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	requests := goodRequests(w)
	w.queue.breakWith(errors.New("disk /data/relay.db is full"))
	for name, request := range requests {
		err := request(t.Context())
		require.ErrorIs(t, err, gateway.ErrQueueFailed, name)
		require.NotContains(t, err.Error(), "disk", name)
	}
	require.Contains(t, w.log.String(), "disk /data/relay.db is full")
	w.queue.breakWith(nil)
	require.NoError(t, w.Health(t.Context()))
}

func TestAnEndedContextIsTheContextsError(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	requests := goodRequests(w)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w.queue.breakWith(context.Canceled)
	for name, request := range requests {
		require.ErrorIs(t, request(ctx), context.Canceled, name)
	}
	require.NotContains(t, w.log.String(), "failed", "a caller who leaves is no failure")
}

func TestWithoutRandomBytesNothingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *gateway.Config) { c.Rand = iotest.ErrReader(errors.New("no entropy")) })
	_, err := w.Submit(t.Context(), site, text())
	require.ErrorIs(t, err, gateway.ErrQueueFailed)
	_, err = w.CancelKey(t.Context(), site, "k")
	require.ErrorIs(t, err, gateway.ErrQueueFailed)
	require.Zero(t, w.queue.calls.Load())
	_, err = w.Pull(t.Context(), oldPhone, gateway.PullRequest{})
	require.ErrorIs(t, err, gateway.ErrQueueFailed)
	require.Contains(t, w.log.String(), "no entropy")
}

func TestAFailedSweepIsLoggedAndTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t, func(c *gateway.Config) { c.ClearAfter, c.ForgetAfter = time.Minute, time.Hour+time.Minute })
		job := w.submitted(text())
		w.reported(oldPhone, w.pulledOne(oldPhone), relayapi.StateTaken)
		w.queue.breakWith(errors.New("disk full"))
		elapse(31 * time.Second)
		require.Contains(t, w.log.String(), "disk full")
		w.queue.breakWith(nil)
		elapse(relayapi.DefaultTTL + time.Minute)
		require.Empty(t, w.read(job.ID).Text, "cleared")
		require.Equal(t, relayapi.StateUncertain, w.read(job.ID).State, "its phone did not report")
		elapse(time.Hour)
		_, err := w.Job(t.Context(), site, job.ID)
		require.ErrorIs(t, err, gateway.ErrUnknownJob)
	})
}
