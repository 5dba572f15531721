package acme_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/provider"
)

const (
	key    = "acme-key"
	secret = "acme-secret"
)

var at = time.Unix(1700000000, 0)

// newProvider is the account of testdata/README.md.
func newProvider(t *testing.T, transport http.RoundTripper) *acme.Provider {
	t.Helper()
	p, err := acme.New(acme.Config{
		Key: key, Secret: secret,
		Templates:  provider.Templates{"login": {ID: "T1", Params: []string{provider.ParamCode}}},
		HTTPClient: &http.Client{Transport: transport},
		Now:        func() time.Time { return at },
	})
	require.NoError(t, err)
	return p
}

func newMessage() provider.Message {
	return provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Ref: "order-17",
		Params: provider.Params{provider.ParamCode: "042137"},
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	wire := &stub{reply: read(t, "reply-accepted.json")}
	receipt, err := newProvider(t, wire).Send(t.Context(), newMessage())
	require.NoError(t, err)
	require.Equal(t, provider.Receipt{Provider: "acme", ID: "text-1", To: newMessage().To, At: at}, receipt)
	wire.requireOnly(t, "request-send.http")
}

// TestUnusableReply adds to the conformance suite what only this service's replies
// can lack.
func TestUnusableReply(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"code":"ok"}`, `{"code":"ok","id":""}`, `{"id":"text-1"}`} {
		receipt, err := newProvider(t, &stub{reply: body}).Send(t.Context(), newMessage())
		require.ErrorIs(t, err, provider.KindUnavailable, body)
		require.True(t, provider.MayHaveSent(err), body)
		require.Zero(t, receipt)
	}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	wire := &stub{reply: read(t, "reply-status.json")}
	status, err := newProvider(t, wire).ReadStatus(t.Context(), provider.Receipt{Provider: "acme", ID: "text-1"})
	require.NoError(t, err)
	require.Equal(t, provider.Status{State: provider.StateDelivered, Code: "delivered"}, status)
	wire.requireOnly(t, "request-status.http")
}

func TestReadBalance(t *testing.T) {
	t.Parallel()
	wire := &stub{reply: read(t, "reply-balance.json")}
	balance, err := newProvider(t, wire).ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, provider.Balance{Provider: "acme", Amount: "12.50", Unit: provider.UnitYuan}, balance)
	wire.requireOnly(t, "request-balance.http")
}

// TestReads walks what can go wrong with a question that sends nothing.
func TestReads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
	}{
		{"refused", `{"code":"bad_key"}`, http.StatusUnprocessableEntity, provider.KindAuth},
		{"not a number, and no such state", `{"code":"ok","yuan":"much","state":{}}`, http.StatusOK, provider.KindUnavailable},
		{"HTTP error", `{"code":"ok","yuan":"1","state":"sent"}`, http.StatusBadGateway, provider.KindUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, &stub{status: tt.status, reply: tt.reply})
			_, err := p.ReadBalance(t.Context())
			require.ErrorIs(t, err, tt.want)
			require.False(t, provider.MayHaveSent(err))
			_, err = p.ReadStatus(t.Context(), provider.Receipt{Provider: "acme", ID: "text-1"})
			require.ErrorIs(t, err, tt.want)
		})
	}
	t.Run("an unknown text is no error", func(t *testing.T) {
		t.Parallel()
		p := newProvider(t, &stub{status: http.StatusUnprocessableEntity, reply: `{"code":"no_such_text"}`})
		status, err := p.ReadStatus(t.Context(), provider.Receipt{Provider: "acme", ID: "text-2"})
		require.NoError(t, err)
		require.Equal(t, provider.StateUnknown, status.State)
	})
}

func TestBadMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		spoil  func(m *provider.Message)
		want   error
		naming string
	}{
		{"no number", func(m *provider.Message) { m.To = provider.Phone{} }, provider.KindRecipient, "To: "},
		{"template not mapped", func(m *provider.Message) { m.Template = "other" }, provider.KindTemplate, `"other"`},
		{"missing parameter", func(m *provider.Message) { m.Params = nil }, provider.KindTemplate, `"code"`},
		{"value too long", func(m *provider.Message) {
			m.Params["code"] = "一二三四五六七八九十一二三四五六七八九十一"
		}, provider.KindTemplate, `Params["code"]: longer`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wire := &stub{}
			m := newMessage()
			tt.spoil(&m)
			_, err := newProvider(t, wire).Send(t.Context(), m)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.naming)
			require.ErrorContains(t, err, "acme: send: ")
			require.Empty(t, wire.requests, "a bad message fails before any request")
		})
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	_, err := acme.New(acme.Config{
		Templates: provider.Templates{"text": {Text: "{code}"}, "sign": {ID: "1", Sign: "Acme"}, "none": {}},
		BaseURL:   "text.acme.example", Timeout: -1,
	})
	for _, field := range []string{
		"Key: ", "Secret: ", `Templates["text"].ID: `, `Templates["sign"].Sign: `, `Templates["none"]: `, "BaseURL: ", "Timeout: ",
	} {
		require.ErrorContains(t, err, field)
	}
	for _, address := range []string{"https://", "https://h/path", "https://u@h", "https://h?q", "https://h#f", "ftp://h", "://"} {
		_, err := acme.New(acme.Config{BaseURL: address})
		require.ErrorContains(t, err, "BaseURL: ", address)
	}
	_, err = acme.New(acme.Config{Key: key, Secret: secret})
	require.EqualError(t, err, "acme: config: Templates: must not be empty")
}
