package browser

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// webLogin is a visitor of the page of examples/weblogin, and the program behind it.
type webLogin struct {
	*stage
}

// webLogins are visitors, each with a program and a browser of his own: what one does is
// nothing to the others.
type webLogins struct {
	program string
	browser context.Context

	visitors atomic.Int32
}

// newWebLogins builds the example and starts the browser.
func newWebLogins(t *testing.T) *webLogins {
	t.Helper()
	browser := startBrowser(t)
	program := filepath.Join(t.TempDir(), "weblogin")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/weblogin")
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return &webLogins{program: program, browser: browser}
}

// host is the address of a program under a name of its own, since a browser's cookies are those of a
// name, whatever the port. All names under localhost are this machine.
func (all *webLogins) host(line string) string {
	return strings.Replace(strings.TrimSpace(strings.TrimPrefix(line, "open ")), "127.0.0.1", fmt.Sprintf("v%d.localhost", all.visitors.Add(1)), 1)
}

// visit starts the program, and opens its page in a new tab, without cookies.
func (all *webLogins) visit(t *testing.T, language string) *webLogin {
	t.Helper()
	run := exec.CommandContext(context.WithoutCancel(t.Context()), all.program) // it ends before the test does
	run.Stderr = os.Stderr
	stdout, err := run.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		require.NoError(t, run.Process.Signal(os.Interrupt))
		require.NoError(t, run.Wait(), "the program ends in order")
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "the example did not start")
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	tab, end := chromedp.NewContext(all.browser)
	t.Cleanup(end)
	tab, limit := context.WithTimeout(tab, time.Minute)
	t.Cleanup(limit)
	v := &webLogin{&stage{T: t, url: all.host(line), browser: tab}}
	v.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(speech + `localStorage.lang ??= "` + language + `";`).Do(ctx)
		return err
	}), chromedp.EmulateViewport(1280, 860), chromedp.Navigate(v.url))
	v.wait(`document.querySelector("#totals dd")`)
	return v
}

// picture takes a screenshot once nothing moves.
func (v *webLogin) picture(name string) {
	v.Helper()
	v.wait(`document.getAnimations().every((a) => a.effect.getComputedTiming().iterations === Infinity || a.playState !== "running")`)
	v.shot(name)
}

// press clicks a button, as soon as it may be clicked.
func (v *webLogin) press(id string) {
	v.Helper()
	v.wait(`!document.getElementById("` + id + `").disabled`)
	v.run(chromedp.Click("#"+id, chromedp.ByQuery))
}

// shows waits until an element says a text.
func (v *webLogin) shows(id, text string) {
	v.Helper()
	v.wait(fmt.Sprintf(`document.getElementById(%q).textContent.includes(%q)`, id, text))
}

// askFor has a code sent to a number.
func (v *webLogin) askFor(number string) {
	v.Helper()
	v.run(chromedp.Evaluate(`document.getElementById("phone").select()`, nil), chromedp.SendKeys("#phone", number, chromedp.ByQuery))
	v.press("send")
	v.wait(`!document.getElementById("enter").hidden && document.activeElement.id === "code"`)
}

// code is the one in the newest text on the user's phone, once there are n.
func (v *webLogin) code(n int) string {
	v.Helper()
	v.wait(fmt.Sprintf(`document.querySelectorAll(".bubble").length === %d`, n))
	return evaluate[string](v.stage, `document.querySelector(".bubble").textContent.match(/[0-9]{6}/)[0]`)
}

// enter types a code.
func (v *webLogin) enter(code string) {
	v.Helper()
	v.run(chromedp.SendKeys("#code", code, chromedp.ByQuery))
}

// tryWrong enters a wrong code and waits until the page says so.
func (v *webLogin) tryWrong(right, answer string) {
	v.Helper()
	v.enter(other(right))
	v.shows("enter-problem", answer)
	require.Empty(v, v.boxes())
}

// other is a wrong code.
func other(code string) string {
	return string('0'+(code[0]-'0'+1)%10) + code[1:]
}

// boxes is what the boxes show.
func (v *webLogin) boxes() string {
	v.Helper()
	return evaluate[string](v.stage, `[...document.querySelectorAll("#boxes span")].map((box) => box.textContent).join("")`)
}

// inside waits until the user is logged in.
func (v *webLogin) inside() {
	v.Helper()
	v.wait(`!document.getElementById("inside").hidden && document.activeElement.id === "title"`)
	v.shows("who", "138****8000")
	v.sound()
}

// ledger waits until the newest line of the ledger says all of the texts.
func (v *webLogin) ledger(texts ...string) {
	v.Helper()
	for _, text := range texts {
		v.wait(fmt.Sprintf(`document.querySelector("#codes > li").textContent.includes(%q)`, text))
	}
}
