package provider_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func newStore(t *testing.T) *provider.MemoryReportStore {
	t.Helper()
	store, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{})
	require.NoError(t, err)
	return store
}

// TestX5DropsRepetitions pushes one after the other to one handler.
func TestX5DropsRepetitions(t *testing.T) {
	t.Parallel()
	var (
		got     inbox
		failure error
		calls   int
	)
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, func(ctx context.Context, reports []provider.Report) error {
		calls++
		if failure != nil {
			return failure
		}
		return got.take(ctx, reports)
	}, provider.DropRepetitions(newStore(t)))
	require.NoError(t, err)

	for _, step := range []struct {
		body    string
		failure error
		answer  int
		taken   string
		calls   int
	}{
		{`["1","2"]`, errors.New("disk full"), 503, "", 1},
		{`["1","2"]`, nil, 200, "1 2", 2},
		{`["1","2"]`, nil, 200, "1 2", 2},
		{`["2","3","3","1"]`, nil, 200, "1 2 3", 3},
		{`["1"]`, errors.New("disk full"), 200, "1 2 3", 3},
		{`["4","1"]`, errors.New("disk full"), 503, "1 2 3", 4},
		{`["4"]`, nil, 200, "1 2 3 4", 5},
		{`[]`, nil, 200, "1 2 3 4", 5},
	} {
		failure = step.failure
		require.Equal(t, step.answer, answer(handler, newPush(t, http.MethodPost, "/", step.body)).Code, step.body)
		require.Equal(t, step.taken, strings.ReplaceAll(strings.Join(got.taken, " "), "tencent ", ""))
		require.Equal(t, step.calls, calls)
	}
}

// TestX5KeepsWhatHasNoKey: two replies of the same words without a time.
func TestX5KeepsWhatHasNoKey(t *testing.T) {
	t.Parallel()
	var taken int
	handler, err := provider.ReportHandler(&replying{}, func(_ context.Context, reports []provider.Report) error {
		taken += len(reports)
		return nil
	}, provider.DropRepetitions(newStore(t)))
	require.NoError(t, err)
	for range 2 {
		require.Equal(t, http.StatusOK, answer(handler, newPush(t, http.MethodPost, "/", `["T","T"]`)).Code)
	}
	require.Equal(t, 4, taken)
}

// replying is a service whose replies have neither an id nor a time.
type replying struct{ pushing }

func (s *replying) ParseReports(r *http.Request) ([]provider.Report, error) {
	reports, err := s.pushing.ParseReports(r)
	for i := range reports {
		reports[i] = provider.Report{Kind: provider.ReportReply, Reply: reports[i].ID}
	}
	return reports, err
}

// TestX5OneAtATime: a push of a report that handle works on waits, and is dropped or,
// when handle has failed, handled. Others do not wait.
func TestX5OneAtATime(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{nil, errors.New("disk full")} {
		synctest.Test(t, func(t *testing.T) {
			var (
				mu      sync.Mutex
				handled []string
				finish  = make(chan struct{})
			)
			handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, func(_ context.Context, reports []provider.Report) error {
				mu.Lock()
				for _, report := range reports {
					handled = append(handled, report.ID)
				}
				first := len(handled) == 2
				mu.Unlock()
				if first {
					<-finish
					return failure
				}
				return nil
			}, provider.DropRepetitions(newStore(t)))
			require.NoError(t, err)
			var pushes sync.WaitGroup
			push := func(body string, want int) {
				pushes.Go(func() {
					request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", strings.NewReader(body))
					if got := answer(handler, request).Code; got != want {
						t.Errorf("%s: %d, want %d", body, got, want)
					}
				})
				synctest.Wait()
			}
			first := http.StatusOK
			if failure != nil {
				first = http.StatusServiceUnavailable
			}
			push(`["1","2"]`, first)
			push(`["2","1"]`, http.StatusOK) // waits
			push(`["3"]`, http.StatusOK)
			require.Equal(t, []string{"1", "2", "3"}, handled)
			close(finish)
			pushes.Wait()
			if failure == nil {
				require.Equal(t, []string{"1", "2", "3"}, handled)
			} else {
				require.Equal(t, []string{"1", "2", "3", "2", "1"}, handled)
			}
		})
	}
}

