package phonecmd

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"time"
)

// speechTime bounds one announcement.
const speechTime = 10 * time.Second

// speaker says at intervals how many errors there are: an old phone in a corner tells by itself
// whether somebody has to look after it.
type speaker struct {
	every    time.Duration
	language string
	count    func() int
	say      func(ctx context.Context, words string) error
	logger   *slog.Logger
}

// run speaks until ctx ends. That it could not is in the log once, until it can again.
func (s *speaker) run(ctx context.Context) {
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	silent := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		limited, cancel := context.WithTimeout(ctx, speechTime)
		err := s.say(limited, announcement(s.language, s.count()))
		cancel()
		if err != nil && !silent && ctx.Err() == nil {
			s.logger.Warn("the number of errors could not be spoken; trying again", "error", err)
		}
		silent = err != nil
	}
}

// announcement is what is said of so many errors.
func announcement(language string, errors int) string {
	switch {
	case language == "zh":
		return fmt.Sprintf("错误数 %d", errors)
	case errors == 1:
		return "1 error"
	default:
		return fmt.Sprintf("%d errors", errors)
	}
}

const wordsPlace = "{text}"

// speech returns how to say words by a command: in the place of {text}, or on its standard
// input.
func speech(command []string) func(ctx context.Context, words string) error {
	return func(ctx context.Context, words string) error {
		args := make([]string, len(command)-1)
		for i, arg := range command[1:] {
			args[i] = strings.ReplaceAll(arg, wordsPlace, words)
		}
		program := exec.CommandContext(ctx, command[0], args...) //nolint:gosec // the operator chooses the command
		program.Stdin = strings.NewReader(words)
		program.WaitDelay = time.Second
		killWhole(program)
		return program.Run()
	}
}
