package gateway

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// FuzzRequests checks requests of any content: whatever passes the checks keeps the limits
// of the contract, the rest is refused by the field's name.
func FuzzRequests(f *testing.F) {
	f.Add("13800138000", "Your code is 824913.", "r", "text", int64(time.Minute), "sent", "limit")
	f.Add("", "\u200b", "\x00", "", int64(-1), "", "")
	f.Fuzz(func(t *testing.T, to, text, ref, lane string, d int64, state, class string) {
		s := Submission{To: relayapi.Number(to), Text: relayapi.Text(text), Ref: ref, Lane: lane, Key: ref, TTL: time.Duration(d), Wait: time.Duration(d)}
		if s, number, err := s.checked(); err != nil {
			requireField(t, err)
		} else {
			require.Regexp(t, `^\+[0-9]{7,15}$`, string(number))
			require.LessOrEqual(t, len([]rune(string(s.Text))), relayapi.MaxText)
			require.GreaterOrEqual(t, s.TTL, relayapi.MinTTL)
			require.LessOrEqual(t, s.Wait, relayapi.MaxWait)
		}
		p := PullRequest{Lanes: []string{lane, ref}, Max: int(d), Wait: time.Duration(d), Interval: time.Duration(d)}
		if p, err := p.checked(); err != nil {
			requireField(t, err)
		} else {
			require.Positive(t, p.Max)
			require.GreaterOrEqual(t, p.Interval, relayapi.MinInterval)
		}
		r := ReportRequest{ID: ref, Lease: lane, State: relayapi.State(state), Failure: &relayapi.Failure{Class: relayapi.FailureClass(class)}}
		if err := r.check(); err != nil {
			requireField(t, err)
		} else {
			require.Equal(t, relayapi.StateFailed, r.State)
		}
	})
}

func requireField(t *testing.T, err error) {
	t.Helper()
	var field *FieldError
	require.ErrorAs(t, err, &field)
	require.NotEmpty(t, field.Field)
	require.NotEmpty(t, field.Problem)
}
