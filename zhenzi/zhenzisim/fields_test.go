package zhenzisim_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/zhenzi/zhenzisim"
)

// TestEveryField takes every call, and every field that it must have: without the
// field, and with another value in it, the request is refused, and the simulator
// names the field.
func TestEveryField(t *testing.T) {
	t.Parallel()
	text, template := textForm(), templateForm()
	text.Del("messageId") // which a text need not have
	template.Del("messageId")
	calls := []struct {
		name, address string
		form          url.Values
	}{
		{name: "text", address: sendText, form: text},
		{name: "template", address: sendTemplate, form: template},
		{name: "balance", address: balance, form: form()},
		{name: "lookup", address: lookup, form: form("messageId", "m-0001")},
	}
	cfg := zhenzisim.Config{Templates: map[string]string{"1": "验证码{code}，{}内有效。"}}
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			t.Parallel()
			refused := func(name string, form url.Values) {
				body, verdict := post(t, newServer(cfg), call.address, form)
				require.NotContains(t, body, `"code":0,`, name)
				require.True(t, strings.HasPrefix(verdict, name+": "), verdict)
			}
			body, verdict := post(t, newServer(cfg), call.address, call.form)
			require.Contains(t, body, `"code":0,`, verdict)
			for name := range call.form {
				missing := maps.Clone(call.form)
				missing.Del(name)
				refused(name, missing)
				if name == "message" || name == "messageId" {
					continue // any will do
				}
				other := maps.Clone(call.form)
				other.Set(name, "x")
				refused(name, other)
			}
		})
	}
}
