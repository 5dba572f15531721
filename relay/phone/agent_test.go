package phone_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestAgentTakesSendsAndReports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := job("a")
		first.SIM = 2
		g := offers(first, job("b"))
		r := run(t, g, func(c *phone.Config) {
			c.Lanes, c.Wait, c.Interval = []string{"text", "mob"}, 7*time.Second, 9*time.Second
		})
		sent := r.sent(2)
		synctest.Wait()
		r.stop()
		require.Equal(t, phone.Text{Job: "a", To: number, Body: body, Lane: "text", SIM: 2}, sent[0])
		require.Equal(t, []string{"a taken", "a sent", "b taken", "b sent"}, g.states())
		none := 0
		require.Equal(t, relayapi.Pull{
			Max: 1, WaitMS: 7000, IntervalMS: 9000, Lanes: []string{"text", "mob"}, Device: &relayapi.Device{FailedLastHour: &none},
		}, g.pulls[0])
		for _, report := range g.reports {
			require.Equal(t, "lease of "+report.ID, report.Lease)
			require.False(t, report.At.IsZero())
		}
	})
}

func TestAgentReportsFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want relayapi.Failure
	}{
		{"classified", &phone.Error{Class: relayapi.FailureLimit, Text: "30 an hour"}, relayapi.Failure{Class: relayapi.FailureLimit, Text: "30 an hour"}},
		{
			"scrubbed", &phone.Error{Class: relayapi.FailureRejected, Text: "“" + body + "” to " + number, MayHaveSent: true},
			relayapi.Failure{Class: relayapi.FailureRejected, Text: "“***” to ***", MayHaveSent: true},
		},
		{"without a class", &phone.Error{Text: "x"}, relayapi.Failure{Class: relayapi.FailureUnknown, Text: "x"}},
		{"a class of its own", &phone.Error{Class: "no_luck", Text: "x"}, relayapi.Failure{Class: relayapi.FailureUnknown, Text: "no_luck: x"}},
		{"any other error", errors.New("code 824913 lost"), relayapi.Failure{Class: relayapi.FailureUnknown, Text: "code *** lost", MayHaveSent: true}},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			g := offers(job("a"), job("b"))
			r := run(t, g, func(c *phone.Config) { c.Sender.(*phone.Fake).Script(tt.err, nil) })
			r.sent(1)
			synctest.Wait()
			r.stop()
			require.Equal(t, []string{"a taken", "a failed", "b taken", "b sent"}, g.states())
			require.Equal(t, &tt.want, g.reports[1].Error)
		})
	}
}

func TestAgentDoesNotSendWhatItMayNotTake(t *testing.T) {
	t.Parallel()
	for _, code := range []relayapi.ErrorCode{
		relayapi.CodeJobCancelled, relayapi.CodeJobExpired, relayapi.CodeLeaseLost, relayapi.CodeForeignJob,
		relayapi.CodeForeignLease, relayapi.CodeUnknownJob, relayapi.CodeInvalidField,
	} {
		inBubble(t, string(code), func(t *testing.T) {
			t.Helper()
			g := offers(job("a"), job("b"))
			g.then(status(http.StatusGone, code))
			r := run(t, g)
			sent := r.sent(1)
			require.Equal(t, "b", sent[0].Job)
			synctest.Wait()
			r.stop()
			require.Equal(t, []string{"b taken", "b sent"}, g.states())
		})
	}
}

func TestAgentDoesNotSendAJobThatIsFurtherOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`{"id":"a","state":"sent"}`))
			return true
		})
		r := run(t, g)
		r.stopAfter(time.Minute)
		require.Empty(t, r.sender.Sent())
	})
}

func TestLostAnswersToTakenSendOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(g.loseResponse, status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable), g.loseResponse)
		r := run(t, g)
		r.stopAfter(30 * time.Second)
		require.Len(t, r.sender.Sent(), 1)
		require.Equal(t, []string{"a taken", "a taken", "a taken", "a sent"}, g.states())
	})
}

func TestAnAnswerAboutAnotherJobIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		for _, response := range []string{`{"id":"b","state":"taken"}`, `{"id":"a"}`, `{}`, `null`, `<html>`} {
			g.then(func(w http.ResponseWriter, _ *http.Request) bool {
				_, _ = w.Write([]byte(response))
				return true
			})
		}
		r := run(t, g)
		r.stopAfter(30 * time.Second)
		require.Len(t, r.sender.Sent(), 1)
		require.Equal(t, []string{"a taken", "a sent"}, g.states())
	})
}

func TestLostAnswersToSentReportAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		accept := func(http.ResponseWriter, *http.Request) bool { return false }
		g := offers(job("a"))
		g.then(accept, g.loseResponse, status(http.StatusInternalServerError, ""), g.loseResponse)
		r := run(t, g)
		r.stopAfter(time.Minute)
		require.Len(t, r.sender.Sent(), 1)
		require.Equal(t, []string{"a taken", "a sent", "a sent", "a sent"}, g.states())
	})
}

func TestAJobThatComesAgainIsReportedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		again := job("a")
		again.Lease = "another lease"
		g := offers(job("a"), again)
		r := run(t, g)
		r.stopAfter(10 * time.Second)
		require.Len(t, r.sender.Sent(), 1)
		require.Equal(t, []string{"a taken", "a sent", "a sent"}, g.states())
		require.Equal(t, "another lease", g.reports[2].Lease)
	})
}

func TestAJobWhoseTimeIsOverIsNotSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		short := job("a")
		short.RemainingMS = 3000
		g := offers(short)
		g.then(late(3 * time.Second))
		r := run(t, g)
		r.stopAfter(10 * time.Second)
		require.Empty(t, r.sender.Sent())
		require.Equal(t, []string{"a taken", "a failed"}, g.states())
		require.Equal(t, relayapi.FailureTooLate, g.reports[1].Error.Class)
		require.False(t, g.reports[1].Error.MayHaveSent)
	})
}

func TestTakingGivesUpWithTheJobsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		short := job("a")
		short.RemainingMS = 2000
		g := offers(short)
		for range 4 {
			g.then(status(http.StatusBadGateway, ""))
		}
		r := run(t, g)
		r.stopAfter(time.Minute)
		require.Empty(t, r.sender.Sent())
		require.Equal(t, []string{"a failed"}, g.states())
		require.Equal(t, relayapi.FailureTooLate, g.reports[0].Error.Class)
	})
}

// TestAPhoneThatSleepsKnowsWhatTimeItIs has a clock whose reading jumps while the
// monotonic clock stands still, as on a phone that was suspended.
func TestAPhoneThatSleepsKnowsWhatTimeItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asleep := make(chan struct{})
		g := offers(job("a"))
		g.then(func(http.ResponseWriter, *http.Request) bool { close(asleep); return false })
		r := run(t, g, func(c *phone.Config) {
			c.Now = func() time.Time {
				select {
				case <-asleep:
					return time.Now().Round(0).Add(2 * time.Minute)
				default:
					return time.Now()
				}
			}
		})
		r.stopAfter(10 * time.Second)
		require.Empty(t, r.sender.Sent())
	})
}

func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"), job("b"), job("c"))
		r := run(t, g, func(c *phone.Config) { c.Pace = 3 * time.Second })
		start := time.Now()
		r.sent(3)
		require.Equal(t, 6*time.Second, time.Since(start))
		r.stop()
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gatewayDouble{}
		r := run(t, g, func(c *phone.Config) {
			c.HTTPClient = &http.Client{Transport: inMemory{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.times = append(g.times, time.Now())
				w.WriteHeader(http.StatusBadGateway)
			})}}
			c.Rand = func() float64 { return 0.5 }
		})
		r.stopAfter(5 * time.Minute)
		var gaps []time.Duration
		for i := range 9 {
			gaps = append(gaps, g.times[i+1].Sub(g.times[i]))
		}
		const ms = time.Millisecond
		require.Equal(t, []time.Duration{
			375 * ms, 750 * ms, 1500 * ms, 3000 * ms, 6000 * ms, 12000 * ms, 22500 * ms, 22500 * ms, 22500 * ms,
		}, gaps)
	})
}

