package gateway_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestConfigReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := gateway.New(gateway.Config{
		Tokens: []gateway.Token{
			{Name: "a b", Role: 7, Hash: "xyz"},
			{Name: "ok", Role: gateway.RoleSite, Hash: gateway.HashToken("secret-token")},
			{Name: "twin", Role: gateway.RolePhone, Hash: gateway.HashToken("secret-token")},
			{Name: "empty", Role: gateway.RoleSite, Hash: gateway.HashToken("")},
		},
		Quotas: []gateway.Quota{{Limit: 0, Window: -1}}, Lease: -1, ClearAfter: -1, ForgetAfter: time.Second,
	})
	require.ErrorContains(t, err, "gateway: config: Queue: ")
	for _, field := range []string{
		"Tokens[0].Name", "Tokens[0].Role", "Tokens[0].Hash", "Tokens[2].Hash", "Tokens[3].Hash",
		"Quotas[0].Limit", "Quotas[0].Window", "Lease", "ClearAfter",
	} {
		require.ErrorContains(t, err, "\n"+field+": ")
	}
	require.NotContains(t, err.Error(), gateway.HashToken("secret-token"))

	_, err = gateway.New(gateway.Config{})
	require.ErrorContains(t, err, "\nTokens: ")
	err = gateway.Config{ForgetAfter: time.Hour}.Validate()
	require.ErrorContains(t, err, "\nForgetAfter: ")
	err = gateway.Config{Quotas: []gateway.Quota{}, ClearAfter: time.Second, ForgetAfter: time.Minute}.Validate()
	require.ErrorContains(t, err, "ForgetAfter: ", "a job that a phone may still take is not forgotten")
}

func TestHashToken(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("shop-token"))
	require.Equal(t, hex.EncodeToString(sum[:]), gateway.HashToken("shop-token"))
}

func TestRolesHaveNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "site", gateway.RoleSite.String())
	require.Equal(t, "phone", gateway.RolePhone.String())
	require.Equal(t, "operator", gateway.RoleOperator.String())
	require.Equal(t, "Role(0)", gateway.Role(0).String())
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := w.call("", method, relayapi.PathHealth, nil)
		require.Equal(t, "ok", as[relayapi.Health](w, r, http.StatusOK).Status)
	}
	require.NoError(t, w.queue.Close())
	w.refused(w.call("", http.MethodGet, relayapi.PathHealth, nil), http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
}

func TestABrokenQueueIsNeverAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pulled(oldPhone)
	m := w.submitted(text())
	job := w.pulledOne(oldPhone)
	require.NoError(t, w.queue.Close())

	failed := stateReport(job, relayapi.StateFailed)
	failed.Error = &relayapi.Failure{Class: relayapi.FailureLimit, Text: "why"}
	waiting := text()
	waiting.WaitMS = second
	for name, r := range map[string]reply{
		"submit":        w.submit(text()),
		"submit, wait":  w.submit(waiting),
		"status":        w.call(shop, http.MethodGet, relayapi.PathSubmissions+"/"+m.ID, nil),
		"cancel":        w.cancel(shop, m.ID),
		"cancel by key": w.cancelKey("k"),
		"pull":          w.pull(oldPhone, relayapi.Pull{}),
		"taken":         w.report(oldPhone, stateReport(job, relayapi.StateTaken)),
		"failed":        w.report(oldPhone, failed),
	} {
		refused := w.refused(r, http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
		require.NotContains(t, refused.Message, "closed", "%s: the reason is for the log", name)
	}
	require.Contains(t, w.log.String(), gateway.ErrClosed.Error())
}

func TestWithoutRandomnessNothingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *gateway.Config) { c.Rand = iotest.ErrReader(errors.New("no entropy")) })
	for _, r := range []reply{w.submit(text()), w.cancelKey("k"), w.pull(oldPhone, relayapi.Pull{})} {
		w.refused(r, http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, "")
	}
	require.Contains(t, w.log.String(), "no entropy")
}

func TestShutdownEndsWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		idle := relayapi.Pull{WaitMS: 30 * second, Lanes: []string{"mob"}}
		poll := w.later(func() reply { return w.pull(newPhone, idle) })
		w.pulled(oldPhone)
		waiting := w.waiting(t.Context())

		start := time.Now()
		require.NoError(t, w.gateway.Shutdown(t.Context()))
		require.Zero(t, time.Since(start))
		require.Empty(t, as[relayapi.Pulled](w, <-poll, http.StatusOK).Jobs)
		require.Equal(t, relayapi.StateCancelled, as[relayapi.Submission](w, <-waiting, http.StatusCreated).State)

		for _, path := range []string{relayapi.PathHealth, relayapi.PathPull} {
			w.refused(w.call(oldPhone, http.MethodGet, path, nil), http.StatusServiceUnavailable, relayapi.CodeShuttingDown, "")
		}
		require.NoError(t, w.gateway.Close(), "closing twice is fine")
	})
}

// slowQueue returns from no Offer before release is closed.
type slowQueue struct {
	gateway.Queue
	release chan struct{}
}

func (q *slowQueue) Offer(ctx context.Context, p gateway.Pull) (gateway.Offered, error) {
	<-q.release
	return q.Queue.Offer(ctx, p)
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := &slowQueue{release: make(chan struct{})}
		w := newWorld(t, func(c *gateway.Config) { slow.Queue, c.Queue = c.Queue, slow })
		poll := w.later(func() reply { return w.pull(oldPhone, relayapi.Pull{}) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, w.gateway.Shutdown(ctx), context.DeadlineExceeded)
		close(slow.release)
		<-poll
		require.NoError(t, w.gateway.Shutdown(t.Context()))
	})
}

func TestIDsAreUniqueAndBeginWithTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.pulled(oldPhone)
		first := w.submitted(text()).ID
		second := w.submitted(text()).ID
		require.NotEqual(t, first, second)
		require.Equal(t, first[:12], second[:12])
		elapse(time.Millisecond)
		third := w.submitted(text()).ID
		require.Equal(t, -1, strings.Compare(max(first, second), third))
	})
}
