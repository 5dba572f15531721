package phone_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// A gateway that cannot store the outcome of one job does not keep the phone from the others.
func TestAnOutcomeThatCannotBeStoredIsLeftForLater(t *testing.T) {
	t.Parallel()
	outboxes := map[string]string{"with an outbox": filepath.Join(t.TempDir(), "outbox.json"), "without": ""}
	for name, path := range outboxes {
		inBubble(t, name, func(t *testing.T) {
			t.Helper()
			g := offers(job("a"), job("b"))
			g.then(leave)
			for range 5 {
				g.then(status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable))
			}
			g.then(leave, leave, status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable))
			r := run(t, g, withOutbox(path))
			r.sent(2)
			synctest.Wait()
			require.Equal(t, []string{"a taken", "b taken", "b sent"}, g.states())
			if path != "" {
				require.Equal(t, 1, inOutbox(t, path))
			}
			r.stopAfter(5 * time.Minute)
			require.Equal(t, []string{"a taken", "b taken", "b sent", "a sent"}, g.states())
			require.Len(t, r.sender.Sent(), 2)
			if path != "" {
				require.Zero(t, inOutbox(t, path))
			}
		})
	}
}

func inOutbox(t *testing.T, path string) int {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.Count(string(content), `"lease"`)
}

// The gateway can never store the outcomes of three jobs.
func TestWhatIsLeftFloodsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int64
		g := offers(job("a"), job("b"), job("c"))
		refuse := func(w http.ResponseWriter, r *http.Request) bool {
			tries.Add(1)
			return status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable)(w, r)
		}
		for range 3 {
			g.then(leave, refuse, refuse, refuse, refuse, refuse)
		}
		for range 1000 {
			g.then(refuse)
		}
		r := run(t, g)
		r.sent(3)
		elapse(time.Minute)
		pulls := g.pulled()
		tries.Store(0)
		elapse(time.Hour)
		require.Greater(t, g.pulled()-pulls, 100, "it goes on pulling")
		require.LessOrEqual(t, tries.Load(), int64(120), "one report in half a minute")
		require.Greater(t, tries.Load(), int64(60))
		r.stop()
		require.Equal(t, []string{"a taken", "b taken", "c taken"}, g.states())
	})
}

// What was left in the outbox and cannot be stored now either keeps no phone from pulling.
func TestAnOutboxThatCannotBeReportedDelaysTheFirstPullOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.json")
	var entries []string
	for n := range 100 {
		entries = append(entries, fmt.Sprintf(`{"id":"old-%d","lease":"l","state":"sent","at":"2026-11-21T12:00:00.000Z"}`, n))
	}
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[`+strings.Join(entries, ",")+`]}`), 0o600))
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		for range 104 {
			g.then(status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable))
		}
		start := time.Now()
		r := run(t, g, withOutbox(path))
		r.sent(1)
		require.Less(t, time.Since(start), 10*time.Second)
		r.stopAfter(5 * time.Minute)
		require.Len(t, g.states(), 102, "and all are reported in the end")
		require.Zero(t, inOutbox(t, path))
	})
}

// A stopped agent without an outbox tries what is left once more.
func TestStoppingReportsWhatIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(leave)
		for range 5 {
			g.then(status(http.StatusInternalServerError, ""))
		}
		run(t, g).stopAfter(10 * time.Second)
		require.Equal(t, []string{"a taken", "a sent"}, g.states())
	})
}

// A job that the phone gave back may come again, under a new lease.
func TestAJobThatWasGivenBackIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, class := range []relayapi.FailureClass{relayapi.FailureLimit, relayapi.FailureNoService, relayapi.FailureConfig} {
		for _, mayHaveSent := range []bool{false, true} {
			name := string(class)
			want := []string{"a taken", "a failed", "a taken", "a sent"}
			if mayHaveSent {
				name, want = name+", may have sent", []string{"a taken", "a failed", "a failed"}
			}
			inBubble(t, name, func(t *testing.T) {
				t.Helper()
				again := job("a")
				again.Lease = "another lease"
				g := offers(job("a"), again)
				r := run(t, g, func(c *phone.Config) {
					c.Sender.(*phone.Fake).Script(&phone.Error{Class: class, MayHaveSent: mayHaveSent})
				})
				r.stopAfter(10 * time.Second)
				require.Equal(t, want, g.states())
				require.Equal(t, "another lease", g.reports[len(want)-1].Lease)
			})
		}
	}
}

// So it may when the agent was started again meanwhile.
func TestAJobThatWasGivenBackIsTriedAgainAfterARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[`+
		`{"id":"a","lease":"l","state":"failed","at":"2026-11-21T12:00:00.000Z","class":"limit"}]}`), 0o600))
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		run(t, g, withOutbox(path)).stopAfter(10 * time.Second)
		require.Equal(t, []string{"a failed", "a taken", "a sent"}, g.states())
	})
}

// The gateway has stored "taken", its answer was lost, and then the job's time was over.
func TestATakenThatExpiredUnansweredIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(g.loseResponse, status(http.StatusGone, relayapi.CodeJobExpired))
		r := run(t, g)
		r.stopAfter(10 * time.Second)
		require.Empty(t, r.sender.Sent())
		require.Equal(t, []string{"a taken", "a failed"}, g.states())
		require.Equal(t, relayapi.FailureTooLate, g.reports[1].Error.Class)
		require.False(t, g.reports[1].Error.MayHaveSent)
	})
}

// An agent that runs again knows what its last run could not report, also without an outbox.
func TestTheNextRunReportsWhatIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(leave)
		for range 10 {
			g.then(status(http.StatusBadGateway, ""))
		}
		agent := newAgent(t, g, &phone.Fake{})
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			require.ErrorIs(t, agent.Run(ctx), context.DeadlineExceeded)
			cancel()
			g.forgetScript()
		}
		require.Equal(t, []string{"a taken", "a sent"}, g.states())
	})
}
