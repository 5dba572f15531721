package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// vendorApp is the program of examples/vendor-app while it runs.
type vendorApp struct {
	*testing.T
	website, app, texts string
}

// startVendorApp builds and runs the example.
func startVendorApp(t *testing.T) *vendorApp {
	t.Helper()
	program := filepath.Join(t.TempDir(), "vendor-app")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/vendor-app")
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := exec.CommandContext(t.Context(), program)
	stdout, err := run.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	v, lines := &vendorApp{T: t}, bufio.NewScanner(stdout)
	for _, into := range []*string{&v.website, &v.app, &v.texts} {
		require.True(t, lines.Scan(), "the example did not start: %v", lines.Err())
		*into = strings.TrimSpace(lines.Text()[strings.Index(lines.Text(), "http"):])
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	return v
}

// codes are those in the texts that the simulator has sent, latest first.
func (v *vendorApp) codes() []string {
	v.Helper()
	request, err := http.NewRequestWithContext(v.Context(), http.MethodGet, v.texts, http.NoBody)
	require.NoError(v, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(v, err)
	defer response.Body.Close()
	var texts []struct{ Text string }
	require.NoError(v, json.NewDecoder(response.Body).Decode(&texts))
	var codes []string
	for _, text := range texts {
		codes = append(codes, regexp.MustCompile(`\d{4,6}`).FindString(text.Text))
	}
	return codes
}

// open opens a tab with what stands for speech, and for time that passes a hundred times
// faster.
func open(t *testing.T, browser context.Context, url string) context.Context {
	t.Helper()
	const stubs = `
		window.spoken = [];
		window.SpeechSynthesisUtterance = function (words) { this.words = words; };
		Object.defineProperty(window, "speechSynthesis", { value: {
			speak(u) { window.spoken.push(u.words); }, cancel() {} } });
		const interval = window.setInterval;
		window.setInterval = (f, ms) => interval(f, ms / 100);`
	tab, end := chromedp.NewContext(browser)
	t.Cleanup(end)
	require.NoError(t, chromedp.Run(tab,
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(stubs).Do(ctx)
			return err
		}),
		chromedp.Navigate(url)))
	return tab
}

// until waits until an expression is true in a tab.
func until(t *testing.T, tab context.Context, expression string, args ...any) {
	t.Helper()
	expression = fmt.Sprintf(expression, args...)
	err := chromedp.Run(tab, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(15*time.Second), chromedp.WithPollingInterval(20*time.Millisecond)))
	var body string
	if err != nil {
		_ = chromedp.Run(tab, chromedp.Text("body", &body, chromedp.ByQuery))
	}
	require.NoError(t, err, "%s, in a page that shows: %s", expression, body)
}

const shows = `document.getElementById(%q).textContent.includes(%q)`

// TestVendorApp plays the old phone and the user in two tabs: the page has the vendor text
// a code, the website checks it, the retry goes another way, and the errors are spoken until
// the page is mute.
func TestVendorApp(t *testing.T) {
	browser, v := startBrowser(t), startVendorApp(t)
	phone := open(t, browser, v.app)
	until(t, phone, shows, "state", "online")
	until(t, phone, `window.spoken.length > 1 && window.spoken.every((words) => words === "0")`)

	user := open(t, browser, v.website)
	press := func(id string) { require.NoError(t, chromedp.Run(user, chromedp.Click("#"+id, chromedp.ByQuery))) }
	enter := func(code string) {
		require.NoError(t, chromedp.Run(user, chromedp.SetValue("#code", code, chromedp.ByQuery)))
		press("check")
	}
	press("send")
	until(t, user, shows, "said", "relay")
	until(t, phone, shows, "sent", "1")
	first := v.codes()
	require.Len(t, first, 1)
	enter("0")
	until(t, user, shows, "said", "Wrong")

	press("send") // a retry is paid
	until(t, user, shows, "said", "mob")
	require.Len(t, v.codes(), 2)
	enter(first[0])
	until(t, user, shows, "said", "Right")

	// The vendor refuses a number, which is an error that is spoken.
	require.NoError(t, chromedp.Run(phone, chromedp.Evaluate(
		`window.bridge.sendCode = async () => { throw Object.assign(new Error("limit"), { failure: "rejected", mayHaveSent: false }); }; 0`, nil)))
	require.NoError(t, chromedp.Run(user, chromedp.SetValue("#number", "13900139000", chromedp.ByQuery)))
	press("send")
	until(t, user, shows, "said", "mob")
	until(t, phone, shows, "errors", "1")
	until(t, phone, `window.spoken.at(-1) === "1"`)
	require.NoError(t, chromedp.Run(phone, chromedp.Click("#mute", chromedp.ByQuery), chromedp.Evaluate(`window.spoken = []; window.silent = 0; setInterval(() => window.silent++, 15000); 0`, nil)))
	until(t, phone, `window.silent > 3`)
	until(t, phone, `window.spoken.length === 0`)
}

// TestVendorAppNeverSendsTwice: a page that ends while the vendor sends reports, when it is
// back, that the text may have been sent, and does not send it again.
func TestVendorAppNeverSendsTwice(t *testing.T) {
	browser, v := startBrowser(t), startVendorApp(t)
	phone := open(t, browser, v.app)
	until(t, phone, shows, "state", "online")
	require.NoError(t, chromedp.Run(phone, chromedp.Evaluate(`window.bridge.sendCode = () => { window.begun = true; return new Promise(() => {}); }; 0`, nil)))
	user := open(t, browser, v.website)
	require.NoError(t, chromedp.Run(user, chromedp.Click("#send", chromedp.ByQuery)))
	until(t, phone, `window.begun === true`)
	until(t, phone, `JSON.parse(localStorage.getItem("reports")).length === 1`)
	require.NoError(t, chromedp.Run(phone, chromedp.Reload()))
	until(t, phone, shows, "state", "online")
	until(t, phone, `JSON.parse(localStorage.getItem("reports")).length === 0`)
	// What may have been sent is not sent again with another code: the user is told.
	until(t, user, shows, "said", "try again")
	require.Empty(t, v.codes())
}

// TestVendorAppStopsWithoutItsToken: a page whose token the gateway refuses says so and asks
// no more.
func TestVendorAppStopsWithoutItsToken(t *testing.T) {
	browser, v := startBrowser(t), startVendorApp(t)
	phone := open(t, browser, strings.Split(v.app, "#")[0]+"#wrong")
	until(t, phone, shows, "state", "stopped")
	until(t, phone, shows, "errors", "1")
}
