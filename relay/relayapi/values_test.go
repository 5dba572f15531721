package relayapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestTimeIsWrittenWithThreeFractionDigits(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("UTC+8", 8*3600)
	tests := []struct {
		name string
		at   time.Time
		want string
	}{
		{"whole second", time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC), `"2026-11-21T03:30:00.000Z"`},
		{"trailing zero", time.Date(2026, 11, 21, 3, 30, 0, 120e6, time.UTC), `"2026-11-21T03:30:00.120Z"`},
		{"nanoseconds", time.Date(2026, 11, 21, 3, 30, 0, 123456789, time.UTC), `"2026-11-21T03:30:00.123Z"`},
		{"other zone", time.Date(2026, 11, 21, 11, 30, 0, 0, shanghai), `"2026-11-21T03:30:00.000Z"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(relayapi.Time{Time: tt.at})
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got))

			text, err := relayapi.Time{Time: tt.at}.MarshalText()
			require.NoError(t, err)
			require.Equal(t, tt.want, `"`+string(text)+`"`)
		})
	}
}

func TestTimeIsReadInAnyRFC3339Form(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 21, 3, 30, 0, 0, time.UTC)
	for _, form := range []string{"2026-11-21T03:30:00Z", "2026-11-21T11:30:00.000+08:00", "2026-11-21T03:30:00.000000000Z"} {
		var report relayapi.StateReport
		require.NoError(t, json.Unmarshal([]byte(`{"at":"`+form+`"}`), &report))
		require.True(t, report.At.Equal(want), form)
	}
	var report relayapi.StateReport
	require.Error(t, json.Unmarshal([]byte(`{"at":"yesterday"}`), &report))
}

func TestNumberAndTextNeverPrint(t *testing.T) {
	t.Parallel()
	submit := relayapi.Submit{To: "+8613800138000", Text: "code 824913"}
	job := relayapi.Job{ID: "j", To: submit.To, Text: submit.Text}

	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("submit", "to", submit.To, "text", submit.Text)
	printed := []string{logged.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed = append(printed, fmt.Sprintf(verb, submit), fmt.Sprintf(verb, &job), fmt.Sprintf(verb, submit.Text))
	}
	for _, out := range printed {
		require.NotContains(t, out, "13800138000")
		require.NotContains(t, out, "824913")
		require.NotContains(t, out, fmt.Sprintf("%x", "824913"))
	}
	require.Equal(t, "138****8000", submit.To.String())
	require.Equal(t, "****", relayapi.Number("12345").String())
	require.Equal(t, "[2 characters]", relayapi.Text("你好").String())
}

func TestNumberAndTextArePlainInJSON(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(relayapi.Submit{To: "+8613800138000", Text: "code 824913"})
	require.NoError(t, err)
	require.JSONEq(t, `{"to":"+8613800138000","text":"code 824913"}`, string(body))
}

func TestValidLane(t *testing.T) {
	t.Parallel()
	for _, lane := range []string{"text", "mob-2", "a_b", "0", strings.Repeat("x", relayapi.MaxLane)} {
		require.True(t, relayapi.ValidLane(lane), lane)
	}
	for _, lane := range []string{"", "Text", "a b", "a.b", "短信", "a\n", "a/b", "-a!-", strings.Repeat("x", relayapi.MaxLane+1)} {
		require.False(t, relayapi.ValidLane(lane), lane)
	}
}

func TestValidNumber(t *testing.T) {
	t.Parallel()
	for _, valid := range []relayapi.Number{"+8613800138000", "+12345", "+123456789012345"} {
		require.True(t, relayapi.ValidNumber(valid), string(valid))
	}
	for _, other := range []relayapi.Number{"", "+", "13800138000", "+1234", "+1234567890123456", "+86 138", "+-12345", "++12345"} {
		require.False(t, relayapi.ValidNumber(other), string(other))
	}
}

func TestValidFailureClass(t *testing.T) {
	t.Parallel()
	require.True(t, relayapi.ValidFailureClass(relayapi.FailureUnknown))
	require.False(t, relayapi.ValidFailureClass("Unknown"))
	require.False(t, relayapi.ValidFailureClass(""))
}
