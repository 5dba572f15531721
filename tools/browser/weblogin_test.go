package browser

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const number = "13800138000"

// TestWebLogin has people log in at the page of examples/weblogin. They come one after the
// other, each to a program of his own.
func TestWebLogin(t *testing.T) {
	all := newWebLogins(t)
	for name, story := range map[string]struct {
		language string
		play     func(v *webLogin)
	}{
		"the first code is free":              {"zh", logsIn},
		"a wrong code":                        {"en", entersWrongCode},
		"too many wrong codes":                {"zh", triesTooOften},
		"a code that has expired":             {"en", comesTooLate},
		"a lost text, and a paid one":         {"zh", resends},
		"the old phone is offline":            {"en", findsPhoneOffline},
		"bots, and a challenge":               {"en", meetsBots},
		"no network":                          {"en", losesNetwork},
		"a telephone of 360 pixels":           {"zh", holdsPhone},
		"pasting, arrows and full width":      {"en", types},
		"two languages":                       {"zh", changesLanguage},
		"a reload, another number, no number": {"en", wanders},
	} {
		t.Run(name, func(t *testing.T) { story.play(all.visit(t, story.language)) })
	}
}

func logsIn(v *webLogin) {
	v.picture("weblogin-start")
	v.askFor(number)
	v.shows("note", "验证码已发送")
	v.shows("again", "重新发送（60 秒）")
	require.True(v, evaluate[bool](v.stage, `document.getElementById("again").disabled`))
	code := v.code(1)
	v.shows("texts", "旧手机代发，免费")
	v.enter(code[:3])
	require.Equal(v, code[:3], v.boxes())
	v.picture("weblogin-code")
	v.run(scheme("dark"))
	v.picture("weblogin-code-dark")
	v.enter(code[3:])
	v.inside()
	v.ledger("已验证", "免费", "¥0.00", "1 个计费条")
	v.picture("weblogin-inside-dark")
	v.run(chromedp.Reload())
	v.inside()
	v.press("logout")
	v.wait(`document.activeElement.id === "phone"`)
	v.run(chromedp.Reload())
	v.wait(`document.querySelector("#totals dd")`)
	require.True(v, evaluate[bool](v.stage, `document.getElementById("inside").hidden`))
}

func entersWrongCode(v *webLogin) {
	v.askFor(number)
	code := v.code(1)
	v.tryWrong(code, "Wrong code. You can try 4 more times.")
	v.wait(`document.activeElement.id === "code" && document.activeElement.getAttribute("aria-invalid") === "true"`)
	v.picture("weblogin-wrong")
	v.enter(code)
	v.inside()
}

func triesTooOften(v *webLogin) {
	v.askFor(number)
	code := v.code(1)
	for _, left := range []string{"还可以再试 4 次", "还可以再试 3 次", "还可以再试 2 次", "还可以再试 1 次", "错误次数过多"} {
		v.tryWrong(code, left)
	}
	v.wait(`document.activeElement.id === "again" && document.getElementById("check").disabled`)
	v.shows("again", "获取新的验证码")
	v.press("again") // too early for another text to this number
	v.shows("enter-problem", "秒后再试")
	v.press("minute")
	v.press("again")
	v.shows("note", "验证码已发送")
	next := v.code(2)
	require.NotEqual(v, code, next)
	v.enter(next)
	v.inside()
}

func comesTooLate(v *webLogin) {
	v.askFor(number)
	code := v.code(1)
	v.press("minutes")
	v.shows("enter-problem", "This code has expired.")
	v.enter(code)
	require.Empty(v, v.boxes(), "there is nothing to enter it for")
	v.press("again")
	v.shows("note", "A code has been sent.")
	v.enter(v.code(2))
	v.inside()
}

func resends(v *webLogin) {
	v.press("lose")
	v.askFor(number)
	v.wait(`!document.getElementById("lose").checked`)
	v.shows("texts", "还没有短信")
	v.shows("way", "走付费短信")
	v.press("minute")
	v.press("again")
	v.shows("note", "已换一条路重发")
	code := v.code(1)
	v.shows("texts", "阿里云，付费")
	v.ledger("旧手机", "已发出", "阿里云", "已送达", "6 分", "¥0.06")
	v.shows("totals", "1 / 1")
	v.press("minute")
	v.shows("way", "短信已送达，不会再发")
	require.True(v, evaluate[bool](v.stage, `document.getElementById("again").disabled`))
	v.run(chromedp.EmulateViewport(1280, 680))
	v.picture("weblogin-resent")
	v.enter(code)
	v.inside()
}

func findsPhoneOffline(v *webLogin) {
	v.press("online")
	v.shows("online-state", "offline")
	v.askFor(number)
	code := v.code(1)
	v.shows("texts", "Aliyun, paid")
	v.ledger("6 fen", "¥0.06", "delivered")
	v.picture("weblogin-offline")
	v.enter(code)
	v.inside()
	v.press("logout")
	v.press("online")
	v.shows("online-state", "online:")
	v.press("minute")
	v.askFor(number)
	code = v.code(2)
	v.shows("texts", "old phone, free")
	v.enter(code)
	v.inside()
}

func meetsBots(v *webLogin) {
	v.press("bots")
	v.shows("bots-said", "Bots asked for 40 texts and got 10, for ¥0.00.")
	// A solver that begins when it is told to, so that the page can be looked at meanwhile.
	v.run(chromedp.Evaluate(`window.Worker = class extends Worker {
		postMessage(challenge) { window.solve = () => super.postMessage(challenge); }
	}; 0`, nil))
	v.run(chromedp.SendKeys("#phone", number+"\r", chromedp.ByQuery))
	v.wait(`!document.getElementById("puzzle").hidden`)
	v.shows("puzzle", "your browser solves a puzzle")
	v.picture("weblogin-challenge")
	v.run(chromedp.Evaluate(`window.solve()`, nil))
	v.wait(`!document.getElementById("enter").hidden && document.getElementById("puzzle").hidden`)
	v.enter(v.code(1))
	v.inside()
	v.press("logout")
	v.press("minute")
	v.run(chromedp.Evaluate(`window.Worker = null`, nil))
	v.askFor(number) // who has logged in before is not asked
	v.code(2)
	v.run(chromedp.EmulateViewport(1280, 680))
	v.picture("weblogin-bots")
}

func losesNetwork(v *webLogin) {
	v.run(network.Enable(), offline(true))
	v.run(chromedp.SendKeys("#phone", number+"\r", chromedp.ByQuery))
	v.shows("ask-problem", "The server does not answer.")
	v.run(offline(false))
	v.askFor(number)
	code := v.code(1)
	v.run(offline(true))
	v.enter(code)
	v.shows("enter-problem", "The server does not answer.")
	require.Equal(v, code, v.boxes(), "what was typed stays")
	v.run(offline(false))
	v.press("check")
	v.inside()
}

// offline cuts the browser off.
func offline(is bool) chromedp.Action {
	return network.EmulateNetworkConditions(is, 0, -1, -1)
}

func holdsPhone(v *webLogin) {
	v.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
	v.picture("weblogin-360-start")
	v.askFor(number)
	code := v.code(1)
	v.tryWrong(code, "还可以再试 4 次")
	v.enter(code[:2])
	v.picture("weblogin-360-code")
	v.press("change")
	v.press("language")
	v.sound()
	v.press("minute")
	v.askFor(number)
	v.picture("weblogin-360-english")
	v.enter(v.code(2))
	v.inside()
	v.picture("weblogin-360-inside")
	v.run(chromedp.EmulateViewport(320, 640))
	v.sound()
}
