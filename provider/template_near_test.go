package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
)

func TestC8TheNearTemplate(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{"login": {Text: "x"}, "order-shipped": {Text: "x"}, "notice": {Text: "x"}}
	const mapped = `mapped: "login", "notice", "order-shipped"`
	for name, near := range map[string]string{
		"logon": "login", "Login": "login", " login": "login", "logi": "login", "loginn": "login", "olgin": "",
		"order_shipped": "order-shipped", "ordershipped": "order-shipped", "notices": "notice", "payment": "", "x": "", "登录": "",
		strings.Repeat("login", 10): "",
	} {
		_, err := templates.Lookup(name)
		require.ErrorIs(t, err, provider.KindTemplate)
		require.ErrorContains(t, err, "not mapped")
		if near == "" {
			require.NotContains(t, err.Error(), "did you mean", name)
		} else {
			require.ErrorContains(t, err, `did you mean "`+near+`"?`, name)
		}
		if len(name) < 100 {
			require.ErrorContains(t, err, mapped)
		}
	}
	_, err := provider.Templates{}.Lookup("login")
	require.ErrorContains(t, err, "no template is")
}

func TestC8ManyTemplates(t *testing.T) {
	t.Parallel()
	templates := provider.Templates{}
	for i := range 100 {
		templates[fmt.Sprintf("template-%03d", i)] = provider.Template{Text: "x"}
	}
	_, err := templates.Lookup("payment")
	require.ErrorContains(t, err, `"template-019" and 80 more`)
	require.NotContains(t, err.Error(), "template-020")
}

func TestC1EmptyCode(t *testing.T) {
	t.Parallel()
	byID := provider.Template{ID: "1", Params: []string{"code"}}
	whole := provider.Template{Text: "您的验证码是：{code}。"}
	for _, code := range []string{"", " ", "\t\r\n", "\u00a0", "\u3000", "\u200b", "\ufeff", "\ufe0f", "\u2028", "\u3164", "\u115f", "---", "。", "****", "()", "\u0301", "😀"} {
		_, err := byID.Values(provider.Params{"code": code})
		require.ErrorIs(t, err, provider.KindTemplate, "%+q", code)
		require.ErrorContains(t, err, `Params["code"]`)
		_, err = whole.Render(provider.Params{"code": code})
		require.ErrorIs(t, err, provider.KindTemplate, "%+q", code)
	}
	for _, code := range []string{"0", " 1 ", "a", "四", "０", "A-13", "٣"} {
		_, err := byID.Values(provider.Params{"code": code})
		require.NoError(t, err, "%+q", code)
	}
	ignoring := provider.Template{ID: "1", Ignore: []string{"code"}}
	_, err := ignoring.Values(provider.Params{"code": ""})
	require.NoError(t, err, "a code that is not used does not matter")
	other := provider.Template{ID: "1", Params: []string{"note"}}
	_, err = other.Values(provider.Params{"note": ""})
	require.NoError(t, err, "only a code is always needed")
}
