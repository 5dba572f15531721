package phonetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func FuzzItems(f *testing.F) {
	f.Add([]byte(`[{"id":"a","textMessage":{"text":"x"},"phoneNumbers":["+86"],"validUntil":"2026-11-28T00:00:00.120Z","state":null}]`))
	f.Add([]byte(`[{"id":"a","message":"x","phoneNumbers":["1","1"],"createdAt":"2026-11-28T00:00:00Z"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := parseItems(data)
		if err != nil {
			return
		}
		s := store{byID: make(map[string]*message)}
		for _, i := range items {
			s.insert(i, time.Now())
			require.Equal(t, statePending, s.byID[i.ID].state())
		}
	})
}

func FuzzEvents(f *testing.F) {
	f.Add("event: MessageEnqueued\ndata: {}\n\n: keepalive\n\ndata\n\n")
	f.Fuzz(func(t *testing.T, stream string) {
		events := 0
		_ = readEvents(strings.NewReader(stream), func() {}, func(string, string) { events++ })
		require.LessOrEqual(t, events, strings.Count(stream, "data"))
	})
}

func FuzzSettings(f *testing.F) {
	f.Add([]byte(`{"messages":{"limit_period":"PerDay","limit_value":9},"ping":{"interval_seconds":30}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := NewApp(AppConfig{})
		_ = walkSettings(data, "", a.set)
		_, known := periods[a.settings.LimitPeriod]
		require.True(t, known || a.settings.LimitPeriod == "" || a.settings.LimitPeriod == "Disabled")
	})
}

func FuzzTimes(f *testing.F) {
	for _, s := range []string{"2026-11-21T11:52:08.120+08:00", "2026-11-21T03:30:00.123456789Z", "2026-11-21T03:30:00Z", "2026-11-21T03:30:00.12Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		read, err := parseJavaTime(s)
		if err != nil || read.Year() < 0 || read.Year() > 9998 {
			return
		}
		data, err := json.Marshal(javaTime{read})
		require.NoError(t, err)
		var again javaTime
		require.NoError(t, json.Unmarshal(data, &again))
		require.Equal(t, read.Truncate(time.Millisecond).UnixMilli(), again.UnixMilli())
	})
}

func TestTimesAsTheAppReadsThem(t *testing.T) {
	t.Parallel()
	for written, read := range map[string]string{
		"2026-11-21T03:30:00.123Z":       "2026-11-21T03:30:00.123Z",
		"2026-11-21T03:30:00.12Z":        "2026-11-21T03:30:00.012Z",
		"2026-11-21T03:30:00Z":           "2026-11-21T03:30:00Z",
		"2026-11-21T03:30:00.123456Z":    "2026-11-21T03:32:03.456Z",
		"2026-11-21T03:30:00.123456789Z": "2026-11-22T13:47:36.789Z",
	} {
		got, err := parseJavaTime(written)
		require.NoError(t, err)
		require.Equal(t, read, got.UTC().Format(time.RFC3339Nano))
	}
}

func TestBackOff(t *testing.T) {
	t.Parallel()
	require.Equal(t, 10*time.Second, backOff(1))
	require.Equal(t, 20*time.Second, backOff(2))
	require.Equal(t, 5*time.Hour, backOff(12))
	require.Equal(t, 5*time.Hour, backOff(1<<40))
}
