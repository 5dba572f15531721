package browser

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestAnOperatorLogsIn(t *testing.T) {
	s := newStage(t)
	s.run(chromedp.Navigate(s.url), chromedp.WaitVisible("#token"))
	require.Equal(t, "token", evaluate[string](s, "document.activeElement.id"), "one can type at once")
	s.shot("login")
	s.run(chromedp.SendKeys("#token", "shop-token\r"), chromedp.WaitVisible("#problem"))
	require.Contains(t, s.text(), "This is the token of a site or a phone")
	s.login()
	require.Contains(t, s.text(), "No phone has connected yet")
	require.Empty(t, evaluate[string](s, "document.cookie"), "no script sees the session")
	s.run(chromedp.Click("header button"), chromedp.WaitVisible("#token"))
}

// devices are what the phones say of themselves.
func devices() (good, bad *relayapi.Device) {
	full, low, yes, no, failed := 87, 14, true, false, 3
	good = &relayapi.Device{
		Model: "Redmi 5", App: "cnsms phone", BatteryPercent: &full, Charging: &yes, MaySend: &yes, Unrestricted: &yes,
		SIMs: []relayapi.SIM{{Slot: 1, Carrier: "中国移动", Ready: &yes}, {Slot: 2, Carrier: "中国联通", Ready: &no}},
	}
	bad = &relayapi.Device{
		Model: "Nokia 3", App: "SMS Gateway", BatteryPercent: &low, Charging: &no, MaySend: &no, Unrestricted: &no, FailedLastHour: &failed,
	}
	return good, bad
}

// TestADay is what an operator sees of a day: texts go through, one fails, a phone falls silent.
func TestADay(t *testing.T) {
	s := newStage(t)
	s.login()
	good, bad := devices()
	s.pull(redmi, time.Minute, good)
	s.pull(nokia, time.Minute, bad)
	s.wait(`document.querySelectorAll("#part-phones .on").length === 2`)

	for _, to := range []string{"13800138000", "13900139001", "13700137002", "13600136003"} {
		s.submit(to)
	}
	s.wait(`document.querySelectorAll("#part-recent .s-queued").length === 4`)
	jobs := s.pull(redmi, time.Minute, nil)
	require.Len(t, jobs, 4)
	s.wait(`document.querySelectorAll("#part-recent .s-offered").length === 4`)
	for _, job := range jobs[:2] {
		s.report(redmi, job, relayapi.StateTaken, nil)
		s.report(redmi, job, relayapi.StateSent, nil)
	}
	s.report(redmi, jobs[0], relayapi.StateDelivered, nil)
	s.wait(`document.getElementById("sent-free").textContent === "2"`)
	s.report(redmi, jobs[2], relayapi.StateTaken, nil)
	s.report(redmi, jobs[2], relayapi.StateFailed, &relayapi.Failure{Class: relayapi.FailureRejected})
	s.wait(`document.getElementById("errors").textContent === "1"`)

	s.pull(nokia, time.Second, bad) // it promises to call every second, and does not
	s.wait(`document.querySelectorAll("#part-phones .off").length === 1`)
	require.Contains(t, s.text(), "138****8000")
	html := evaluate[string](s, "document.documentElement.outerHTML")
	for _, secret := range []string{"13800138000", "824913"} {
		require.NotContains(t, html, secret)
	}
	s.everyLook()
}

func TestABudgetIsUsedUpAndASIMDrained(t *testing.T) {
	s := newStage(t)
	yes := true
	s.pull(redmi, time.Minute, &relayapi.Device{SIMs: []relayapi.SIM{{Slot: 1, Carrier: "中国移动", Ready: &yes}}})
	s.login()
	for _, to := range []string{"13800138000", "13900139001", "13700137002"} {
		s.submit(to)
	}
	for range 3 {
		for _, job := range s.pull(redmi, time.Minute, nil) {
			s.report(redmi, job, relayapi.StateTaken, nil)
			s.report(redmi, job, relayapi.StateFailed, &relayapi.Failure{Class: relayapi.FailureRejected, MayHaveSent: true})
		}
	}
	s.wait(`document.querySelector("#part-budgets .badge.bad")?.textContent.startsWith("drained")`)
	s.follow("#part-budgets button")
	s.wait(`document.querySelectorAll("#part-budgets .badge.bad").length === 0`)
	s.submit("13600136003")
	for _, job := range s.pull(redmi, time.Minute, nil) {
		s.report(redmi, job, relayapi.StateTaken, nil)
		s.report(redmi, job, relayapi.StateSent, nil)
	}
	s.wait(`document.querySelector("#part-budgets .badge.bad")?.textContent === "used up"`)
	require.Contains(t, s.text(), "4 / 4")
	s.shot("budget-used-up")
}

