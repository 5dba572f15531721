package ihuyi_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
)

const (
	account = "C00000000"
	apiKey  = "0123456789abcdef0123456789abcdef"
	text    = "您的验证码是：{code}。请不要把验证码泄露给其他人。"
)

var at = time.Unix(1700000000, 0)

// newConfig is the account of the worked examples in testdata/README.md.
func newConfig(client *http.Client) ihuyi.Config {
	return ihuyi.Config{
		Account: account, APIKey: apiKey,
		Templates: provider.Templates{
			"login":   {Text: text},
			"byID":    {ID: "1", Params: []string{"code"}},
			"twoVars": {ID: "2", Params: []string{"code", "minutes"}},
			"any":     {Text: "{code}"},
		},
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

// Changes of the configuration.
func newer(cfg *ihuyi.Config) { cfg.API = ihuyi.APINewer }

func variableLimit(limit int) func(*ihuyi.Config) {
	return func(cfg *ihuyi.Config) { cfg.VariableLimit = limit }
}

// international turns the configuration into that of an international account.
func international(cfg *ihuyi.Config) {
	cfg.Account, cfg.International = "I00000000", true
	cfg.Templates = provider.Templates{
		"intl": {ID: "7", Params: []string{"code"}, Text: "Your verification code is {code}"},
	}
}

func newMessage(template, code string) provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("13800000000"), Template: template,
		Params: provider.Params{provider.ParamCode: code},
	}
}

// abroad is a message for an international account.
func abroad(code string) provider.Message {
	m := newMessage("intl", code)
	m.To = provider.MustParsePhone("+1 202 555 0123")
	return m
}

// send sends m with the account of newConfig, changed.
func send(m provider.Message, changes ...func(*ihuyi.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, ihuyi.New, newConfig(client), changes...).Send(t.Context(), m)
	}
}

// readBalance asks for the balance of that account.
func readBalance(changes ...func(*ihuyi.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return wiretest.Build(t, ihuyi.New, newConfig(client), changes...).ReadBalance(t.Context())
	}
}

// receipt is that of a text to the number of newMessage.
func receipt(id string) provider.Receipt {
	return provider.Receipt{Provider: "ihuyi", ID: id, To: provider.MustParsePhone("13800000000"), At: at}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden string, m provider.Message, changes ...func(*ihuyi.Config)) wiretest.Request {
		want := receipt("17000000000123456789")
		want.To = m.To
		return wiretest.Request{
			Name: name, Call: send(m, changes...), Reply: wiretest.Read(t, "reply-accepted.json"), Want: want, Golden: golden,
		}
	}
	special := newMessage("twoVars", "000123")
	special.Params["minutes"] = "五 & 1+1=2%"
	wiretest.Requests(t, []wiretest.Request{
		sent("whole text", "request-text.http", newMessage("login", "1234")),
		sent("template mode", "request-template.http", newMessage("byID", "1234")),
		sent("template mode, two variables, special characters", "request-template-two.http", special, variableLimit(10)),
		sent("international", "request-international.http", abroad("1125"), international),
		sent("newer, whole text", "request-newer-text.http", newMessage("login", "1234"), newer),
		sent("newer, template mode", "request-newer-template.http", newMessage("byID", "1234"), newer),
		sent("newer, international", "request-newer-international.http", abroad("1125"), international, newer),
	})
}

func TestReadBalance(t *testing.T) {
	t.Parallel()
	read := func(name, golden string, changes ...func(*ihuyi.Config)) wiretest.Request {
		return wiretest.Request{
			Name: name, Call: readBalance(changes...), Reply: wiretest.Read(t, "reply-balance.json"), Golden: golden,
			Want: provider.Balance{Provider: "ihuyi", Amount: "7", Unit: provider.UnitMessages},
		}
	}
	wiretest.Requests(t, []wiretest.Request{
		read("mainland", "request-balance.http"),
		read("international", "request-international-balance.http", international),
		read("newer", "request-newer-balance.http", newer),
	})
	wiretest.Table{Begins: "ihuyi: balance: "}.BadInput(t, []wiretest.Input{
		{Name: "newer, international", Call: readBalance(international, newer), Kind: errors.ErrUnsupported, Names: "API: "},
	})
	wiretest.Table{Call: readBalance(), Begins: "ihuyi: balance: "}.Replies(t, []wiretest.Reply{
		{Name: "refused", Reply: `{"code":405,"msg":"no"}`, Kind: provider.KindAuth, Code: "405"},
		{Name: "refused with an empty number", Reply: `{"code":405,"msg":"no","num":""}`, Kind: provider.KindAuth, Code: "405"},
		{Name: "without a number", Reply: `{"code":2,"msg":"ok"}`, Kind: provider.KindUnavailable},
		{Name: "not a number", Reply: `{"code":2,"num":"many"}`, Kind: provider.KindUnavailable},
		{Name: "HTTP error", Status: http.StatusBadGateway, Reply: `{"code":2,"num":7}`, Kind: provider.KindUnavailable},
	})
}

