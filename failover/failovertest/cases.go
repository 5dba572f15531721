package failovertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Keys look like those of a composer.
var (
	oneKey   = strings.Repeat("0a", 32)
	otherKey = strings.Repeat("0b", 32)
)

var cases = []testCase{
	{"counts from one", "Add returns the count with the new attempt included: 1 for the first", countsFromOne},
	{"keys apart", "each key has a count of its own", keepsKeysApart},
	{"lapses", "the count is forgotten when the window passes without another Add", lapses},
	{"renews", "every Add begins the window anew", renews},
	{"windows apart", "each key lapses by its own window", keepsWindowsApart},
	{"latest window counts", "the window of the latest Add is the one that counts", latestWindowCounts},
	{"forgets", "after Forget the next Add returns 1, and other keys are untouched", forgets},
	{"forgets the unknown", "Forget of a key that is not there is no error", forgetsUnknown},
	{"counts atomically", "of several calls at the same time each gets a number of its own", countsAtomically},
	{"one first attempt", "of several first calls at the same time exactly one gets 1", givesOneFirst},
	{"finished context", "with a finished context the error matches ctx.Err()", honoursContext},
}

func countsFromOne(ctx context.Context, h Harness) error {
	return addAll(ctx, h, oneKey, Window, 1, 2, 3, 4)
}

func keepsKeysApart(ctx context.Context, h Harness) error {
	return errors.Join(
		addAll(ctx, h, oneKey, Window, 1, 2),
		addAll(ctx, h, otherKey, Window, 1),
		addAll(ctx, h, oneKey, Window, 3),
	)
}

func lapses(ctx context.Context, h Harness) error {
	if err := addAll(ctx, h, oneKey, Window, 1, 2); err != nil {
		return err
	}
	h.Advance(Window + Window/4)
	return addAll(ctx, h, oneKey, Window, 1, 2)
}

func renews(ctx context.Context, h Harness) error {
	for want := 1; want <= 4; want++ {
		if err := addAll(ctx, h, oneKey, Window, want); err != nil {
			return err
		}
		h.Advance(Window / 2)
	}
	return nil
}

func keepsWindowsApart(ctx context.Context, h Harness) error {
	if err := errors.Join(
		addAll(ctx, h, oneKey, time.Hour, 1),
		addAll(ctx, h, otherKey, Window, 1),
	); err != nil {
		return err
	}
	h.Advance(Window + Window/4)
	return errors.Join(
		addAll(ctx, h, otherKey, Window, 1),
		addAll(ctx, h, oneKey, time.Hour, 2),
	)
}

func latestWindowCounts(ctx context.Context, h Harness) error {
	if err := errors.Join(
		addAll(ctx, h, oneKey, time.Hour, 1),
		addAll(ctx, h, oneKey, Window, 2),
	); err != nil {
		return err
	}
	h.Advance(Window + Window/4)
	return addAll(ctx, h, oneKey, Window, 1)
}

func forgets(ctx context.Context, h Harness) error {
	if err := errors.Join(
		addAll(ctx, h, oneKey, Window, 1, 2),
		addAll(ctx, h, otherKey, Window, 1),
		h.Store.Forget(ctx, oneKey),
	); err != nil {
		return err
	}
	return errors.Join(
		addAll(ctx, h, oneKey, Window, 1),
		addAll(ctx, h, otherKey, Window, 2),
	)
}

func forgetsUnknown(ctx context.Context, h Harness) error {
	return errors.Join(h.Store.Forget(ctx, oneKey), addAll(ctx, h, oneKey, Window, 1))
}

func countsAtomically(ctx context.Context, h Harness) error {
	const callers = 64
	counts, err := addAtOnce(ctx, h, oneKey, callers)
	if err != nil {
		return err
	}
	slices.Sort(counts)
	for i, count := range counts {
		if count != i+1 {
			return fmt.Errorf("%d calls at the same time returned %v", callers, counts)
		}
	}
	return nil
}

func givesOneFirst(ctx context.Context, h Harness) error {
	for round := range 50 {
		counts, err := addAtOnce(ctx, h, fmt.Sprintf("%064x", round), 2)
		if err != nil {
			return err
		}
		if counts[0]+counts[1] != 3 {
			return fmt.Errorf("two first calls at the same time returned %v", counts)
		}
	}
	return nil
}

func honoursContext(ctx context.Context, h Harness) error {
	finished, cancel := context.WithCancel(ctx)
	cancel()
	_, addErr := h.Store.Add(finished, oneKey, Window)
	return errors.Join(
		wantCancelled("Add", addErr),
		wantCancelled("Forget", h.Store.Forget(finished, oneKey)),
	)
}

func wantCancelled(method string, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("%s with a cancelled context: no error", method)
	case !errors.Is(err, context.Canceled):
		return fmt.Errorf("%s with a cancelled context: another error: %w", method, err)
	}
	return nil
}

// addAll counts one attempt for each of the counts that it wants back.
func addAll(ctx context.Context, h Harness, key string, window time.Duration, want ...int) error {
	for _, count := range want {
		got, err := h.Store.Add(ctx, key, window)
		if err != nil {
			return fmt.Errorf("Add: %w", err)
		}
		if got != count {
			return fmt.Errorf("Add returned %d, want %d", got, count)
		}
	}
	return nil
}

// addAtOnce counts attempts from several goroutines.
func addAtOnce(ctx context.Context, h Harness, key string, callers int) ([]int, error) {
	var (
		calls  sync.WaitGroup
		counts = make([]int, callers)
		errs   = make([]error, callers)
		start  = make(chan struct{})
	)
	for i := range callers {
		calls.Go(func() {
			<-start
			counts[i], errs[i] = h.Store.Add(ctx, key, Window)
		})
	}
	close(start)
	calls.Wait()
	return counts, errors.Join(errs...)
}
