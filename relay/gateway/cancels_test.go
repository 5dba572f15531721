package gateway_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// handed submits a text and hands it to a phone that does not ask.
func (w *world) handed(phone gateway.Principal, number string) gateway.Job {
	w.Helper()
	s := text()
	s.To = relayapi.Number(number)
	job := w.submitted(s)
	_, err := w.Pull(w.Context(), phone, gateway.PullRequest{Unasked: true, Max: relayapi.MaxJobs})
	require.NoError(w, err)
	return job
}

// heard reads an id, if there is one.
func heard(ids <-chan string) string {
	synctest.Wait()
	select {
	case id := <-ids:
		return id
	default:
		return ""
	}
}

func TestADoorHearsWhichJobItsPhoneIsAskedToDrop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		ids, stop, err := w.WatchCancels(oldPhone)
		require.NoError(t, err)
		others, stopOther, err := w.WatchCancels(newPhone)
		require.NoError(t, err)
		defer stopOther()
		job := w.handed(oldPhone, "13800138000")
		_, err = w.Cancel(t.Context(), operator, job.ID)
		require.ErrorIs(t, err, gateway.ErrNotCancellable)
		require.Equal(t, job.ID, heard(ids))
		require.Empty(t, heard(others))

		stop()
		stop()
		next := w.handed(oldPhone, "13800138001")
		_, err = w.Cancel(t.Context(), operator, next.ID)
		require.ErrorIs(t, err, gateway.ErrNotCancellable)
		require.Empty(t, heard(ids))
		_, _, err = w.WatchCancels(operator)
		require.ErrorAs(t, err, new(*gateway.ForbiddenError))
	})
}

// A door that does not read must not keep the gateway from its work.
func TestCancelsThatNobodyReadsAreDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newOnlineWorld(t)
		ids, stop, err := w.WatchCancels(oldPhone)
		require.NoError(t, err)
		defer stop()
		for n := range 40 {
			job := w.handed(oldPhone, fmt.Sprint(13800138000+n))
			_, err := w.Cancel(t.Context(), operator, job.ID)
			require.ErrorIs(t, err, gateway.ErrNotCancellable)
			_, err = w.Report(t.Context(), oldPhone, gateway.ReportRequest{ID: job.ID, Unasked: true, State: relayapi.StateCancelled})
			require.NoError(t, err)
		}
		n := 0
		for heard(ids) != "" {
			n++
		}
		require.Equal(t, 32, n)
	})
}