// everyLook takes the overview in both languages, light and dark, wide and on a phone.
func (s *stage) everyLook() {
	s.Helper()
	s.run(scheme("light"))
	s.shot("overview-light")
	s.run(scheme("dark"))
	dark := evaluate[string](s, "getComputedStyle(document.body).backgroundColor")
	s.shot("overview-dark")
	s.run(scheme("light"))
	require.NotEqual(s, dark, evaluate[string](s, "getComputedStyle(document.body).backgroundColor"))
	s.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	s.shot("overview-phone")
	s.follow(".who a")
	s.wait(`document.documentElement.lang === "zh-CN"`)
	require.Contains(s, s.text(), "今日免费发出")
	s.shot("overview-phone-zh")
	s.run(chromedp.EmulateViewport(1280, 900))
	s.shot("overview-zh")
	s.run(chromedp.Navigate(s.url+"/jobs"), chromedp.WaitVisible(".jobs"))
	s.shot("jobs-zh")
	s.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	s.shot("jobs-phone-zh")
	s.follow("[data-job] button")
	require.Contains(s, s.text(), "已取消")
}

func TestTheErrorCountIsSpoken(t *testing.T) {
	s := newStage(t)
	s.pull(redmi, time.Minute, nil)
	s.login()
	require.Empty(t, evaluate[[]string](s, "said"), "nothing is wrong, so nothing is said")
	s.run(chromedp.SetValue("#speech", "always"))
	require.Equal(t, []string{"en: 0 errors"}, evaluate[[]string](s, "said"))
	s.submit("13800138000")
	for _, job := range s.pull(redmi, time.Minute, nil) {
		s.report(redmi, job, relayapi.StateFailed, &relayapi.Failure{Class: relayapi.FailureInvalidNumber})
	}
	s.wait(`said.includes("en: 1 errors")`) // within 15 seconds
	s.run(chromedp.SetValue("#speech", "off"))
	count := evaluate[int](s, "said.length")
	s.run(chromedp.Reload(), chromedp.WaitVisible("#part-tiles"))
	require.Positive(t, count)
	require.Equal(t, "off", evaluate[string](s, `document.getElementById("speech").value`), "mute stays")
	require.Empty(t, evaluate[[]string](s, "said"))
}

func TestAPhoneIsPaired(t *testing.T) {
	s := newStage(t)
	s.login()
	s.run(chromedp.Navigate(s.url+"/pairing"), chromedp.WaitVisible("#name"))
	s.run(chromedp.SetValue("#name", "living-room"), chromedp.Click(`input[value=program]`), chromedp.Click("main form button"),
		chromedp.WaitVisible("#code"))
	code := evaluate[string](s, `document.getElementById("code").textContent`)
	s.wait(`document.querySelector(".pairing img").naturalWidth > 100`)
	require.Contains(t, s.text(), "--code "+code)
	token, device, err := s.Register(t.Context(), provider.Secret(code), "")
	require.NoError(t, err, "the code is good")
	require.NotEmpty(t, token)
	require.Equal(t, "living-room", device.Name)

	s.run(chromedp.Click(`input[value=app]`))
	s.follow("main form button")
	s.wait(`document.getElementById("code")?.textContent === "48151623"`)
	s.shot("pairing")
	s.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	s.shot("pairing-phone")
	s.run(chromedp.Navigate(s.url+"/setup?lang=zh#for=app&code=48151623"), chromedp.WaitVisible("#scanned"))
	require.Contains(t, s.text(), "48151623")
	require.Contains(t, s.text(), "https://relay.example.com/mobile/v1")
	require.Contains(t, s.text(), "SSE Only")
	s.shot("setup-phone-zh")
	s.run(chromedp.EmulateViewport(1280, 900), scheme("dark"), chromedp.Navigate(s.url+"/tokens?lang=en"), chromedp.WaitVisible("table"))
	require.Contains(t, s.text(), "living-room")
	s.shot("tokens-dark")
	s.run(chromedp.Click("summary"), chromedp.Click("details button"), chromedp.WaitVisible(".notice"))
	_, err = s.Authenticate(t.Context(), string(token))
	require.Error(t, err, "the token is revoked")
}
