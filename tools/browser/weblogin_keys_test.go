package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// paste pastes a text into the boxes.
func (v *webLogin) paste(text string) {
	v.Helper()
	v.run(chromedp.Evaluate(fmt.Sprintf(`(() => {
		const clipboardData = new DataTransfer();
		clipboardData.setData("text", %q);
		document.getElementById("code").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
	})()`, text), nil))
}

// here is the number of the box with the cursor.
func (v *webLogin) here() int {
	v.Helper()
	return evaluate[int](v.stage, `[...document.querySelectorAll("#boxes span")].findIndex((box) => box.className === "here")`)
}

func types(v *webLogin) {
	v.askFor("+86 138-0013-8000")
	code := v.code(1)
	require.Equal(v, 0, v.here())
	v.enter(kb.Tab)
	require.Equal(v, "check", evaluate[string](v.stage, "document.activeElement.id"))
	v.enter("12a3")
	require.Equal(v, "123", v.boxes(), "only digits")
	require.Equal(v, 3, v.here())
	v.enter(kb.ArrowLeft + kb.ArrowLeft)
	require.Equal(v, 1, v.here())
	v.enter("9")
	require.Equal(v, "193", v.boxes(), "a digit takes the place of the one that was there")
	require.Equal(v, 2, v.here())
	v.enter(kb.End + kb.Backspace)
	require.Equal(v, "19", v.boxes())
	v.enter(kb.Home + kb.Backspace)
	require.Equal(v, "9", v.boxes())
	v.enter(kb.Backspace + kb.Backspace)
	require.Empty(v, v.boxes())

	v.run(chromedp.ActionFunc(func(ctx context.Context) error { return input.InsertText("１２３").Do(ctx) }))
	require.Equal(v, "123", v.boxes(), "full-width digits of a Chinese keyboard")
	v.paste(other(code)[:3] + " " + other(code)[3:])
	v.shows("enter-problem", "You can try 4 more times.")
	v.paste("【示例】10086：5分钟内有效的验证码是" + code + "。")
	v.inside()
}

func changesLanguage(v *webLogin) {
	v.shows("title", "登录")
	v.press("language")
	v.shows("title", "Log in")
	require.Equal(v, "en", evaluate[string](v.stage, "document.documentElement.lang"))
	v.run(chromedp.SendKeys("#phone", "1\r", chromedp.ByQuery))
	v.shows("ask-problem", "This is not a valid phone number.")
	v.press("language")
	require.Empty(v, evaluate[string](v.stage, `document.getElementById("ask-problem").textContent`))
	v.run(chromedp.SendKeys("#phone", "1\r", chromedp.ByQuery))
	v.shows("ask-problem", "手机号格式不正确")
	v.wait(`document.activeElement.id === "phone" && document.activeElement.getAttribute("aria-invalid") === "true"`)
	v.askFor(number)
	v.shows("note", "5 分钟内有效")
	v.press("language")
	v.shows("note", "It is valid for 5 minutes.")
	v.shows("way", "another way")
	v.code(1)
	v.picture("weblogin-english")
	v.run(chromedp.Reload())
	v.shows("note", "It is valid for 5 minutes.")
}

func wanders(v *webLogin) {
	v.press("send")
	v.shows("ask-problem", "This is not a valid phone number.")
	v.run(chromedp.SendKeys("#phone", "+44 20 7946 0000\r", chromedp.ByQuery))
	v.shows("ask-problem", "Numbers of this country or region are not supported.")
	v.askFor("13900139000")
	v.code(1)
	v.run(chromedp.Reload())
	v.wait(`!document.getElementById("enter").hidden`)
	v.shows("sent-to", "139 0013 9000")
	v.press("change")
	v.ledger("given up")
	v.askFor(number)
	v.shows("sent-to", "138 0013 8000")
	v.enter(v.code(2))
	v.inside()
}
