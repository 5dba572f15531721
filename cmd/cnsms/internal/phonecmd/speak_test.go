//go:build unix

package phonecmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheNumberOfErrorsIsSpokenEvery15Seconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var spoken []string
		var at []time.Duration
		began := time.Now()
		count := func() int { return 3 * int(time.Since(began)/(20*time.Second)) }
		s := speaker{every: 15 * time.Second, language: "zh", count: count, logger: slog.New(slog.DiscardHandler)}
		s.say = func(_ context.Context, words string) error {
			spoken, at = append(spoken, words), append(at, time.Since(began))
			return nil
		}
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Second)
		defer stop()
		s.run(ctx)
		require.Equal(t, []string{"错误数 0", "错误数 3", "错误数 6"}, spoken)
		require.Equal(t, []time.Duration{15 * time.Second, 30 * time.Second, 45 * time.Second}, at)
	})
}

func TestASpeakerThatFailsIsNamedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		calls := 0
		s := speaker{every: 15 * time.Second, language: "en", count: func() int { return 0 }, logger: slog.New(slog.NewTextHandler(&log, nil))}
		s.say = func(ctx context.Context, _ string) error {
			if calls++; calls == 1 { // hangs
				<-ctx.Done()
				return ctx.Err()
			}
			return errors.New("no voice")
		}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
		defer stop()
		s.run(ctx)
		require.Greater(t, calls, 10)
		require.Equal(t, 1, strings.Count(log.String(), "could not be spoken"))
	})
}

func TestAnnouncement(t *testing.T) {
	t.Parallel()
	require.Equal(t, "错误数 2", announcement("zh", 2))
	require.Equal(t, "1 error", announcement("en", 1))
	require.Equal(t, "2 errors", announcement("en", 2))
}

func TestSpeech(t *testing.T) {
	t.Parallel()
	require.NoError(t, speech([]string{"/bin/sh", "-c", `[ "$1" = "2 errors" ] && [ "$(cat)" = "2 errors" ]`, "sh", "{text}"})(t.Context(), "2 errors"))
	require.Error(t, speech([]string{"/bin/sh", "-c", `exit 1`})(t.Context(), "2 errors"))

	alive := filepath.Join(t.TempDir(), "alive")
	require.NoError(t, syscall.Mkfifo(alive, 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- speech([]string{"/bin/sh", "-c", `(exec 3>"$0"; sleep 600) & wait`, alive})(ctx, "2 errors")
	}()
	pipe, err := os.Open(alive) // waits until what hangs has opened it
	require.NoError(t, err)
	cancel()
	require.Error(t, <-ended)
	_, err = io.ReadAll(pipe) // ends with the last that has it open
	require.NoError(t, err)
	require.NoError(t, pipe.Close())
}
