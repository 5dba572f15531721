package ronglian_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
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

func newProvider(t *testing.T, cfg ronglian.Config) *ronglian.Provider {
	t.Helper()
	p, err := ronglian.New(cfg)
	require.NoError(t, err)
	return p
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

// Where the calls of the account are.
const (
	accountURL       = ronglian.DefaultBaseURL + "/2013-12-26/Accounts/" + accountSID
	sendURL          = accountURL + "/SMS/TemplateSMS"
	internationalURL = ronglian.DefaultBaseURL + "/v2/account/" + accountSID + "/international/send"
	balanceURL       = accountURL + "/AccountInfo"
	reportsURL       = accountURL + "/SMS/GetArrived"
)

// answering plays a service that knows one call only: a request with another method
// or to another address fails.
func answering(method, address, reply string) *http.Client {
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(method, address, httpmock.NewStringResponder(http.StatusOK, reply))
	return &http.Client{Transport: transport}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	withRef := newMessage("login", "4653")
	withRef.Ref = "a1B2c3D4e5F60718293a4B5c6D7e8F90"
	abroadWithRef := abroad(newMessage("login", "4653"))
	abroadWithRef.Ref = "not-forwarded"
	tests := []struct {
		name    string
		adjust  func(*ronglian.Config)
		message provider.Message
		golden  string
	}{
		{name: "two values", message: newMessage("login", "4653"), golden: "request-template.http"},
		{
			name: "no values", golden: "request-template-plain.http",
			message: provider.Message{To: provider.MustParsePhone("13800000000"), Template: "notice"},
		},
		{name: "special characters", message: newMessage("login", `五 <&> "1+1=2%"`), golden: "request-template-special.http"},
		{
			name: "ref and extension", message: withRef, golden: "request-template-ref.http",
			adjust: func(cfg *ronglian.Config) { cfg.SubAppend = "1234" },
		},
		{
			name: "sub-account", message: newMessage("login", "4653"), golden: "request-sub-account.http",
			adjust: func(cfg *ronglian.Config) { cfg.AccountSID, cfg.AuthToken, cfg.SubAccount = subSID, subToken, true },
		},
		{
			name: "sandbox, last second of a year", message: newMessage("login", "4653"), golden: "request-sandbox.http",
			adjust: func(cfg *ronglian.Config) {
				cfg.BaseURL = ronglian.SandboxBaseURL
				cfg.Now = func() time.Time { return time.Date(2023, time.December, 31, 15, 59, 59, 999, time.UTC) }
			},
		},
		{name: "international", message: abroadWithRef, golden: "request-international.http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
			cfg := newConfig(stub.Client())
			if tt.adjust != nil {
				tt.adjust(&cfg)
			}
			p := newProvider(t, cfg)
			receipt, err := p.Send(t.Context(), tt.message)
			require.NoError(t, err)
			require.Equal(t, provider.Receipt{Provider: "ronglian", ID: messageID, To: tt.message.To, At: cfg.Now()}, receipt)
			wiretest.Golden(t, tt.golden, stub.Only(t))
		})
	}
}

// TestOneClockReading moves the clock between any two readings: the signature
// and the header must still hold the same second.
func TestOneClockReading(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	cfg := newConfig(stub.Client())
	now := at
	cfg.Now = func() time.Time {
		reading := now
		now = now.Add(time.Second)
		return reading
	}
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage("login", "4653"))
	require.NoError(t, err)
	require.Contains(t, stub.Only(t), "sig="+sig+" ")
	require.Contains(t, stub.Only(t), "Authorization: "+authorization+"\r\n")
}

func TestReadBalance(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-balance.json")}
	balance, err := newProvider(t, newConfig(stub.Client())).ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, provider.Balance{Provider: "ronglian", Amount: "12.50", Unit: provider.UnitYuan}, balance)
	wiretest.Golden(t, "request-balance.http", stub.Only(t))
}

func TestReadBalanceReplies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply, amount string
		want                error
	}{
		{name: "a number", reply: `{"statusCode":"000000","Account":{"balance":7}}`, amount: "7"},
		{name: "overdrawn", reply: `{"statusCode":"000000","account":{"balance":"-0.05"}}`, amount: "-0.05"},
		{name: "refused", reply: `{"statusCode":"111143","statusMsg":"x"}`, want: provider.KindAuth},
		{name: "no account", reply: `{"statusCode":"000000"}`, want: provider.KindUnavailable},
		{name: "no balance", reply: `{"statusCode":"000000","Account":{"money":"1"}}`, want: provider.KindUnavailable},
		{name: "not a number", reply: `{"statusCode":"000000","Account":{"balance":"much"}}`, want: provider.KindUnavailable},
		{name: "exponent", reply: `{"statusCode":"000000","Account":{"balance":1e3}}`, want: provider.KindUnavailable},
		{name: "no fraction behind the point", reply: `{"statusCode":"000000","Account":{"balance":"1."}}`, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := answering(http.MethodGet, balanceURL, tt.reply)
			balance, err := newProvider(t, newConfig(client)).ReadBalance(t.Context())
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, tt.amount, balance.Amount)
				return
			}
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, "ronglian: balance: ")
			require.False(t, provider.MayHaveSent(err), "asking for the balance sends nothing")
		})
	}
}

