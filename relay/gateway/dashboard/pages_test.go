package dashboard_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestTheOverviewShowsPhonesAndJobs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		b := w.loggedIn()
		require.Contains(t, b.page("/"), "No phone has connected yet")
		battery, no, yes := 12, false, true
		w.phone(&relayapi.Device{
			Model: "Redmi " + wholeNumber, App: "sms/1.68.0 " + wholeNumber, BatteryPercent: &battery, Charging: &no, MaySend: &yes, Unrestricted: &no,
			SIMs: []relayapi.SIM{{Slot: 1, Carrier: "China Mobile", Ready: &yes}},
		})
		w.submit()
		w.send()
		w.submit()
		pass(time.Second)
		page := b.page("/")
		for _, want := range []string{
			`<b>1<small>/1</small></b><span>phones online`, `<b>1</b><span>waiting`, `<b id="sent-free">1</b>`, "<b>0.05</b>",
			"138****8000", "Redmi ***", `<dd class="bad">12 %, not charging</dd>`, "China Mobile in service",
			"exempt from battery optimisation</dt><dd class=\"bad\">no", "SMS permission</dt><dd class=\"good\">yes",
			`<span class="state s-sent">sent</span>`, `<span class="state s-queued">queued</span>`,
		} {
			require.Contains(t, page, want)
		}
		pass(2 * time.Minute)
		page = b.page("/")
		require.Contains(t, page, `<span class="badge bad">offline</span>`)
		require.Contains(t, page, "<b>0<small>/1</small></b>")
		b.header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
		require.Contains(t, b.page("/"), `<span class="badge bad">离线</span>`)
	})
}

func TestFailuresAreCountedByClassAndSpokenForAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.phone(nil)
		b := w.loggedIn()
		b.page("/")
		for _, class := range []relayapi.FailureClass{relayapi.FailureRejected, relayapi.FailureRejected, relayapi.FailureInvalidNumber} {
			w.submit()
			for _, job := range w.phone(nil) {
				w.report(job, relayapi.StateFailed, &relayapi.Failure{Class: class, Text: "not " + code})
			}
		}
		w.submit()
		for _, job := range w.phone(nil) {
			w.report(job, relayapi.StateTaken, nil) // and never heard of again
		}
		pass(time.Second)
		page := b.page("/")
		require.Contains(t, page, `<td>rejected</td><td class="n">2</td>`)
		require.Contains(t, page, `<td>invalid number</td><td class="n">1</td>`)
		require.Contains(t, page, `data-errors="3"`)
		pass(10 * time.Minute)
		page = b.page("/")
		require.Contains(t, page, `data-errors="4"`, "one is uncertain by now")
		require.Contains(t, page, `<span class="state s-uncertain">uncertain</span>`)
		pass(time.Hour)
		page = b.page("/")
		require.Contains(t, page, `data-errors="0"`)
		require.Contains(t, page, `<b>3</b><span>failed today`)
	})
}

func TestTheFiguresOfTodayEndWithTheDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // it begins at midnight, UTC
		w := newWorld(t, func(o *dashboard.Options) { o.Location = time.UTC })
		w.phone(nil)
		w.submit()
		w.send()
		b := w.loggedIn()
		require.Contains(t, b.page("/"), `<b id="sent-free">1</b>`)
		pass(23 * time.Hour)
		b = w.loggedIn()
		require.Contains(t, b.page("/"), `<b id="sent-free">1</b>`)
		pass(time.Hour)
		require.Contains(t, b.page("/"), `<b id="sent-free">0</b>`)
	})
}

func TestALongTextSavesItsSegments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *dashboard.Options) { o.TextPrice = 0.05 })
		w.phone(nil)
		b := w.loggedIn()
		b.page("/")
		_, err := w.Submit(t.Context(), site, gateway.Submission{To: wholeNumber, Text: relayapi.Text(strings.Repeat("验", 100))})
		require.NoError(t, err)
		w.send()
		pass(time.Second)
		page := b.page("/")
		require.Contains(t, page, `<b id="sent-free">1</b>`)
		require.Contains(t, page, "<b>0.10</b>")
		require.Contains(t, page, "at 0.05 yuan")
	})
}

func TestJobsOfADayAreReadPageByPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.phone(nil)
		for range 1100 {
			w.submit()
		}
		b := w.loggedIn()
		require.Contains(t, b.page("/"), "<b>1100</b><span>waiting")
		for range 120 {
			w.submit()
		}
		pass(time.Second)
		require.Contains(t, b.page("/"), "<b>1220</b><span>waiting")
		seen, path := 0, "/jobs"
		next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
		for path != "" {
			page := b.page(path)
			seen += strings.Count(page, "data-job=")
			found := next.FindStringSubmatch(page)
			path = ""
			if found != nil {
				path = found[1]
			}
		}
		require.Equal(t, 1220, seen)
	})
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
