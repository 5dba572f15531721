package ronglian_test

import (
	"net/http"
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
		status              int
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
		{name: "HTTP error", reply: `{"statusCode":"000000","Account":{"balance":"1"}}`, status: 502, want: provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: tt.status, Reply: tt.reply}
			balance, err := newProvider(t, newConfig(stub.Client())).ReadBalance(t.Context())
			if tt.want == nil {
				require.NoError(t, err)
				require.Equal(t, tt.amount, balance.Amount)
				return
			}
			require.ErrorIs(t, err, tt.want)
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
		{name: "no id", reply: `{"statusCode":"000000"}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "empty id", reply: `{"statusCode":"000000","templateSMS":{"smsMessageSid":" "}}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "no code", reply: `{"templateSMS":{"smsMessageSid":"a1"}}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "null code", reply: `{"statusCode":null,"templateSMS":{"smsMessageSid":"a1"}}`, want: provider.KindUnavailable, mayHaveSent: true},
		{name: "refused", reply: wiretest.Read(t, "reply-refused.json"), want: provider.KindThrottled, code: "160038"},
		{name: "refused, code as a number", reply: `{"statusCode":111142}`, want: provider.KindBalance, code: "111142"},
		{name: "success as a number", reply: `{"statusCode":0,"templateSMS":{"smsMessageSid":"a1"}}`, want: provider.KindUnknown, code: "0"},
		{name: "repeated", reply: `{"statusCode":"160054","statusMsg":"x"}`, want: provider.KindThrottled, code: "160054", mayHaveSent: true},
		{name: "unlisted", reply: `{"statusCode":"199999","templateSMS":{"smsMessageSid":"a1"}}`, want: provider.KindUnknown, code: "199999"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.message.To.IsZero() {
				tt.message = mainland
			}
			stub := &wiretest.Stub{Reply: tt.reply}
			receipt, err := newProvider(t, newConfig(stub.Client())).Send(t.Context(), tt.message)
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
