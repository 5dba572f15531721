package mob_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
)

const (
	appKey  = "0123456789abcdef"
	sendmsg = "POST https://webapi.sms.mob.com/sms/sendmsg"
	custom  = "POST https://webapi.sms.mob.com/custom/msg"
	// id is what zeros are in base 32.
	id = "AAAAAAAAAAAAAAAAAAAAAAAA"
)

var at = time.Unix(1700000000, 0)

// zeros is a source of randomness that tests can foresee.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// newConfig is the application of testdata/README.md.
func newConfig(client *http.Client) mob.Config {
	return mob.Config{
		AppKey: appKey,
		Templates: provider.Templates{
			"login":   {},
			"lenient": {Ignore: []string{"code"}},
			"order":   {ID: "1001", Params: []string{"code", "minutes"}, Ignore: []string{"city"}},
			"notice":  {ID: "1002"},
		},
		Rand:       zeros{},
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

func newMessage(template string, params provider.Params) provider.Message {
	return provider.Message{To: provider.MustParsePhone("13800138000"), Template: template, Params: params}
}

// send sends m with that application.
func send(m provider.Message, changes ...func(*mob.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, mob.New, newConfig(client), changes...).Send(t.Context(), m)
	}
}

// receipt is that of a text to the number of newMessage.
func receipt(code provider.CodeOrigin) provider.Receipt {
	return provider.Receipt{Provider: "mob", ID: id, To: provider.MustParsePhone("13800138000"), Code: code, At: at}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden string, code provider.CodeOrigin, m provider.Message) wiretest.Request {
		want := receipt(code)
		want.To = m.To
		return wiretest.Request{Name: name, Call: send(m), Reply: wiretest.Read(t, "reply-done.json"), Want: want, Golden: golden}
	}
	abroad := newMessage("login", nil)
	abroad.To = provider.MustParsePhone("+1 202 555 0123")
	inPlaceOfACode := newMessage("lenient", provider.Params{"code": "042137"})
	special := newMessage("order", provider.Params{"code": "000123", "minutes": "五 & 1+1=2%", "city": "x"})
	wiretest.Requests(t, []wiretest.Request{
		sent("Mob's own text", "request-sendmsg.http", provider.CodeByProvider, newMessage("login", nil)),
		sent("abroad", "request-sendmsg-abroad.http", provider.CodeByProvider, abroad),
		sent("Mob's own text in the place of the caller's code", "request-sendmsg.http", provider.CodeByProvider, inPlaceOfACode),
		sent("custom text, special characters, a parameter to ignore", "request-custom.http", provider.CodeByCaller, special),
		sent("custom text without variables", "request-custom-plain.http", provider.CodeByCaller, newMessage("notice", nil)),
	})
}

// TestReply covers what the service is known, or likely, to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	call := send(newMessage("lenient", provider.Params{"code": "456789"}))
	wiretest.Table{Call: call, At: sendmsg, Begins: "mob: send: "}.Replies(t, []wiretest.Reply{
		{Name: "status as a string", Reply: `{"status":"200"}`, Want: receipt(provider.CodeByProvider)},
		{Name: "failure as a string", Reply: `{"status":"470"}`, Kind: provider.KindBalance, Code: "470"},
		{Name: "refused as recorded", Reply: wiretest.Read(t, "reply-address.json"), Kind: provider.KindConfig, Code: "471", Text: "Request ip is error."},
		{Name: "words as a number", Reply: `{"status":470,"error":5}`, Kind: provider.KindBalance, Code: "470", Text: "5"},
		{
			Name: "words that repeat number, key and a code inside the key", Kind: provider.KindConfig, Code: "471", Text: "no *** +86*** *** ***",
			Reply: `{"status":471,"error":"no 13800138000 +8613800138000 456789 ` + appKey + `"}`,
		},
		{Name: "the number for a status", Reply: `{"status":13800138000}`, Kind: provider.KindUnknown, Code: "***", MayHaveSent: true},
		{Name: "status without quotes around its name", Reply: `{status:200}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "a status of custom/msg", Reply: `{"status":213}`, Kind: provider.KindUnknown, Code: "213", MayHaveSent: true},
	})
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	order := func(minutes string) wiretest.Call {
		return send(newMessage("order", provider.Params{"code": "042137", "minutes": minutes}))
	}
	exhausted := func(cfg *mob.Config) { cfg.Rand = strings.NewReader("short") }
	wiretest.Table{Begins: "mob: send: ", Secrets: []string{"042137"}}.BadInput(t, []wiretest.Input{
		{
			Name: "a code that Mob cannot send", Call: send(newMessage("login", provider.Params{"code": "042137"})),
			Kind: provider.KindTemplate, Names: `Params["code"]: Mob makes its own code`,
		},
		{Name: "empty value", Call: order(""), Kind: provider.KindTemplate, Names: `Params["minutes"]: must not be empty`},
		{Name: "value of 11 characters", Call: order(strings.Repeat("五", 11)), Kind: provider.KindTemplate, Names: `Params["minutes"]: longer`},
		{Name: "no randomness", Call: send(newMessage("login", nil), exhausted), Kind: provider.KindConfig, Names: "Rand: "},
	})
	_, err := order(strings.Repeat("五", 10))(t, (&wiretest.Stub{At: custom, Reply: `{"status":200}`}).Client())
	require.NoError(t, err, "a value of ten characters")
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := mob.New(mob.Config{
		Templates: provider.Templates{
			"":  {},
			"a": {Text: "{code}", Params: []string{"code"}},
			"b": {ID: "1", Sign: "榛子", Params: []string{"zone", "x y"}},
		},
		BaseURL: "webapi.sms.mob.com", Timeout: -1,
	})
	wiretest.Named(t, err, "AppKey: ", `Templates[""]: `, `Templates["a"].Text: `, `Templates["a"].Params: `,
		`Templates["b"].Sign: `, `Templates["b"].Params: "zone"`, `Templates["b"]: Params: bad name`, "BaseURL: ", "Timeout: ")
	_, err = mob.New(mob.Config{AppKey: appKey})
	require.EqualError(t, err, "mob: config: Templates: must not be empty")
	_, err = mob.NewSDKVerifier(mob.Config{BaseURL: "x"})
	wiretest.Named(t, err, "AppKey: ", "BaseURL: ")
	require.NotContains(t, err.Error(), "Templates")
	wiretest.PlainHTTP(t, newConfig(nil), func(cfg *mob.Config, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
}

// TestVerifierPrintsNoKey: the suite looks at providers only.
func TestVerifierPrintsNoKey(t *testing.T) {
	t.Parallel()
	v, err := mob.NewSDKVerifier(newConfig(nil))
	require.NoError(t, err)
	require.Equal(t, "mob.SDKVerifier(mob)", fmt.Sprintf("%+v", v))
	hidden := struct{ v *mob.SDKVerifier }{v}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		wiretest.Hidden(t, fmt.Sprintf(verb, v)+fmt.Sprintf(verb, hidden)+fmt.Sprintf(verb, &hidden), appKey)
	}
}
