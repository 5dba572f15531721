package ronglian_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/ronglian"
)

const (
	accountSID = "0123456789abcdef0123456789abcdef"
	authToken  = "fedcba9876543210fedcba9876543210"
	subSID     = "89abcdef0123456789abcdef01234567"
	subToken   = "76543210fedcba9876543210fedcba98"
	appID      = "0123456789abcdef0123456789abcdee"
	messageID  = "0123456789abcdef0123456789abcdef"

	// sig and authorization belong to the main account at the time at.
	sig           = "BD3BB0E02B6DBC829197BD5AD013846B"
	authorization = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY6MjAyNDAxMDIwMzA0MDU="
)

// at is 20240102030405 on the wire: the service's clock is that of Beijing,
// wherever the program runs.
var at = time.Date(2024, time.January, 1, 19, 4, 5, 0, time.UTC)

// newConfig is the account of the worked example in testdata/README.md.
func newConfig(client *http.Client) ronglian.Config {
	return ronglian.Config{
		AccountSID: accountSID, AuthToken: authToken, AppID: appID,
		Templates: provider.Templates{
			"login":  {ID: "1", Params: []string{"code", "minutes"}, Text: "Your code is {code}, valid for {minutes} minutes"},
			"notice": {ID: "2"},
			"text":   {Text: "Your code is {code}"},
			"any":    {Text: "{code}", Ignore: []string{"minutes"}},
		},
		HTTPClient: client,
		Now:        func() time.Time { return at },
	}
}

// newProvider is the account of newConfig, changed.
func newProvider(t testing.TB, client *http.Client, changes ...func(*ronglian.Config)) *ronglian.Provider {
	t.Helper()
	return wiretest.Build(t, ronglian.New, newConfig(client), changes...)
}

// Changes of the configuration.
func subAccount(cfg *ronglian.Config) { cfg.SubAccount = true }

func trial(cfg *ronglian.Config) {
	cfg.Trial = true
	delete(cfg.Templates, "notice")
}

func newMessage(template, code string) provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("13800000000"), Template: template,
		Params: provider.Params{provider.ParamCode: code, "minutes": "2"},
	}
}

// abroad is a message to another country.
func abroad(m provider.Message) provider.Message {
	m.To = provider.MustParsePhone("+60 13 800 000")
	return m
}

// The calls of the account.
const (
	accountURL        = ronglian.DefaultBaseURL + "/2013-12-26/Accounts/" + accountSID
	sendCall          = "POST " + accountURL + "/SMS/TemplateSMS"
	internationalCall = "POST " + ronglian.DefaultBaseURL + "/v2/account/" + accountSID + "/international/send"
	balanceCall       = "GET " + accountURL + "/AccountInfo"
	reportsCall       = "POST " + accountURL + "/SMS/GetArrived"
)

// send sends m with that account.
func send(m provider.Message, changes ...func(*ronglian.Config)) wiretest.Call {
	return func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client, changes...).Send(t.Context(), m)
	}
}

// receipt is that of m.
func receipt(m provider.Message, id string) provider.Receipt {
	return provider.Receipt{Provider: "ronglian", ID: id, To: m.To, At: at}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	sent := func(name, golden string, m provider.Message, changes ...func(*ronglian.Config)) wiretest.Request {
		return wiretest.Request{
			Name: name, Call: send(m, changes...), Reply: wiretest.Read(t, "reply-accepted.json"), Want: receipt(m, messageID), Golden: golden,
		}
	}
	notice := provider.Message{To: provider.MustParsePhone("13800000000"), Template: "notice"}
	withRef, abroadWithRef := newMessage("login", "4653"), abroad(newMessage("login", "4653"))
	withRef.Ref, abroadWithRef.Ref = "a1B2c3D4e5F60718293a4B5c6D7e8F90", "not-forwarded"
	extension := func(cfg *ronglian.Config) { cfg.SubAppend = "1234" }
	bySub := func(cfg *ronglian.Config) { cfg.AccountSID, cfg.AuthToken, cfg.SubAccount = subSID, subToken, true }
	lastSecond := time.Date(2023, time.December, 31, 15, 59, 59, 999, time.UTC)
	sandbox := sent("sandbox, last second of a year", "request-sandbox.http", newMessage("login", "4653"), func(cfg *ronglian.Config) {
		cfg.BaseURL, cfg.Now = ronglian.SandboxBaseURL, func() time.Time { return lastSecond }
	})
	sandbox.Want = provider.Receipt{Provider: "ronglian", ID: messageID, To: withRef.To, At: lastSecond}
	wiretest.Requests(t, []wiretest.Request{
		sent("two values", "request-template.http", newMessage("login", "4653")),
		sent("no values", "request-template-plain.http", notice),
		sent("special characters", "request-template-special.http", newMessage("login", `五 <&> "1+1=2%"`)),
		sent("ref and extension", "request-template-ref.http", withRef, extension),
		sent("sub-account", "request-sub-account.http", newMessage("login", "4653"), bySub),
		sandbox,
		sent("international", "request-international.http", abroadWithRef),
	})
}

