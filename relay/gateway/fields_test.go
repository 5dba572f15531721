package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// requireField wants an error that names the field and none of the secrets, and a queue
// that was not asked.
func (w *world) requireField(err error, field string, before int64) {
	w.Helper()
	var wrong *gateway.FieldError
	require.ErrorAs(w, err, &wrong)
	require.Equal(w, field, wrong.Field, "%v", err)
	require.ErrorContains(w, err, "gateway: "+field+": "+wrong.Problem)
	require.NotContains(w, err.Error(), "secret")
	require.Equal(w, before, w.queue.calls.Load(), "the queue was not asked")
}

func TestFieldsOfASubmission(t *testing.T) {
	t.Parallel()
	tests := []struct {
		field  string
		change func(*gateway.Submission)
	}{
		{"to", func(s *gateway.Submission) { s.To = "" }},
		{"to", func(s *gateway.Submission) { s.To = "secret" }},
		{"to", func(s *gateway.Submission) { s.To = "12345" }},
		{"text", func(s *gateway.Submission) { s.Text = "" }},
		{"text", func(s *gateway.Submission) { s.Text = " \n\t" }},
		{"text", func(s *gateway.Submission) { s.Text = "secret\x00" }},
		{"text", func(s *gateway.Submission) { s.Text = "secret\x7f" }},
		{"text", func(s *gateway.Submission) { s.Text = "secret\ufffd" }},
		{"text", func(s *gateway.Submission) { s.Text = "secret\xff" }},
		{"text", func(s *gateway.Submission) { s.Text = relayapi.Text(strings.Repeat("码", relayapi.MaxText+1)) }},
		{"ref", func(s *gateway.Submission) { s.Ref = "secret\n" }},
		{"ref", func(s *gateway.Submission) { s.Ref = strings.Repeat("号", relayapi.MaxRef+1) }},
		{"lane", func(s *gateway.Submission) { s.Lane = "secret lane" }},
		{"ttl", func(s *gateway.Submission) { s.TTL = relayapi.MinTTL - 1 }},
		{"ttl", func(s *gateway.Submission) { s.TTL = relayapi.MaxTTL + 1 }},
		{"ttl", func(s *gateway.Submission) { s.TTL = -1 }},
		{"wait", func(s *gateway.Submission) { s.Wait = -1 }},
		{"wait", func(s *gateway.Submission) { s.Wait = relayapi.MaxWait + 1 }},
		{"key", func(s *gateway.Submission) { s.Key = strings.Repeat("k", relayapi.MaxIdempotencyKey+1) }},
		{"key", func(s *gateway.Submission) { s.Key = "secret\n" }},
		{"key", func(s *gateway.Submission) { s.Key = "键" }},
	}
	w := newOnlineWorld(t)
	for _, tt := range tests {
		s := text()
		tt.change(&s)
		before := w.queue.calls.Load()
		_, err := w.Submit(t.Context(), site, s)
		w.requireField(err, tt.field, before)
	}
	require.Empty(t, w.pulled(oldPhone))
}

func TestASubmissionAtEveryBound(t *testing.T) {
	t.Parallel()
	w := newOnlineWorld(t)
	_, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{Lanes: []string{"mob"}})
	require.NoError(t, err)
	job := w.submitted(gateway.Submission{
		To: "+86 138-0013-8000", Text: relayapi.Text(strings.Repeat("码", relayapi.MaxText-3) + "\n\r\t"),
		Ref: strings.Repeat("号", relayapi.MaxRef), Lane: "mob", Key: strings.Repeat("~", relayapi.MaxIdempotencyKey),
		TTL: relayapi.MaxTTL, Wait: relayapi.MaxWait,
	})
	require.Equal(t, relayapi.MaxTTL, job.Deadline.Sub(job.Created))
	require.Equal(t, relayapi.Number("+8613800138000"), job.To)
	shortest := text()
	shortest.TTL = relayapi.MinTTL
	job = w.submitted(shortest)
	require.Equal(t, relayapi.MinTTL, job.Deadline.Sub(job.Created))
}

func TestFieldOfACancelByKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []string{"", "secret\n", strings.Repeat("k", relayapi.MaxIdempotencyKey+1)} {
		_, err := w.CancelKey(t.Context(), site, key)
		w.requireField(err, "key", 0)
	}
}

func tooManyLanes() []string {
	var lanes []string
	for i := range relayapi.MaxLanes + 1 {
		lanes = append(lanes, fmt.Sprint("lane-", i))
	}
	return lanes
}

func TestFieldsOfAPull(t *testing.T) {
	t.Parallel()
	tests := []struct {
		field string
		pull  gateway.PullRequest
	}{
		{"max", gateway.PullRequest{Max: -1}},
		{"max", gateway.PullRequest{Max: relayapi.MaxJobs + 1}},
		{"wait", gateway.PullRequest{Wait: -1}},
		{"wait", gateway.PullRequest{Wait: relayapi.MaxWait + 1}},
		{"interval", gateway.PullRequest{Interval: -1}},
		{"interval", gateway.PullRequest{Interval: relayapi.MinInterval - 1}},
		{"interval", gateway.PullRequest{Interval: relayapi.MaxInterval + 1}},
		{"lanes", gateway.PullRequest{Lanes: []string{"secret lane"}}},
		{"lanes", gateway.PullRequest{Lanes: []string{""}}},
		{"lanes", gateway.PullRequest{Lanes: []string{"mob", "text", "mob"}}},
		{"lanes", gateway.PullRequest{Lanes: tooManyLanes()}},
	}
	w := newWorld(t)
	for _, tt := range tests {
		_, err := w.Pull(t.Context(), oldPhone, tt.pull)
		w.requireField(err, tt.field, 0)
		if tt.field == "lanes" {
			_, _, err = w.Watch(oldPhone, tt.pull.Lanes)
			w.requireField(err, tt.field, 0)
		}
	}
	_, err := w.Pull(t.Context(), oldPhone, gateway.PullRequest{
		Max: relayapi.MaxJobs, Interval: relayapi.MaxInterval, Lanes: tooManyLanes()[1:],
	})
	require.NoError(t, err, "at every bound")
	_, err = w.Pull(t.Context(), oldPhone, gateway.PullRequest{Max: 1, Interval: relayapi.MinInterval})
	require.NoError(t, err)
}

func TestFieldsOfAReport(t *testing.T) {
	t.Parallel()
	why := &relayapi.Failure{Class: relayapi.FailureUnknown}
	tests := []struct {
		field  string
		change func(*gateway.ReportRequest)
	}{
		{"id", func(r *gateway.ReportRequest) { r.ID = "" }},
		{"lease", func(r *gateway.ReportRequest) { r.Lease = "" }},
		{"state", func(r *gateway.ReportRequest) { r.State = "" }},
		{"state", func(r *gateway.ReportRequest) { r.State = "secret" }},
		{"state", func(r *gateway.ReportRequest) { r.State = relayapi.StateQueued }},
		{"state", func(r *gateway.ReportRequest) { r.State = relayapi.StateExpired }},
		{"failure", func(r *gateway.ReportRequest) { r.State = relayapi.StateFailed }},
		{"failure", func(r *gateway.ReportRequest) { r.Failure = why }},
		{"failure.class", func(r *gateway.ReportRequest) {
			r.State, r.Failure = relayapi.StateFailed, &relayapi.Failure{Class: "secret"}
		}},
		{"at", func(r *gateway.ReportRequest) { r.At = time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -3600)) }},
		{"at", func(r *gateway.ReportRequest) { r.At = time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)) }},
	}
	w := newWorld(t)
	for _, tt := range tests {
		r := gateway.ReportRequest{ID: "a", Lease: "l", State: relayapi.StateSent}
		tt.change(&r)
		_, err := w.Report(t.Context(), oldPhone, r)
		w.requireField(err, tt.field, 0)
	}
}
