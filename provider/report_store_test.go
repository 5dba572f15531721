package provider_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestMemoryReportStore(t *testing.T) {
	t.Parallel()
	now := time.Date(2025, time.May, 1, 8, 0, 0, 0, time.UTC)
	store, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{
		MaxReports: 3, Keep: time.Hour, Now: func() time.Time { return now },
	})
	require.NoError(t, err)
	known := func() []string {
		t.Helper()
		keys, err := store.Known(t.Context(), []string{"a", "b", "c", "d", "e"})
		require.NoError(t, err)
		return keys
	}
	require.Empty(t, known())
	require.NoError(t, store.Add(t.Context(), []string{"a", "b"}))
	require.Equal(t, []string{"a", "b"}, known())
	now = now.Add(30 * time.Minute)
	require.NoError(t, store.Add(t.Context(), []string{"b", "c", "c"}))
	require.Equal(t, []string{"a", "b", "c"}, known())
	require.NoError(t, store.Add(t.Context(), []string{"d"}))
	require.Equal(t, []string{"b", "c", "d"}, known(), "the oldest goes first")
	now = now.Add(30*time.Minute - time.Nanosecond)
	require.Equal(t, []string{"b", "c", "d"}, known())
	now = now.Add(time.Nanosecond)
	require.Equal(t, []string{"c", "d"}, known(), "a key that was added again keeps its time")
	require.NoError(t, store.Add(t.Context(), []string{"b"}))
	now = now.Add(30 * time.Minute)
	require.Equal(t, []string{"b"}, known())
	require.NoError(t, store.Add(t.Context(), []string{"1", "2", "3", "4", "e"}))
	require.Equal(t, []string{"e"}, known())
}

func TestMemoryReportStoreRefuses(t *testing.T) {
	t.Parallel()
	_, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{MaxReports: -1, Keep: -1})
	require.ErrorIs(t, err, provider.KindConfig)
	require.EqualError(t, err, "reports: config: MaxReports: must not be negative; Keep: must not be negative")
}

func TestMemoryReportStoreConcurrently(t *testing.T) {
	t.Parallel()
	store, err := provider.NewMemoryReportStore(provider.MemoryReportStoreConfig{MaxReports: 10})
	require.NoError(t, err)
	var everybody sync.WaitGroup
	for worker := range 8 {
		everybody.Go(func() {
			for i := range 100 {
				_ = store.Add(t.Context(), []string{strconv.Itoa(worker), fmt.Sprint(worker, i)})
				_, _ = store.Known(t.Context(), []string{strconv.Itoa(worker)})
			}
		})
	}
	everybody.Wait()
	var all []string
	for worker := range 8 {
		all = append(all, strconv.Itoa(worker))
		for i := range 100 {
			all = append(all, fmt.Sprint(worker, i))
		}
	}
	known, err := store.Known(t.Context(), all)
	require.NoError(t, err)
	require.Len(t, known, 10)
}

// TestReportKey changes one thing after the other.
func TestReportKey(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, time.May, 1, 8, 0, 0, 0, time.UTC)
	newReport := func() provider.Report {
		return provider.Report{
			Provider: "tencent", Phone: provider.MustParsePhone(someNumber), ID: "77", At: at,
			Status: provider.Status{State: provider.StateFailed, Code: "UNDELIV", At: at},
		}
	}
	key := newReport().Key()
	require.Regexp(t, "^[0-9a-f]{64}$", key)
	for name, change := range map[string]func(r *provider.Report){
		"provider":         func(r *provider.Report) { r.Provider = "ronglian" },
		"kind":             func(r *provider.Report) { r.Kind = provider.ReportReply },
		"phone":            func(r *provider.Report) { r.Phone = provider.Phone{} },
		"id":               func(r *provider.Report) { r.ID = "78" },
		"state":            func(r *provider.Report) { r.Status.State = provider.StateDelivered },
		"code":             func(r *provider.Report) { r.Status.Code = "EXPIRED" },
		"reply":            func(r *provider.Report) { r.Reply = "T" },
		"time":             func(r *provider.Report) { r.At = at.Add(time.Second) },
		"no time":          func(r *provider.Report) { r.At = time.Time{} },
		"moved to another": func(r *provider.Report) { r.Status.Code, r.Reply = "", "UNDELIV" },
		"quotes":           func(r *provider.Report) { r.Status.Code = `UNDELIV" "`; r.Reply = "" },
	} {
		report := newReport()
		change(&report)
		require.NotEqual(t, key, report.Key(), name)
	}
	for name, change := range map[string]func(r *provider.Report){
		"nothing":   func(*provider.Report) {},
		"zone":      func(r *provider.Report) { r.At = at.In(time.FixedZone("", 8*3600)) },
		"reference": func(r *provider.Report) { r.Ref = "order-7" },
		"words":     func(r *provider.Report) { r.Status.Text = "failed" },
		"extra":     func(r *provider.Report) { r.Extra = map[string]string{"sign": "Acme"} },
	} {
		report := newReport()
		change(&report)
		require.Equal(t, key, report.Key(), name)
	}
	require.Empty(t, provider.Report{Kind: provider.ReportReply, Reply: "T", Phone: provider.MustParsePhone(someNumber)}.Key())
	require.NotEmpty(t, provider.Report{Kind: provider.ReportReply, Reply: "T", At: at}.Key())
	require.NotEmpty(t, provider.Report{ID: "77"}.Key())
}
