package zhenzi_test

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/zhenzi"
	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// newPair is a provider and the simulated service behind it, in memory.
func newPair(t *testing.T, faults ...sim.Fault) (*zhenzi.Provider, *sim.Server) {
	t.Helper()
	server := sim.New(sim.Config{}, zhenzisim.New(zhenzisim.Config{AppID: appID, AppSecret: appSecret}))
	for _, fault := range faults {
		sim.MustInject(t, server, fault)
	}
	return newProvider(t, newConfig(&http.Client{Transport: server.Transport()})), server
}

// calls lists the last parts of the paths that were asked, in order.
func calls(s *sim.Server) []string {
	var names []string
	for _, e := range s.Exchanges() {
		names = append(names, path.Base(e.URL))
	}
	return names
}

var (
	sendOnly      = []string{"send.do"}
	sendAndLookup = []string{"send.do", "findSmsByMessageId.do"}
)

// requireLost checks an error that leaves open whether the message was sent.
func requireLost(t *testing.T, err error) *zhenzi.LostReplyError {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, provider.KindUnavailable, failure.Kind)
	require.Equal(t, provider.OpSend, failure.Op)
	require.True(t, failure.MayHaveSent)
	var lost *zhenzi.LostReplyError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, messageID, lost.MessageID)
	require.ErrorContains(t, err, messageID)
	return lost
}

// TestLostReplyIsFound loses the answer to a send that the service accepted.
func TestLostReplyIsFound(t *testing.T) {
	t.Parallel()
	html := []byte("<html>502</html>")
	tests := []struct {
		name  string
		fault sim.Fault
	}{
		{name: "time-out", fault: sim.Fault{Effect: sim.EffectHangAfter}},
		{name: "reset", fault: sim.Fault{Effect: sim.EffectResetAfter}},
		{name: "truncated", fault: sim.Fault{Effect: sim.EffectTruncate}},
		{name: "garbage", fault: sim.Fault{Effect: sim.EffectGarbage}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, server := newPair(t, tt.fault)
				defer server.Close()
				m := newMessage("login", "code", "1234")
				receipt, err := p.Send(t.Context(), m)
				require.NoError(t, err)
				require.Equal(t, provider.Receipt{
					Provider: "zhenzi", ID: messageID, To: m.To, At: at,
					Extra: map[string]string{zhenzi.ExtraConfirmedBy: zhenzi.ConfirmedByLookup},
				}, receipt)
				require.Equal(t, sendAndLookup, calls(server))
				require.Len(t, server.Texts(), 1)
			})
		})
	}
	t.Run("not there", func(t *testing.T) {
		t.Parallel()
		p, server := newPair(t, sim.Fault{Effect: sim.EffectReply, Status: http.StatusBadGateway, Body: html})
		_, err := p.Send(t.Context(), newMessage("login", "code", "1234"))
		lost := requireLost(t, err)
		require.NoError(t, lost.Lookup, "the service was asked")
		require.ErrorContains(t, err, "was not found by a lookup")
		require.Equal(t, sendAndLookup, calls(server))
	})
}

// TestLookupFails lets the lookup fail as well: the send's own failure stands.
func TestLookupFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		second sim.Fault
		lookup error
	}{
		{name: "reset", second: sim.Fault{Effect: sim.EffectResetBefore}, lookup: provider.KindUnavailable},
		{name: "refused", second: sim.Fault{Effect: sim.EffectRefuse, Code: "107"}, lookup: provider.KindConfig},
		{name: "unusable", second: sim.Fault{Effect: sim.EffectReply, Body: []byte(`{"code":0,"data":[]}`)}, lookup: provider.KindUnavailable},
		{name: "silent", second: sim.Fault{Effect: sim.EffectHangBefore}, lookup: context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, server := newPair(t, sim.Fault{Effect: sim.EffectResetAfter}, tt.second)
				defer server.Close()
				started := time.Now()
				_, err := p.Send(t.Context(), newMessage("login", "code", "1234"))
				lost := requireLost(t, err)
				require.ErrorIs(t, lost.Lookup, tt.lookup)
				require.ErrorContains(t, err, "could not be looked up")
				require.NotErrorIs(t, err, context.DeadlineExceeded, "the lookup's failure is no cause of the send's")
				require.NotErrorIs(t, err, provider.KindConfig)
				require.LessOrEqual(t, time.Since(started), 2*time.Second)
				require.Equal(t, sendAndLookup, calls(server))

				status, err := p.ReadStatus(t.Context(), provider.Receipt{ID: lost.MessageID})
				require.NoError(t, err)
				require.Equal(t, provider.StatePending, status.State, "the error tells what to ask for later")
			})
		})
	}
}