// TestX5WaitEndsWithTheRequest: the service that hangs up while another push is
// worked on is asked to push again.
func TestX5WaitEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finish := make(chan struct{})
		handler, err := provider.ReportHandler(&pushing{}, func(context.Context, []provider.Report) error {
			<-finish
			return nil
		}, provider.DropRepetitions(newStore(t)))
		require.NoError(t, err)
		go handler.ServeHTTP(httptest.NewRecorder(), newPush(t, http.MethodPost, "/", `["1"]`))
		synctest.Wait()
		push := newPush(t, http.MethodPost, "/", `["1"]`)
		ctx, hangUp := context.WithCancel(t.Context())
		answered := make(chan int, 1)
		go func() { answered <- answer(handler, push.WithContext(ctx)).Code }()
		synctest.Wait()
		hangUp()
		require.Equal(t, http.StatusServiceUnavailable, <-answered)
		close(finish)
		synctest.Wait()
	})
}

// TestX5PanicInHandle: what handle panicked at comes again, and nobody waits for it.
func TestX5PanicInHandle(t *testing.T) {
	t.Parallel()
	var got inbox
	panics := true
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, func(ctx context.Context, reports []provider.Report) error {
		if panics {
			panic("a bug")
		}
		return got.take(ctx, reports)
	}, provider.DropRepetitions(newStore(t)))
	require.NoError(t, err)
	require.PanicsWithValue(t, "a bug", func() { answer(handler, newPush(t, http.MethodPost, "/", `["1"]`)) })
	panics = false
	require.Equal(t, http.StatusOK, answer(handler, newPush(t, http.MethodPost, "/", `["1"]`)).Code)
	require.Equal(t, []string{"tencent 1"}, got.taken)
}

// badStore fails as it is told, changes what it is given, and knows more than it was
// asked for.
type badStore struct {
	known, add error
	added      []string
	ctxErr     error
}

func (s *badStore) Known(_ context.Context, keys []string) ([]string, error) {
	clear(keys)
	return []string{"something else", ""}, s.known
}

func (s *badStore) Add(ctx context.Context, keys []string) error {
	s.added = append(s.added, keys...)
	s.ctxErr = ctx.Err()
	clear(keys)
	return s.add
}

// TestX5StoreFails: the program gets everything, the service an answer, and the hook
// the error.
func TestX5StoreFails(t *testing.T) {
	t.Parallel()
	down := errors.New("store is down")
	for _, tc := range []struct {
		name       string
		known, add error
		hook       int
	}{{"asked", down, nil, 1}, {"told", nil, down, 1}, {"both", down, down, 2}, {"neither", nil, nil, 0}} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var (
				got  inbox
				hook []error
			)
			store := &badStore{known: tc.known, add: tc.add}
			handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, got.take,
				provider.DropRepetitions(store), provider.OnReportError(func(_ context.Context, err error) { hook = append(hook, err) }))
			require.NoError(t, err)
			for range 2 {
				hook = nil
				require.Equal(t, http.StatusOK, answer(handler, newPush(t, http.MethodPost, "/", `["1","2"]`)).Code)
				require.Len(t, hook, tc.hook)
				for _, problem := range hook {
					require.ErrorIs(t, problem, down)
					require.ErrorContains(t, problem, "ReportStore failed")
				}
			}
			require.Equal(t, []string{"tencent 1", "tencent 2", "tencent 1", "tencent 2"}, got.taken)
			require.Len(t, store.added, 4)
		})
	}
}

// TestX5RemembersWhenTheServiceHungUp: handle was too slow for the service, which will
// push again.
func TestX5RemembersWhenTheServiceHungUp(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	store := &badStore{}
	handler, err := provider.ReportHandler(&pushing{plain{"tencent"}}, func(context.Context, []provider.Report) error {
		hangUp()
		return nil
	}, provider.DropRepetitions(store))
	require.NoError(t, err)
	answer(handler, newPush(t, http.MethodPost, "/", `["1"]`).WithContext(ctx))
	require.Len(t, store.added, 1)
	require.NoError(t, store.ctxErr)
}
