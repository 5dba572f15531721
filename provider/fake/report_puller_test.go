package fake_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

func TestU4ReportPuller(t *testing.T) {
	t.Parallel()
	sms := &fake.ReportPuller{}
	r, err := sms.Send(t.Context(), login(anna, "111111"))
	require.NoError(t, err)
	delivered := provider.Report{Phone: anna, ID: r.ID, Status: provider.Status{State: provider.StateDelivered, Code: "DELIVRD"}}
	reply := provider.Report{Kind: provider.ReportReply, Phone: otherOne, Reply: "STOP", Provider: "inner"}
	failed := provider.Report{Phone: otherOne, ID: "fake-7", Status: provider.Status{State: provider.StateFailed}}
	sms.AddReports(delivered, reply)
	sms.AddReports(failed)
	require.Empty(t, delivered.Provider, "the caller's report stays as it is")
	delivered.Provider, failed.Provider = "fake", "fake"

	pull := func(kind provider.ReportKind, limit int) []provider.Report {
		reports, err := provider.PullReports(t.Context(), sms, kind, limit)
		require.NoError(t, err)
		return reports
	}
	require.Equal(t, []provider.Report{delivered}, pull(provider.ReportDelivery, 1))
	require.Equal(t, []provider.Report{failed}, pull(provider.ReportDelivery, 0))
	require.Empty(t, pull(provider.ReportDelivery, 5), "a report is pulled once")
	require.Equal(t, []provider.Report{reply}, pull(provider.ReportReply, 5))

	sms.AddReports(delivered)
	sms.Reset()
	require.Empty(t, pull(provider.ReportDelivery, 0), "Reset empties the queue")
}

func TestU4ReportPullerFails(t *testing.T) {
	t.Parallel()
	sms := &fake.ReportPuller{}
	sms.AddReports(provider.Report{ID: "fake-1"})

	_, err := provider.PullReports(t.Context(), sms, provider.ReportDelivery, -1)
	require.EqualError(t, err, "fake: reports: config: limit: must not be negative")
	_, err = provider.PullReports(t.Context(), sms, 7, 0)
	require.EqualError(t, err, "fake: reports: config: kind: no such kind: 7")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = provider.PullReports(ended, sms, provider.ReportDelivery, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, provider.KindUnavailable)

	sms.PullErr = &provider.Error{Provider: "fake", Op: provider.OpReports, Kind: provider.KindAuth}
	_, err = provider.PullReports(t.Context(), sms, provider.ReportDelivery, 0)
	require.ErrorIs(t, err, provider.KindAuth)

	sms.PullErr = nil
	reports, err := provider.PullReports(t.Context(), sms, provider.ReportDelivery, 0)
	require.NoError(t, err)
	require.Len(t, reports, 1, "a pull that fails leaves the queue as it is")
}

func TestU4ReportPullerPrintsNoReplies(t *testing.T) {
	t.Parallel()
	sms := &fake.ReportPuller{}
	sms.AddReports(provider.Report{Kind: provider.ReportReply, Phone: anna, Reply: "my code is 987123"})
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		require.NotContains(t, fmt.Sprintf(verb, sms), "987123", verb)
	}
}
