package dashboard_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestTheOverviewShowsPhonesAndJobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.loggedIn()
	require.Contains(t, b.page("/"), "No phone has connected yet")
	battery, no, yes := 12, false, true
	w.phone(&relayapi.Device{
		Model: "Redmi 5", BatteryPercent: &battery, Charging: &no, MaySend: &yes, Unrestricted: &no,
		SIMs: []relayapi.SIM{{Slot: 1, Carrier: "China Mobile", Ready: &yes}},
	})
	w.submit()
	w.send()
}

func TestACancelledJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phone(nil)
	job := w.submit()
	b := w.loggedIn()
	require.Contains(t, b.page("/jobs"), job.ID)
	require.Equal(t, "/jobs?said=cancelled_ok", b.post("/jobs/cancel", url.Values{"id": {job.ID}}).Header().Get("Location"))
	require.Contains(t, b.page("/jobs?said=cancelled_ok"), "Cancelled.")
	require.Equal(t, "/jobs?said=cancel_unknown", b.post("/jobs/cancel", url.Values{"id": {"x"}}).Header().Get("Location"))
	require.Equal(t, http.StatusNotFound, b.get("/elsewhere").Code)
}
