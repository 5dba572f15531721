package phone_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func withOutbox(path string) func(*phone.Config) {
	return func(c *phone.Config) { c.Outbox = path }
}

const emptyOutbox = `{"version":1,"reports":[]}`

// An agent that is stopped while the gateway does not answer reports with its next run, and
// before it pulls.
func TestOutboxReportsAfterARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.json")
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"))
		g.then(leave)
		for range 10 {
			g.then(status(http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable))
		}
		first := run(t, g, withOutbox(path))
		first.sent(1)
		first.stopAfter(5 * time.Second)
		require.Equal(t, []string{"a taken"}, g.states())
		requirePrivate(t, path)

		g.forgetScript()
		pulls := g.pulled()
		g.then(func(http.ResponseWriter, *http.Request) bool {
			assert.Equal(t, pulls, g.pulled(), "it reports first")
			return false
		})
		run(t, g, withOutbox(path)).stopAfter(time.Second)
		require.Equal(t, []string{"a taken", "a sent"}, g.states())
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.JSONEq(t, emptyOutbox, string(content))

		run(t, g, withOutbox(path)).stopAfter(time.Second)
		require.Len(t, g.states(), 2, "once")
	})
}

func TestOutboxIsEmptyWhenTheGatewayHasAnswered(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.json")
	synctest.Test(t, func(t *testing.T) {
		g := offers(job("a"), job("b"))
		g.then(leave, status(http.StatusForbidden, relayapi.CodeForeignLease))
		r := run(t, g, withOutbox(path))
		r.sent(2)
		r.stopAfter(time.Second)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		require.JSONEq(t, emptyOutbox, string(content))
	})
}

func TestWithoutItsOutboxNothingIsSent(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	synctest.Test(t, func(t *testing.T) {
		g := offers()
		r := run(t, g, withOutbox(filepath.Join(folder, "outbox.json")))
		elapse(time.Second)
		require.NoError(t, os.RemoveAll(folder))
		g.offer(job("a"))
		r.stopAfter(time.Minute)
		require.Empty(t, r.sender.Sent())
		require.Equal(t, []string{"a taken", "a failed"}, g.states())
		require.Equal(t, relayapi.FailureConfig, g.reports[1].Error.Class)
		require.False(t, g.reports[1].Error.MayHaveSent)
		require.NotContains(t, g.reports[1].Error.Text, folder)
	})
}

func TestADamagedOutboxIsSetAside(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "{", "[]", `{"version":2}`, strings.Repeat("\x00", 512)} {
		t.Run(fmt.Sprintf("%.12q", content), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "outbox.json")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			synctest.Test(t, func(t *testing.T) {
				g := offers(job("a"))
				r := run(t, g, withOutbox(path))
				r.sent(1)
				r.stopAfter(time.Second)
				require.Contains(t, r.log.String(), "set aside")
				aside, err := os.ReadFile(path + ".damaged")
				require.NoError(t, err)
				require.Equal(t, content, string(aside))
				require.Equal(t, []string{"a taken", "a sent"}, g.states())
			})
		})
	}
}

func TestAnOutboxThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing", "outbox.json")} {
		_, err := phone.New(phone.Config{BaseURL: "https://gateway.test", Token: token, Sender: &phone.Fake{}, Outbox: path})
		require.ErrorContains(t, err, "Outbox")
	}
}

// TestOutboxIsBounded starts with a file of more outcomes than an outbox keeps.
func TestOutboxIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "outbox.json")
	var reports []string
	for n := range 1500 {
		reports = append(reports, fmt.Sprintf(`{"id":"old-%d","lease":"l","state":"sent","at":"2026-11-21T12:00:00.000Z"}`, n))
	}
	require.NoError(t, os.WriteFile(path, []byte(`{"version":1,"reports":[`+strings.Join(reports, ",")+`]}`), 0o600))
	synctest.Test(t, func(t *testing.T) {
		g := &gatewayDouble{}
		g.then(func(w http.ResponseWriter, r *http.Request) bool {
			content, err := os.ReadFile(path)
			assert.NoError(t, err)
			assert.Equal(t, 1000, strings.Count(string(content), "old-"))
			return false
		})
		run(t, g, withOutbox(path)).stopAfter(time.Second)
		require.Len(t, g.states(), 1000)
		require.Equal(t, "old-500 sent", g.states()[0], "the latest are kept")
	})
}

// TestG3Token is about a token that the gateway does not accept.
func TestG3Token(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		code   relayapi.ErrorCode
		ends   bool
	}{
		{"unknown token", http.StatusUnauthorized, relayapi.CodeUnauthorized, true},
		{"unknown token, no body", http.StatusUnauthorized, "", true},
		{"a site's token", http.StatusForbidden, relayapi.CodeForbidden, true},
		{"forbidden, no body", http.StatusForbidden, "", true},
		{"a job of another phone", http.StatusForbidden, relayapi.CodeForeignJob, false},
		{"the queue fails", http.StatusServiceUnavailable, relayapi.CodeQueueUnavailable, false},
	}
	for _, tt := range tests {
		inBubble(t, tt.name, func(t *testing.T) {
			t.Helper()
			refusing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { status(tt.status, tt.code)(w, r) })
			agent, err := phone.New(phone.Config{
				BaseURL: "https://gateway.test", Token: token, Sender: &phone.Fake{}, HTTPClient: &http.Client{Transport: inMemory{refusing}},
			})
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			start := time.Now()
			err = agent.Run(ctx)
			if !tt.ends {
				require.ErrorIs(t, err, context.DeadlineExceeded)
				return
			}
			require.ErrorContains(t, err, "does not accept the token")
			require.NotContains(t, err.Error(), token)
			require.Zero(t, time.Since(start))
		})
	}
}