// TestOneClockReading moves the clock between any two readings: the signature
// and the header must still hold the same second.
func TestOneClockReading(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	now := at
	_, err := send(newMessage("login", "4653"), func(cfg *ronglian.Config) {
		cfg.Now = func() time.Time {
			reading := now
			now = now.Add(time.Second)
			return reading
		}
	})(t, stub.Client())
	require.NoError(t, err)
	require.Contains(t, stub.Only(t), "sig="+sig+" ")
	require.Contains(t, stub.Only(t), "Authorization: "+authorization+"\r\n")
}

func TestReadBalance(t *testing.T) {
	t.Parallel()
	read := func(t testing.TB, client *http.Client) (any, error) {
		return newProvider(t, client).ReadBalance(t.Context())
	}
	yuan := func(amount string) provider.Balance {
		return provider.Balance{Provider: "ronglian", Amount: amount, Unit: provider.UnitYuan}
	}
	wiretest.Requests(t, []wiretest.Request{
		{Name: "as documented", Call: read, Reply: wiretest.Read(t, "reply-balance.json"), Want: yuan("12.50"), Golden: "request-balance.http"},
	})
	wiretest.Table{Call: read, At: balanceCall, Begins: "ronglian: balance: "}.Replies(t, []wiretest.Reply{
		{Name: "a number", Reply: `{"statusCode":"000000","Account":{"balance":7}}`, Want: yuan("7")},
		{Name: "overdrawn", Reply: `{"statusCode":"000000","account":{"balance":"-0.05"}}`, Want: yuan("-0.05")},
		{Name: "refused", Reply: `{"statusCode":"111143","statusMsg":"x"}`, Kind: provider.KindAuth, Code: "111143"},
		{Name: "no account", Reply: `{"statusCode":"000000"}`, Kind: provider.KindUnavailable},
		{Name: "no balance", Reply: `{"statusCode":"000000","Account":{"money":"1"}}`, Kind: provider.KindUnavailable},
		{Name: "not a number", Reply: `{"statusCode":"000000","Account":{"balance":"much"}}`, Kind: provider.KindUnavailable},
	})
}

