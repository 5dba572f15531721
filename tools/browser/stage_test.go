package browser

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/dashboard"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// shotsEnv names the directory for the screenshots.
const shotsEnv = "CNSMS_SCREENSHOTS"

// chromium finds the browser. Without one the test is skipped, or fails with CI=true.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium: install the package chromium")
	}
	t.Skip("no Chromium: install the package chromium to run this test")
	return ""
}

// stage is a gateway with its pages, on loopback, and a browser that looks at them.
type stage struct {
	*testing.T
	*gateway.Gateway

	url     string
	browser context.Context
}

// The phones and the site of the stage. The token of each is its name with "-token".
var (
	shop  = gateway.Principal{Name: "shop", Role: gateway.RoleSite}
	redmi = gateway.Principal{Name: "redmi-5", Role: gateway.RolePhone}
	nokia = gateway.Principal{Name: "nokia", Role: gateway.RolePhone}
)

// speech stands in for the browser's voice, and keeps what was said.
const speech = `
window.said = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, "speechSynthesis", { value: { speak: (u) => said.push(u.lang + ": " + u.text), cancel: () => {} } });
window.problems = [];
document.addEventListener("securitypolicyviolation", (e) => problems.push("policy: " + e.violatedDirective));
window.addEventListener("error", (e) => problems.push("script: " + e.message));
`

func newStage(t *testing.T) *stage {
	t.Helper()
	path := chromium(t)
	queue := memqueue.New()
	cfg := gateway.Config{Queue: queue, Principals: memqueue.NewPrincipals(), Quotas: []gateway.Quota{}, Budgets: &gateway.Budgets{
		SIM: gateway.Budget{SegmentsPerMinute: 24, TextsPerHour: 4, TextsPerDay: 100, RecipientsPerMonth: 200}, DrainAfter: 3,
	}}
	for _, p := range []gateway.Principal{shop, redmi, nokia, {Name: "eva", Role: gateway.RoleOperator}} {
		cfg.Tokens = append(cfg.Tokens, gateway.Token{Name: p.Name, Role: p.Role, Hash: gateway.HashToken(p.Name + "-token")})
	}
	relay, err := gateway.New(cfg)
	require.NoError(t, err)
	pages, err := dashboard.New(relay, dashboard.Options{
		Principals: cfg.Principals, AppPrefix: "/mobile/v1", PublicURL: "https://relay.example.com", Every: 100 * time.Millisecond,
		AppCode: func(context.Context, gateway.Principal, gateway.Invitation) (provider.Secret, error) {
			return "48151623", nil
		},
	})
	require.NoError(t, err)
	server := httptest.NewServer(pages)
	t.Cleanup(func() {
		require.NoError(t, relay.Close())
		server.Close()
		pages.Close()
		require.NoError(t, queue.Close())
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("lang", "en"), chromedp.Flag("accept-lang", "en"))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	browser, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	browser, limit := context.WithTimeout(browser, 2*time.Minute)
	t.Cleanup(limit)
	s := &stage{T: t, Gateway: relay, url: server.URL, browser: browser}
	s.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(speech).Do(ctx)
		return err
	}), chromedp.EmulateViewport(1280, 900))
	return s
}

// run has the browser do something.
func (s *stage) run(actions ...chromedp.Action) {
	s.Helper()
	require.NoError(s, chromedp.Run(s.browser, actions...))
}

// login opens the login page and logs in.
func (s *stage) login() {
	s.Helper()
	s.run(
		chromedp.Navigate(s.url),
		chromedp.WaitVisible("#token"),
		chromedp.SendKeys("#token", "eva-token\r"),
		chromedp.WaitVisible("#part-tiles"),
	)
	s.wait(`document.getElementById("live").classList.contains("ok")`)
}

// follow clicks what leads to another page, and waits for that.
func (s *stage) follow(selector string) {
	s.Helper()
	_, err := chromedp.RunResponse(s.browser, chromedp.Click(selector))
	require.NoError(s, err)
}

// wait waits until an expression is true on the page.
func (s *stage) wait(expression string) {
	s.Helper()
	err := chromedp.Run(s.browser, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(20*time.Second)))
	if err != nil {
		var body string
		_ = chromedp.Run(s.browser, chromedp.Text("body", &body))
		require.NoError(s, err, "waiting for %s on: %s", expression, body)
	}
}

// text returns what the page says.
func (s *stage) text() string {
	s.Helper()
	var body string
	s.run(chromedp.Text("body", &body))
	return body
}

// evaluate returns the value of an expression.
func evaluate[T any](s *stage, expression string) T {
	s.Helper()
	var value T
	s.run(chromedp.Evaluate(expression, &value))
	return value
}

// sound checks that the page has nothing that a browser complains about, and that it needs
// no sideways scrolling.
func (s *stage) sound() {
	s.Helper()
	require.Empty(s, evaluate[[]string](s, "window.problems"))
	require.LessOrEqual(s, evaluate[int](s, "document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0, "sideways scrolling")
	require.Empty(s, evaluate[[]string](s, `[...document.querySelectorAll("input:not([type=hidden]),select,button,a,img")]
		.filter((e) => !(e.labels?.length || e.textContent.trim() || e.alt || e.ariaLabel)).map((e) => e.outerHTML)`), "controls without a name")
}

// shot takes a screenshot, of which the name is that of a file, when a directory was given.
func (s *stage) shot(name string) {
	s.Helper()
	s.sound()
	var picture []byte
	s.run(chromedp.FullScreenshot(&picture, 100))
	directory := os.Getenv(shotsEnv)
	if directory == "" {
		return
	}
	require.NoError(s, os.MkdirAll(directory, 0o755))
	require.NoError(s, os.WriteFile(filepath.Join(directory, name+".png"), picture, 0o600))
}

// scheme has the browser prefer light or dark.
func scheme(value string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}})
}

// pull has a phone pull, which puts it online for twice the interval.
func (s *stage) pull(phone gateway.Principal, interval time.Duration, device *relayapi.Device) []gateway.Job {
	s.Helper()
	jobs, err := s.Pull(s.Context(), phone, gateway.PullRequest{Max: 10, Interval: interval, Device: device})
	require.NoError(s, err)
	return jobs
}

// submit has the site submit a text.
func (s *stage) submit(to string) {
	s.Helper()
	_, err := s.Submit(s.Context(), shop, gateway.Submission{To: relayapi.Number(to), Text: "Your code is 824913."})
	require.NoError(s, err)
}

// report has a phone report.
func (s *stage) report(phone gateway.Principal, job gateway.Job, state relayapi.State, failure *relayapi.Failure) {
	s.Helper()
	_, err := s.Report(s.Context(), phone, gateway.ReportRequest{ID: job.ID, Lease: job.Lease, State: state, Failure: failure})
	require.NoError(s, err)
}
