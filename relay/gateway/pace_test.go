package gateway

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

var paceStart = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// paceJob is a job that a phone got and sent at these times.
func paceJob(handed, sent time.Duration) Job {
	step := func(s relayapi.State, at time.Duration) relayapi.Transition {
		return relayapi.Transition{State: s, Source: relayapi.SourcePhone, Name: "phone", At: relayapi.Time{Time: paceStart.Add(at)}}
	}
	return Job{Lane: "text", History: []relayapi.Transition{
		step(relayapi.StateOffered, handed), step(relayapi.StateTaken, handed), step(relayapi.StateSent, sent),
	}}
}

func TestThePaceOfALane(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, tt := range []struct {
		name string
		jobs []Job
		at   time.Duration
		want time.Duration
	}{
		{"nothing known", nil, 0, 0},
		{"one text, and an eighth", []Job{paceJob(0, 8*s)}, 8 * s, 9 * s},
		{"of several in hand each has its own time", []Job{paceJob(0, 8*s), paceJob(0, 16*s), paceJob(0, 24*s)}, 24 * s, 9 * s},
		{"a repeated report is no text", []Job{paceJob(0, 8*s), paceJob(0, 8*s)}, 8 * s, 9 * s},
		{"it moves, and what varies needs more", []Job{paceJob(0, 8*s), paceJob(8*s, 24*s)}, 24 * s, 11250*time.Millisecond + 4*s},
		{"an old one is forgotten", []Job{paceJob(0, 8*s)}, 38 * s, 0},
		{"one text counts a minute at most", []Job{paceJob(0, time.Hour)}, time.Hour, 67500 * time.Millisecond},
		{"a clock that is set back", []Job{paceJob(8*s, 0)}, 0, 0},
		{"not sent last", []Job{{Lane: "text", History: paceJob(0, s).History[:2]}, {Lane: "text"}}, s, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var p paces
			for _, job := range tt.jobs {
				p.learn(job, "phone")
			}
			require.Equal(t, tt.want, p.of("text", paceStart.Add(tt.at)))
			require.Zero(t, p.of("mob", paceStart.Add(tt.at)))
		})
	}
}

// TestPacesAreBounded: names come from outside.
func TestPacesAreBounded(t *testing.T) {
	t.Parallel()
	var p paces
	for n := range 2*maxPaces + 1 {
		job := paceJob(0, time.Second)
		job.Lane = fmt.Sprint(n)
		for i := range job.History {
			job.History[i].Name = job.Lane
		}
		p.learn(job, job.Lane)
	}
	require.LessOrEqual(t, len(p.lanes), maxPaces)
	require.LessOrEqual(t, len(p.phones), maxPaces)
}
