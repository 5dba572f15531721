package gateway_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func (w *world) cancel(who, id string) reply {
	w.Helper()
	return w.call(who, http.MethodDelete, relayapi.PathSubmissions+"/"+id, nil)
}

func (w *world) cancelKey(key string) reply {
	w.Helper()
	return w.call(shop, http.MethodDelete, relayapi.PathSubmissions, nil, relayapi.HeaderIdempotencyKey, key)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, who, step string
	}{
		{"by the site", shop, "cancelled site shop"},
		{"by the operator", operator, "cancelled operator eva"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.pulled(oldPhone)
			m := w.submitted(text())
			for range 2 {
				cancelled := as[relayapi.Submission](w, w.cancel(tt.who, m.ID), http.StatusOK)
				require.Equal(t, []string{"queued site shop", tt.step}, steps(cancelled))
			}
			require.Empty(t, w.pulled(oldPhone))
			require.Equal(t, relayapi.StateCancelled, w.status(m.ID).State)
		})
	}
}

func TestCancelTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pulled(oldPhone)
	m := w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
	job := w.pulledOne(oldPhone)
	for _, state := range []relayapi.State{relayapi.StateTaken, relayapi.StateSent, relayapi.StateDelivered} {
		w.reported(oldPhone, job, state)
		for _, r := range []reply{w.cancel(shop, m.ID), w.cancelKey("k")} {
			require.Equal(t, state, w.refused(r, http.StatusConflict, relayapi.CodeNotCancellable, "").State)
		}
	}
}

func TestAStrangersJobIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pulled(oldPhone)
	m := w.submitted(text())
	for _, id := range []string{m.ID, "nothing", "%20", "a.b"} {
		path := relayapi.PathSubmissions + "/" + id
		w.refused(w.call(forum, http.MethodGet, path, nil), http.StatusNotFound, relayapi.CodeUnknownJob, "id")
		w.refused(w.call(forum, http.MethodDelete, path, nil), http.StatusNotFound, relayapi.CodeUnknownJob, "id")
	}
	read := as[relayapi.Submission](w, w.call(operator, http.MethodGet, relayapi.PathSubmissions+"/"+m.ID, nil), http.StatusOK)
	require.Equal(t, m, read)
}

func TestCancelByKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.pulled(oldPhone)
		m := w.submitted(text(), relayapi.HeaderIdempotencyKey, "k")
		require.Equal(t, m.ID, as[relayapi.Submission](w, w.cancelKey("k"), http.StatusOK).ID)

		early := as[relayapi.Submission](w, w.cancelKey("early"), http.StatusOK)
		require.Equal(t, relayapi.StateCancelled, early.State)
		body := text()
		body.WaitMS = 10 * second
		late := as[relayapi.Submission](w, w.submit(body, relayapi.HeaderIdempotencyKey, "early"), http.StatusOK)
		require.Equal(t, early, late, "a submission that comes after its cancel is cancelled")
		require.Empty(t, w.pulled(oldPhone))

		w.refused(w.call(shop, http.MethodDelete, relayapi.PathSubmissions, nil),
			http.StatusBadRequest, relayapi.CodeInvalidField, relayapi.HeaderIdempotencyKey)
	})
}

func TestCancelEndsAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.pulled(oldPhone)
		pending := w.waiting(t.Context(), relayapi.HeaderIdempotencyKey, "k")
		as[relayapi.Submission](w, w.cancelKey("k"), http.StatusOK)
		require.Equal(t, relayapi.StateCancelled, as[relayapi.Submission](w, <-pending, http.StatusCreated).State)
	})
}