// TestReply covers what the service is known to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	mainland, outside := newMessage("login", "4653"), abroad(newMessage("login", "4653"))
	wiretest.Table{Call: send(mainland), At: sendCall, Begins: "ronglian: send: "}.Replies(t, []wiretest.Reply{
		{Name: "capital letter", Reply: `{"statusCode":"000000","TemplateSMS":{"smsMessageSid":"a1"}}`, Want: receipt(mainland, "a1")},
		{Name: "space before the id", Reply: `{"statusCode":"000000","templateSMS":{"dateCreated":"x","smsMessageSid":" a1"}}`, Want: receipt(mainland, "a1")},
		{
			Name: "id as a number", Reply: `{"statusCode":"000000","templateSMS":{"smsMessageSid":16842079209571524017999}}`,
			Want: receipt(mainland, "16842079209571524017999"),
		},
		{Name: "empty id", Reply: `{"statusCode":"000000","templateSMS":{"smsMessageSid":" "}}`, Want: receipt(mainland, "")},
		{Name: "no code", Reply: `{"templateSMS":{"smsMessageSid":"a1"}}`, Kind: provider.KindUnavailable, MayHaveSent: true},
		{Name: "refused", Reply: wiretest.Read(t, "reply-refused.json"), Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "160038"},
		{Name: "refused, code as a number", Reply: `{"statusCode":111142}`, Kind: provider.KindBalance, Code: "111142"},
		{Name: "success as a number", Reply: `{"statusCode":0,"templateSMS":{"smsMessageSid":"a1"}}`, Kind: provider.KindUnknown, Code: "0", MayHaveSent: true},
		{Name: "repeated", Reply: `{"statusCode":"160054","statusMsg":"x"}`, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "160054", MayHaveSent: true},
	})
	wiretest.Table{Call: send(outside), At: internationalCall}.Replies(t, []wiretest.Reply{
		{Name: "international, id at the top", Reply: `{"statusCode":"000000","smsMessageSid":"a1"}`, Want: receipt(outside, "a1")},
		{Name: "international, no id", Reply: `{"statusCode":"000000"}`, Want: receipt(outside, "")},
	})
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	withRef := func(ref string) provider.Message {
		m := newMessage("login", "4653")
		m.Ref = ref
		return m
	}
	without := func(template string) provider.Message {
		m := newMessage(template, "4653")
		delete(m.Params, "minutes")
		return m
	}
	long := strings.Repeat("长", 251)
	wiretest.Table{Begins: "ronglian: send: ", Secrets: []string{"046531"}}.BadInput(t, []wiretest.Input{
		{Name: "template without an id", Call: send(without("text")), Kind: provider.KindTemplate, Names: "ID"},
		{Name: "ref with hyphens", Call: send(withRef("1b4e28ba-2fa1")), Kind: provider.KindUnsupported, Names: "Ref"},
		{Name: "ref too long", Call: send(withRef(strings.Repeat("a", 33))), Kind: provider.KindUnsupported, Names: "Ref"},
		{Name: "international, no text", Call: send(abroad(newMessage("notice", "4653"))), Kind: provider.KindUnsupported, Names: `Templates["notice"] has no Text`},
		{Name: "international, missing parameter", Call: send(abroad(without("login"))), Kind: provider.KindTemplate, Names: `"minutes"`},
		{Name: "international, empty code", Call: send(abroad(newMessage("any", ""))), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "international, 251 characters", Call: send(abroad(newMessage("any", long))), Kind: provider.KindContent, Names: "Text: 251 characters"},
		{Name: "international, sub-account", Call: send(abroad(newMessage("login", "4653")), subAccount), Kind: provider.KindUnsupported, Names: "SubAccount"},
		{Name: "trial, five digits", Call: send(newMessage("login", "04653"), trial), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "trial, six digits", Call: send(newMessage("login", "046531"), trial), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "trial, letters", Call: send(newMessage("login", "a1b2"), trial), Kind: provider.KindTemplate, Names: `Params["code"]`},
		{Name: "trial, empty", Call: send(newMessage("login", ""), trial), Kind: provider.KindTemplate, Names: `Params["code"]`},
	})
	_, err := send(abroad(newMessage("any", long[len("长"):])))(t, (&wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}).Client())
	require.NoError(t, err, "international, 250 characters")
}

