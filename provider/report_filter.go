package provider

import (
	"context"
	"slices"
	"sync"
	"time"
)

// longestAdd is how long a store may take to remember reports when the service no
// longer waits for the answer.
const longestAdd = 5 * time.Second

// reportFilter gives each report to the program once.
type reportFilter struct {
	store   ReportStore
	onError func(ctx context.Context, err error)
	handle  func(ctx context.Context, reports []Report) error

	mu   sync.Mutex
	busy map[string]chan struct{} // by key; closed when handle is done with it
}

func newReportFilter(s reportSettings, handle func(ctx context.Context, reports []Report) error) *reportFilter {
	return &reportFilter{store: s.store, onError: s.onError, handle: handle, busy: map[string]chan struct{}{}}
}

// take gives the program those reports that it has not taken before.
func (f *reportFilter) take(ctx context.Context, reports []Report) error {
	keys := keysOf(reports)
	done, err := f.claim(ctx, keys)
	if err != nil {
		return err
	}
	defer done()

	known := f.known(ctx, keys)
	fresh := slices.DeleteFunc(slices.Clone(reports), func(r Report) bool {
		key := r.Key()
		if key == "" {
			return false
		}
		repeated := known[key]
		known[key] = true // it may stand twice in one push
		return repeated
	})
	if len(fresh) == 0 {
		return nil
	}
	if err := f.handle(ctx, fresh); err != nil {
		return err
	}
	f.remember(ctx, keysOf(fresh))
	return nil
}

// claim waits until nobody works on a report with one of the keys, and keeps others
// from doing so until done is called.
func (f *reportFilter) claim(ctx context.Context, keys []string) (done func(), err error) {
	mine := make(chan struct{})
	for {
		others := f.tryClaim(keys, mine)
		if others == nil {
			return func() { f.release(keys, mine) }, nil
		}
		select {
		case <-others:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// tryClaim claims all keys, or none and returns whom to wait for.
func (f *reportFilter) tryClaim(keys []string, mine chan struct{}) (others <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range keys {
		if others, busy := f.busy[key]; busy {
			return others
		}
	}
	for _, key := range keys {
		f.busy[key] = mine
	}
	return nil
}

func (f *reportFilter) release(keys []string, mine chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range keys {
		delete(f.busy, key)
	}
	close(mine)
}

// known asks the store. When that fails, nothing is known, so that nothing is lost.
func (f *reportFilter) known(ctx context.Context, keys []string) map[string]bool {
	known := map[string]bool{}
	if len(keys) == 0 {
		return known
	}
	found, err := f.store.Known(ctx, slices.Clone(keys))
	if err != nil {
		f.onError(ctx, storeFailed(err))
		return known
	}
	for _, key := range found {
		known[key] = true
	}
	return known
}

// remember puts reports into the store that the program has taken, even when the
// service has hung up meanwhile: it will push them again.
func (f *reportFilter) remember(ctx context.Context, keys []string) {
	if len(keys) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestAdd)
	defer cancel()
	if err := f.store.Add(ctx, keys); err != nil {
		f.onError(ctx, storeFailed(err))
	}
}

func storeFailed(err error) error {
	return &Error{Op: OpReports, Kind: KindUnavailable, Text: "ReportStore failed; reports may be handled twice", Err: err}
}

// keysOf lists the keys of reports that have one, each once.
func keysOf(reports []Report) []string {
	var keys []string
	for _, report := range reports {
		if key := report.Key(); key != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