// TestReply covers what the service is known to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: send(newMessage("login", "1234")), Begins: "ihuyi: send: "}.Replies(t, []wiretest.Reply{
		{Name: "code as a string", Reply: `{"code":"2","msg":"提交成功","smsid":"123"}`, Want: receipt("123")},
		{Name: "id as a number too large for an integer", Reply: `{"code":2,"smsid":16842079209571524017999}`, Want: receipt("16842079209571524017999")},
		{Name: "words as a number", Reply: `{"code":2,"msg":0,"smsid":"1"}`, Want: receipt("1")},
		{Name: "international id", Reply: `{"code":2,"ismsid":"77"}`, Want: receipt("77")},
		{Name: "accepted without an id", Reply: `{"code":2,"smsid":""}`, Want: receipt("")},
		{Name: "accepted with id 0", Reply: `{"code":2,"smsid":"0"}`, Want: receipt("")},
		{Name: "no code", Reply: `{"msg":"提交成功","smsid":"1"}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "null code", Reply: `{"code":null,"smsid":"1"}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "refused, code as a string", Reply: `{"code":"4051","msg":"x"}`, Kind: provider.KindBalance, Code: "4051"},
		{Name: "unlisted code", Reply: `{"code":4999,"msg":"x","smsid":"5"}`, Kind: provider.KindUnknown, Code: "4999", MayHaveSent: true},
	})
}

// TestRefusalTellsNoSecret has the service repeat what must not stand in an
// error, in ways that the suite's own echo does not.
func TestRefusalTellsNoSecret(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: send(newMessage("login", "1234"))}.Replies(t, []wiretest.Reply{
		{
			Name: "the code occurs in the key", Call: send(newMessage("login", "0123")), Reply: `{"code":405,"msg":"` + apiKey + ` 0123"}`,
			Kind: provider.KindAuth, Code: "405",
			Says: "ihuyi: send: auth: 405: *** ***; remedy: check Config.Account and Config.APIKey: each product has its own",
		},
		{
			Name: "the dynamic password", Reply: `{"code":40502,"msg":"680adc17eee8876563df6588a1551578"}`, Kind: provider.KindAuth, Code: "40502",
			Says: "ihuyi: send: auth: 40502: ***; remedy: check Config.APIKey, then the server's clock",
		},
		{
			Name: "the number as an unlisted code", Reply: `{"code":13800000000,"msg":"x"}`, Kind: provider.KindUnknown, Code: "***",
			MayHaveSent: true, Says: "ihuyi: send: unknown: ***: x (may have been sent)",
		},
		{
			Name: "the one-time code as an unlisted code", Reply: `{"code":"1234","msg":"x"}`, Kind: provider.KindUnknown, Code: "***",
			MayHaveSent: true, Says: "ihuyi: send: unknown: ***: x (may have been sent)",
		},
		{
			Name: "a listed code stays verbatim", Call: send(newMessage("login", "4051")), Reply: `{"code":4051,"msg":"x"}`,
			Kind: provider.KindBalance, Code: "4051", Says: "ihuyi: send: balance: 4051: x; remedy: top up in the console",
		},
	})
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 501)
	longAbroad := newMessage("any", long)
	longAbroad.To = abroad("").To
	wiretest.Table{Begins: "ihuyi: send: "}.BadInput(t, []wiretest.Input{
		{Name: "missing parameter of two", Call: send(newMessage("twoVars", "1")), Kind: provider.KindTemplate, Names: `"minutes"`},
		{Name: "separator in a value", Call: send(newMessage("byID", "1|2")), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "value of nine characters", Call: send(newMessage("byID", "一二三四五六七八九")), Kind: provider.KindTemplate, Names: `Params["code"]: 9 characters`},
		{Name: "empty code", Call: send(newMessage("any", "")), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "text of 501 characters", Call: send(newMessage("any", long)), Kind: provider.KindContent, Names: "Text: 501 characters"},
		{Name: "foreign number and a text too long", Call: send(longAbroad), Kind: provider.KindUnsupported, Names: "To"},
	})
}

// TestLengths covers what is just within the limits, and what is left to the
// service.
func TestLengths(t *testing.T) {
	t.Parallel()
	eight, nine := strings.Repeat("八", 8), strings.Repeat("九", 9)
	longAbroad := abroad(strings.Repeat("x", 501-len("Your verification code is ")))
	for name, call := range map[string]wiretest.Call{
		"value of eight characters":            send(newMessage("byID", eight)),
		"another limit":                        send(newMessage("byID", nine), variableLimit(9)),
		"no limit":                             send(newMessage("byID", nine+nine), variableLimit(-1)),
		"value in a whole text":                send(newMessage("login", nine)),
		"text of 500 characters":               send(newMessage("any", strings.Repeat("长", 500))),
		"international text of 501 characters": send(longAbroad, international),
	} {
		_, err := call(t, (&wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}).Client())
		require.NoError(t, err, name)
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := ihuyi.New(ihuyi.Config{
		International: true, API: 7,
		Templates: provider.Templates{
			"a": {}, "b": {Text: "{code"}, "c": {ID: "x", Sign: "榛子"}, "d": {Text: "x", Sign: "榛子"}, "e": {ID: "1"},
		},
		BaseURL: "106.ihuyi.com", Timeout: -1,
	})
	wiretest.Named(t, err, "Account: ", "APIKey: ", "API: ", `Templates["a"]: `, `Templates["b"]: `, `Templates["c"].Sign: `,
		`Templates["c"].ID: `, `Templates["d"].Sign: `, `Templates["e"].Text: `, "BaseURL: ", "Timeout: ")
	_, err = ihuyi.New(ihuyi.Config{Account: account, APIKey: apiKey})
	require.EqualError(t, err, "ihuyi: config: Templates: must not be empty")
	wiretest.PlainHTTP(t, newConfig(nil), func(cfg *ihuyi.Config, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
}

func TestAPIPrintsItsName(t *testing.T) {
	t.Parallel()
	require.Equal(t, "classic newer API(7)", fmt.Sprint(ihuyi.APIClassic, ihuyi.APINewer, ihuyi.API(7)))
}