// TestTrialIsOptIn sends what a trial account could not: without Config.Trial it
// is the service's business.
func TestTrialIsOptIn(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"161125","statusMsg":"请输入1到4位的数字"}`}
	_, err := send(newMessage("login", "046531"))(t, stub.Client())
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, "161125: 请输入1到4位的数字")
	stub = &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	_, err = send(newMessage("login", "0465"), trial)(t, stub.Client())
	require.NoError(t, err)
}

func TestMainAccountOnly(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	p := newProvider(t, stub.Client(), subAccount)
	_, err := p.ReadBalance(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = p.PullReports(t.Context(), provider.ReportDelivery, 0)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.Empty(t, stub.Requests())
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := ronglian.New(ronglian.Config{
		AccountSID: "a/b?c:d", SubAppend: "12345", Trial: true,
		Templates: provider.Templates{
			"a": {}, "b": {Text: "{code"}, "c": {ID: "1", Sign: "示例"}, "d": {ID: "SMS_1"}, "e": {ID: "2"},
		},
		BaseURL: "app.cloopen.com", Timeout: -1,
	})
	wiretest.Named(t, err, "AccountSID: want", "AuthToken: ", "AppID: ", "SubAppend: ", `Templates["a"]: `, `Templates["b"]: `,
		`Templates["c"].Sign: `, `Templates["d"].ID: want digits`, `Templates["e"].ID: a trial account`, "BaseURL: ", "Timeout: ")
	err = ronglian.Config{AuthToken: authToken, AppID: appID, SubAppend: "12a"}.Validate()
	require.EqualError(t, err, "ronglian: config: AccountSID: must not be empty\nSubAppend: want one to four digits\nTemplates: must not be empty")
	wiretest.PlainHTTP(t, newConfig(nil), func(cfg *ronglian.Config, baseURL string, plainHTTP bool) {
		cfg.BaseURL, cfg.PlainHTTP = baseURL, plainHTTP
	})
}

// TestRefusalTellsNoSecret has the service repeat what must not stand in an
// error, in ways that the suite's own echo does not.
func TestRefusalTellsNoSecret(t *testing.T) {
	t.Parallel()
	wiretest.Table{Call: send(newMessage("login", "4653")), At: sendCall}.Replies(t, []wiretest.Reply{
		{
			Name: "the code occurs in the token", Call: send(newMessage("login", "7654")),
			Reply: `{"statusCode":"111143","statusMsg":"` + authToken + ` 7654"}`, Kind: provider.KindAuth, Code: "111143",
			Says: "ronglian: send: auth: 111143: *** ***; remedy: check AuthToken",
		},
		{
			Name: "the code occurs in the signature", Call: send(newMessage("login", "BD3B")),
			Reply: `{"statusCode":"111109","statusMsg":"` + sig + `"}`, Kind: provider.KindAuth, Code: "111109",
			Says: "ronglian: send: auth: 111109: ***; remedy: compare AuthToken with the console's first page",
		},
		{
			Name:  "what else a request is signed with",
			Reply: `{"statusCode":"160031","statusMsg":"` + strings.ToLower(sig) + " " + authorization + `"}`, Kind: provider.KindConfig, Code: "160031",
			Says: "ronglian: send: config: 160031: *** ***",
		},
		{
			Name: "the token as the code", Reply: `{"statusCode":"` + authToken + `"}`, Kind: provider.KindUnknown, Code: "***",
			MayHaveSent: true, Says: "ronglian: send: unknown: *** (may have been sent)",
		},
		{
			Name: "the number as the code", Reply: `{"statusCode":13800000000}`, Kind: provider.KindUnknown, Code: "***",
			MayHaveSent: true, Says: "ronglian: send: unknown: *** (may have been sent)",
		},
		{
			Name: "a listed code stays verbatim", Call: send(newMessage("login", "160038")),
			Reply: `{"statusCode":"160038","statusMsg":"x"}`, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "160038",
			Says: "ronglian: send: throttled by phone: 160038: x; remedy: wait before the next code",
		},
	})
}

// TestNetworkErrorTellsNoSecret has a transport quote the address, which holds the
// signature.
func TestNetworkErrorTellsNoSecret(t *testing.T) {
	t.Parallel()
	p := newProvider(t, &http.Client{Transport: wiretest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New("cannot reach " + r.URL.RequestURI())}
	})})
	_, err := p.Send(t.Context(), newMessage("login", "4653"))
	require.ErrorIs(t, err, provider.KindUnavailable)
	results, batchErr := p.SendBatch(t.Context(), newMessage("login", "4653"), phones(1))
	require.NoError(t, batchErr)
	printed := fmt.Sprintf("%v %+v %#v %+v %v %+v %#v", err, err, err, results[0], p, p, p)
	wiretest.Hidden(t, printed, authToken, sig, authorization, "13800000000", "4653")
}