func TestAGatewayThatDoesNotKeepCallsOpenIsNotFlooded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r := run(t, &gatewayDouble{}, func(c *phone.Config) {
			c.HTTPClient = &http.Client{Transport: inMemory{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				_, _ = w.Write([]byte(`{"jobs":[]}`))
			})}}
		})
		r.stopAfter(time.Minute)
		require.Less(t, calls, 12)
	})
}

func TestAPhoneThatCannotSendAsksForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gatewayDouble{}
		r := run(t, g, func(c *phone.Config) {
			c.Interval, c.Wait = 5*time.Second, time.Second
			c.Sender.(*phone.Fake).SwitchOff()
		})
		elapse(time.Second + time.Millisecond)
		before := g.pulled()
		elapse(time.Minute)
		require.Equal(t, before, g.pulled())
		r.sender.SwitchOn()
		elapse(6 * time.Second)
		require.Greater(t, g.pulled(), before)
		r.stop()
	})
}

func TestStoppingReportsWhatWasBegun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		stop func(g *gatewayDouble, cancel context.CancelFunc) *blockingSender
		want []string
	}{
		{"while sending", func(_ *gatewayDouble, cancel context.CancelFunc) *blockingSender {
			return &blockingSender{begun: cancel}
		}, []string{"a taken", "a failed"}},
		{"while taking", func(g *gatewayDouble, cancel context.CancelFunc) *blockingSender {
			g.then(func(_ http.ResponseWriter, r *http.Request) bool {
				cancel()
				<-r.Context().Done()
				return true
			})
			return &blockingSender{}
		}, []string{"a failed"}},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			g := offers(job("a"))
			sender := tt.stop(g, cancel)
			agent := newAgent(t, g, sender)
			require.ErrorIs(t, agent.Run(ctx), context.Canceled)
			require.Equal(t, tt.want, g.states())
			last := g.reports[len(g.reports)-1]
			require.Equal(t, sender.called, last.Error.MayHaveSent, "what was begun may have been sent")
		})
	}
}

func TestSendTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		r := run(t, g, func(c *phone.Config) { c.Sender, c.SendTimeout = &blockingSender{}, 4*time.Second })
		r.stopAfter(5 * time.Second)
		require.Equal(t, []string{"a taken", "a failed"}, g.states())
		require.True(t, g.reports[1].Error.MayHaveSent)
	})
}

func TestStoppingDoesNotWaitForADeadGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(late(time.Hour), late(time.Hour))
		r := run(t, g)
		elapse(time.Second)
		start := time.Now()
		r.stop()
		require.LessOrEqual(t, time.Since(start), 2*time.Second)
	})
}

func TestAnAgentRunsOnceAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		agent := newAgent(t, &gatewayDouble{}, &phone.Fake{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- agent.Run(ctx) }()
		synctest.Wait()
		require.ErrorContains(t, agent.Run(ctx), "running already")
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.ErrorIs(t, agent.Run(ctx), context.Canceled, "it can run again")
	})
}

// A clock that jumps ahead for a moment ends a job's time; the phone must not say that
// it sent a text because the clock was right again when it gave its reason.
func TestAgentNeverReportsSentWithoutSending(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ahead atomic.Bool
		lost := func(w http.ResponseWriter, _ *http.Request) bool {
			ahead.Store(true)
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		g := offers(job("a"))
		g.then(lost)
		r := run(t, g, func(c *phone.Config) {
			c.Now = func() time.Time {
				if ahead.Swap(false) {
					return time.Now().Add(time.Hour)
				}
				return time.Now()
			}
		})
		r.stopAfter(10 * time.Second)
		require.Equal(t, []string{"a failed"}, g.states())
		require.Equal(t, relayapi.FailureTooLate, g.reports[0].Error.Class)
		require.Empty(t, r.sender.Sent())
	})
}

// A program may go on after a sender's panic; the text may have left by then.
func TestATextWhoseSendingPanickedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sender := &panickingSender{}
		g := offers(job("a"), job("a"))
		agent := newAgent(t, g, sender)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.Panics(t, func() { _ = agent.Run(ctx) })
		require.ErrorIs(t, agent.Run(ctx), context.DeadlineExceeded)
		require.Equal(t, 1, sender.calls)
		require.Equal(t, []string{"a taken", "a failed"}, g.states())
		require.True(t, g.reports[1].Error.MayHaveSent)
	})
}