// TestReply covers what the service is known to vary in its replies.
func TestReply(t *testing.T) {
	t.Parallel()
	mainland := newMessage("login", "4653")
	tests := []struct {
		name, reply, id string
		message         provider.Message
		want            error
		code            string
		mayHaveSent     bool
	}{
		{name: "capital letter", reply: `{"statusCode":"000000","TemplateSMS":{"smsMessageSid":"a1"}}`, id: "a1"},
		{name: "space before the id", reply: `{"statusCode":"000000","templateSMS":{"dateCreated":"x","smsMessageSid":" a1"}}`, id: "a1"},
		{name: "id as a number", reply: `{"statusCode":"000000","templateSMS":{"smsMessageSid":16842079209571524017999}}`, id: "16842079209571524017999"},
		{name: "unknown members", reply: `{"statusCode":"000000","extra":[1],"templateSMS":{"smsMessageSid":"a1","x":{}}}`, id: "a1"},
		{name: "byte order mark", reply: "\xef\xbb\xbf\n" + `{"statusCode":"000000","templateSMS":{"smsMessageSid":"a1"}}` + "\n", id: "a1"},
		{name: "international, id at the top", message: abroad(mainland), reply: `{"statusCode":"000000","smsMessageSid":"a1"}`, id: "a1"},
		{name: "international, no id", message: abroad(mainland), reply: `{"statusCode":"000000"}`, id: ""},
		{name: "empty id", reply: `{"statusCode":"000000","templateSMS":{"smsMessageSid":" "}}`},
		{name: "no code", reply: `{"templateSMS":{"smsMessageSid":"a1"}}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "refused", reply: wiretest.Read(t, "reply-refused.json"), want: provider.KindThrottled, code: "160038"},
		{name: "refused, code as a number", reply: `{"statusCode":111142}`, want: provider.KindBalance, code: "111142"},
		{name: "success as a number", reply: `{"statusCode":0,"templateSMS":{"smsMessageSid":"a1"}}`, want: provider.KindUnknown, code: "0", mayHaveSent: true},
		{name: "repeated", reply: `{"statusCode":"160054","statusMsg":"x"}`, want: provider.KindThrottled, code: "160054", mayHaveSent: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := internationalURL
			if tt.message.To.IsZero() {
				tt.message, address = mainland, sendURL
			}
			client := answering(http.MethodPost, address, tt.reply)
			receipt, err := newProvider(t, newConfig(client)).Send(t.Context(), tt.message)
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, tt.id, receipt.ID)
				return
			}
			require.ErrorIs(t, err, tt.want)
			var failure *provider.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, tt.mayHaveSent, failure.MayHaveSent)
			require.Zero(t, receipt)
		})
	}
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	withRef := func(ref string) provider.Message {
		m := newMessage("login", "4653")
		m.Ref = ref
		return m
	}
	textOnly := newMessage("text", "4653")
	delete(textOnly.Params, "minutes")
	missing := newMessage("login", "4653")
	delete(missing.Params, "minutes")
	notice := abroad(newMessage("notice", "4653"))
	sub := func(cfg *ronglian.Config) { cfg.SubAccount = true }
	trial := func(cfg *ronglian.Config) {
		cfg.Trial = true
		delete(cfg.Templates, "notice")
	}
	tests := []struct {
		name    string
		adjust  func(*ronglian.Config)
		message provider.Message
		want    error
		names   string
	}{
		{name: "template without an id", message: textOnly, want: provider.KindTemplate, names: "ID"},
		{name: "ref with hyphens", message: withRef("1b4e28ba-2fa1"), want: provider.KindUnsupported, names: "Ref"},
		{name: "ref too long", message: withRef(strings.Repeat("a", 33)), want: provider.KindUnsupported, names: "Ref"},
		{name: "international, no text", message: notice, want: provider.KindUnsupported, names: `Templates["notice"] has no Text`},
		{name: "international, missing parameter", message: abroad(missing), want: provider.KindTemplate, names: `"minutes"`},
		{name: "international, empty code", message: abroad(newMessage("any", "")), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "international, 251 characters", message: abroad(newMessage("any", strings.Repeat("长", 251))), want: provider.KindContent, names: "Text: 251 characters"},
		{name: "international, sub-account", adjust: sub, message: abroad(newMessage("login", "4653")), want: provider.KindUnsupported, names: "SubAccount"},
		{name: "trial, five digits", adjust: trial, message: newMessage("login", "04653"), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "trial, six digits", adjust: trial, message: newMessage("login", "046531"), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "trial, letters", adjust: trial, message: newMessage("login", "a1b2"), want: provider.KindTemplate, names: `Params["code"]`},
		{name: "trial, empty", adjust: trial, message: newMessage("login", ""), want: provider.KindTemplate, names: `Params["code"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{}
			cfg := newConfig(stub.Client())
			if tt.adjust != nil {
				tt.adjust(&cfg)
			}
			_, err := newProvider(t, cfg).Send(t.Context(), tt.message)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.names)
			require.ErrorContains(t, err, "ronglian: send: ")
			require.NotContains(t, err.Error(), "046531")
			require.Empty(t, stub.Requests(), "a bad message fails before any request")
		})
	}
}