// TestDeadlineLeavesTimeForTheLookup has a silent service and a caller whose
// deadline comes before the provider's own time limit.
func TestDeadlineLeavesTimeForTheLookup(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		deadline time.Duration
		silent   int // requests
		took     time.Duration
		found    bool
	}{
		{name: "a quarter of a short time", deadline: 4 * time.Second, silent: 1, took: 3 * time.Second, found: true},
		{name: "two seconds of a longer one", deadline: 10 * time.Second, silent: 1, took: 8 * time.Second, found: true},
		{name: "the provider's limit comes first", deadline: time.Minute, silent: 1, took: 10 * time.Second, found: true},
		{name: "never beyond the deadline", deadline: 4 * time.Second, silent: 2, took: 4 * time.Second},
		{name: "never beyond two seconds", deadline: time.Minute, silent: 2, took: 12 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, server := newPair(t, sim.Fault{Effect: sim.EffectHangAfter, Times: tt.silent})
				defer server.Close()
				ctx, cancel := context.WithTimeout(t.Context(), tt.deadline)
				defer cancel()
				started := time.Now()
				_, err := p.Send(ctx, newMessage("login", "code", "1234"))
				require.Equal(t, tt.took, time.Since(started))
				if tt.found {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.ErrorIs(t, requireLost(t, err).Lookup, context.DeadlineExceeded)
				}
				synctest.Wait()
				require.Equal(t, sendAndLookup, calls(server))
			})
		})
	}
}

// TestCancelledSendIsNotLookedUp cancels while the service is silent: Send
// returns at once and asks nothing more.
func TestCancelledSendIsNotLookedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, server := newPair(t, sim.Fault{Effect: sim.EffectHangAfter})
		defer server.Close()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started := time.Now()
		_, err := p.Send(ctx, newMessage("login", "code", "1234"))
		require.Equal(t, time.Second, time.Since(started))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, requireLost(t, err).Lookup, context.Canceled)
		synctest.Wait()
		require.Equal(t, sendOnly, calls(server))
	})
}

func TestNothingLeftIsNotLookedUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, server := newPair(t)
	_, err := p.Send(ctx, newMessage("login", "code", "1234"))
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, provider.MayHaveSent(err))
	var lost *zhenzi.LostReplyError
	require.NotErrorAs(t, err, &lost)
	require.Empty(t, calls(server))
}

// TestLostReplyTellsNoNumber has a caller whose references hold what an error
// must not show. The messageId itself is needed whole to ask later.
func TestLostReplyTellsNoNumber(t *testing.T) {
	t.Parallel()
	p, server := newPair(t, sim.Fault{Effect: sim.EffectReply, Status: http.StatusBadGateway})
	m := newMessage("login", "code", "123456")
	m.Ref = "login 13800000000 123456"
	_, err := p.Send(t.Context(), m)
	require.ErrorContains(t, err, "messageId login *** ***-"+messageID+" was not found")
	var lost *zhenzi.LostReplyError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, m.Ref+"-"+messageID, lost.MessageID)
	for _, printed := range []string{err.Error(), lost.Error(), fmt.Sprintf("%v %s", err, lost)} {
		require.NotContains(t, printed, "13800000000")
		require.NotContains(t, printed, "123456")
	}
	require.Equal(t, sendAndLookup, calls(server))
}
