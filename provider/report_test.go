package provider_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestReportSurvivesJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 11, 21, 9, 30, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		status provider.Status
		json   string
	}{
		{
			"failed, and why",
			provider.Status{State: provider.StateFailed, Kind: provider.KindSignature, Code: "SIGN:1", At: at},
			`{"State":4,"Kind":"signature","Code":"SIGN:1","Text":"","At":"2025-11-21T09:30:00Z"}`,
		},
		{
			"failed, nobody says why",
			provider.Status{State: provider.StateFailed, At: at},
			`{"State":4,"Code":"","Text":"","At":"2025-11-21T09:30:00Z"}`,
		},
		{
			"delivered",
			provider.Status{State: provider.StateDelivered, Code: "DELIVRD", At: at},
			`{"State":3,"Code":"DELIVRD","Text":"","At":"2025-11-21T09:30:00Z"}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			report := provider.Report{Provider: "tencent", Phone: provider.MustParsePhone(someNumber), ID: "77", Status: tc.status, At: at}
			data, err := json.Marshal(provider.StoredReport(report))
			require.NoError(t, err)
			var part struct{ Status json.RawMessage }
			require.NoError(t, json.Unmarshal(data, &part))
			require.JSONEq(t, tc.json, string(part.Status))

			var back provider.Report
			require.NoError(t, json.Unmarshal(data, &back))
			require.Equal(t, report, back)
		})
	}
}

func TestReportLogsWhyItFailed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status provider.Status
		shown  string
		hidden string
	}{
		{"failed", provider.Status{State: provider.StateFailed, Kind: provider.KindSignature}, "value.state=failed value.reason=signature", "unknown"},
		{"failed, nobody says why", provider.Status{State: provider.StateFailed}, "value.state=failed value.reason=unknown", "signature"},
		{"delivered", provider.Status{State: provider.StateDelivered}, "value.state=delivered", "reason"},
		{"pending", provider.Status{State: provider.StatePending}, "value.state=pending", "reason"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			text, _ := logBoth(t, provider.Report{Provider: "tencent", Status: tc.status})
			require.Contains(t, text, tc.shown)
			require.NotContains(t, text, tc.hidden)
		})
	}
}