func TestLongestInternationalText(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), abroad(newMessage("any", strings.Repeat("长", 250))))
	require.NoError(t, err)
}

// TestTrialIsOptIn sends what a trial account could not: without Config.Trial it
// is the service's business.
func TestTrialIsOptIn(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Reply: `{"statusCode":"161125","statusMsg":"请输入1到4位的数字"}`}
	_, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), newMessage("login", "046531"))
	require.ErrorIs(t, err, provider.KindTemplate)
	require.ErrorContains(t, err, "161125: 请输入1到4位的数字")
	stub = &wiretest.Stub{Reply: wiretest.Read(t, "reply-accepted.json")}
	cfg := newConfig(stub.Client())
	cfg.Trial = true
	delete(cfg.Templates, "notice")
	_, err = newProvider(t, cfg).Send(t.Context(), newMessage("login", "0465"))
	require.NoError(t, err)
}

func TestMainAccountOnly(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{}
	cfg := newConfig(stub.Client())
	cfg.SubAccount = true
	p := newProvider(t, cfg)
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
	for _, field := range []string{
		"AccountSID: want", "AuthToken: ", "AppID: ", "SubAppend: ", `Templates["a"]: `, `Templates["b"]: `,
		`Templates["c"].Sign: `, `Templates["d"].ID: want digits`, `Templates["e"].ID: a trial account`, "BaseURL: ", "Timeout: ",
	} {
		require.ErrorContains(t, err, field)
	}
	err = ronglian.Config{AuthToken: authToken, AppID: appID, SubAppend: "12a"}.Validate()
	require.EqualError(t, err, "ronglian: config: AccountSID: must not be empty\nSubAppend: want one to four digits\nTemplates: must not be empty")
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	cfg := newConfig(nil)
	cfg.BaseURL = "http://sms.example.org"
	require.ErrorContains(t, cfg.Validate(), "BaseURL: ")
	cfg.PlainHTTP = true
	require.NoError(t, cfg.Validate())
}

// TestRefusalTellsNoSecret has the service repeat what must not stand in an
// error, in ways that the suite's own echo does not.
func TestRefusalTellsNoSecret(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, code, reply string
		want              string
	}{
		{
			name: "the code occurs in the token", code: "7654", reply: `{"statusCode":"111143","statusMsg":"` + authToken + ` 7654"}`,
			want: "ronglian: send: auth: 111143: *** ***; remedy: check AuthToken",
		},
		{
			name: "the code occurs in the signature", code: "BD3B", reply: `{"statusCode":"111109","statusMsg":"` + sig + `"}`,
			want: "ronglian: send: auth: 111109: ***; remedy: compare AuthToken with the console's first page",
		},
		{
			name: "what else a request is signed with", code: "4653",
			reply: `{"statusCode":"160031","statusMsg":"` + strings.ToLower(sig) + " " + authorization + `"}`,
			want:  "ronglian: send: config: 160031: *** ***",
		},
		{
			name: "the token as the code", code: "4653", reply: `{"statusCode":"` + authToken + `"}`,
			want: "ronglian: send: unknown: *** (may have been sent)",
		},
		{
			name: "the number as the code", code: "4653", reply: `{"statusCode":13800000000}`,
			want: "ronglian: send: unknown: *** (may have been sent)",
		},
		{
			name: "a listed code stays verbatim", code: "160038", reply: `{"statusCode":"160038","statusMsg":"x"}`,
			want: "ronglian: send: throttled by phone: 160038: x; remedy: wait before the next code",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := answering(http.MethodPost, sendURL, tt.reply)
			_, err := newProvider(t, newConfig(client)).Send(t.Context(), newMessage("login", tt.code))
			require.EqualError(t, err, tt.want)
		})
	}
}

// TestNetworkErrorTellsNoSecret has a transport quote the address, which holds the
// signature.
func TestNetworkErrorTellsNoSecret(t *testing.T) {
	t.Parallel()
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, sendURL, func(r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: r.Method, URL: r.URL.String(), Err: errors.New("cannot reach " + r.URL.RequestURI())}
	})
	p := newProvider(t, newConfig(&http.Client{Transport: transport}))
	_, err := p.Send(t.Context(), newMessage("login", "4653"))
	require.ErrorIs(t, err, provider.KindUnavailable)
	results, batchErr := p.SendBatch(t.Context(), newMessage("login", "4653"), phones(1))
	require.NoError(t, batchErr)
	printed := fmt.Sprintf("%v %+v %#v %+v %v %+v %#v", err, err, err, results[0], p, p, p)
	for _, secret := range []string{authToken, sig, authorization, "13800000000", "4653"} {
		require.NotContains(t, printed, secret)
	}
}
