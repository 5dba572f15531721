package acmesim_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

var at = time.Unix(1700000000, 0)

// newPair is a simulated account in memory and a provider for it.
func newPair(t *testing.T, cfg acmesim.Config, spoil ...func(r *http.Request)) (*sim.Server, *acmesim.Service, *acme.Provider) {
	t.Helper()
	cfg.Key, cfg.Secret = "acme-key", "acme-secret"
	service := acmesim.New(cfg)
	server := sim.New(sim.Config{Now: func() time.Time { return at }}, service)
	t.Cleanup(server.Close)
	p, err := acme.New(acme.Config{
		Key: "acme-key", Secret: "acme-secret",
		Templates:  provider.Templates{"login": {ID: "T1", Params: []string{"code"}}, "bare": {ID: "T1"}, "other": {ID: "T2"}},
		HTTPClient: &http.Client{Transport: spoiling{server.Transport(), spoil}},
		Now:        func() time.Time { return at },
	})
	require.NoError(t, err)
	return server, service, p
}

// spoiling changes requests on their way.
type spoiling struct {
	http.RoundTripper
	spoil []func(r *http.Request)
}

func (s spoiling) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, spoil := range s.spoil {
		spoil(r)
	}
	return s.RoundTripper.RoundTrip(r)
}

func send(ctx context.Context, p provider.Provider, template string) (provider.Receipt, error) {
	m := provider.Message{To: provider.MustParsePhone("13800138000"), Template: template, Ref: "order-17"}
	if template == "login" {
		m.Params = provider.Params{"code": "042137"}
	}
	return p.Send(ctx, m)
}

func TestBalanceWithoutEnd(t *testing.T) {
	t.Parallel()
	_, _, p := newPair(t, acmesim.Config{})
	_, err := send(t.Context(), p, "login")
	require.NoError(t, err)
	balance, err := p.ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, "10000.00", balance.Amount)
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	left := 1234
	server, service, p := newPair(t, acmesim.Config{Templates: map[string]string{"T1": "Your code is {1}."}, Balance: &left})
	receipt, err := send(t.Context(), p, "login")
	require.NoError(t, err)
	require.Equal(t, []sim.Text{{
		Seq: 1, At: at, Service: "acme", Mailbox: "acme-key", ID: receipt.ID, Ref: "order-17", To: "+8613800138000", Sign: "Acme",
		Template: "T1", Params: []string{"042137"}, Text: "【Acme】Your code is 042137.", Code: "042137",
	}}, server.Texts())

	balance, err := p.ReadBalance(t.Context())
	require.NoError(t, err)
	require.Equal(t, "12.29", balance.Amount, "a text costs five fen")

	status, err := p.ReadStatus(t.Context(), receipt)
	require.NoError(t, err)
	require.Equal(t, provider.StatePending, status.State)
	service.SetState(receipt.ID, "delivered")
	status, err = p.ReadStatus(t.Context(), receipt)
	require.NoError(t, err)
	require.Equal(t, provider.StateDelivered, status.State)
}

// signed signs a request of the suite.
func signed(r *simtest.Request) {
	mac := hmac.New(sha256.New, []byte("acme-secret"))
	mac.Write([]byte(strings.Join([]string{r.Method, r.Path, r.Header.Get("Acme-Time"), r.JSON}, "\n")))
	r.Header.Set("Acme-Sign", hex.EncodeToString(mac.Sum(nil)))
}

// call is a signed request of the suite.
func call(name, method, path, body string, before ...simtest.Request) simtest.Request {
	r := simtest.Request{
		Name: name, Method: method, Path: path, JSON: body, Sign: signed, Before: before,
		Header:   http.Header{"Acme-Key": {"acme-key"}, "Acme-Time": {"1700000000"}},
		Signed:   []string{"Acme-Time", "to", "template", "values", "ref"},
		Optional: []string{"ref"}, Free: []string{"to", "ref"}, // another number is a number, too
	}
	r.Sign(&r)
	return r
}

func TestSuite(t *testing.T) {
	t.Parallel()
	send := call("send", http.MethodPost, "/v1/texts", `{"to":"+8613800138000","template":"T1","values":["042137"],"ref":"order-17"}`)
	send.Texts = 1
	simtest.Run(t, simtest.Harness{
		New: func() sim.Service {
			return acmesim.New(acmesim.Config{
				Key: "acme-key", Secret: "acme-secret", Templates: map[string]string{"T1": "Your code is {1}."},
			})
		},
		Requests: []simtest.Request{
			send,
			call("status", http.MethodGet, "/v1/texts/text-1", "", send),
			call("balance", http.MethodGet, "/v1/balance", ""),
		},
		Impossible: map[string]func(){
			"Key":    func() { acmesim.New(acmesim.Config{Secret: "acme-secret"}) },
			"Secret": func() { acmesim.New(acmesim.Config{Key: "acme-key"}) },
		},
		Secrets:      []string{"acme-secret"},
		NullIsAbsent: true,
	})
}

// TestRefusesASpoiltRequest corrupts one part at a time. The verdict names it.
func TestRefusesASpoiltRequest(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(r *http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	body := func(old, other string) func(r *http.Request) {
		return func(r *http.Request) {
			content, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(string(content), old, other, 1)))
		}
	}
	tests := []struct {
		name          string
		spoil         func(r *http.Request)
		code, verdict string
	}{
		{"key", header("Acme-Key", "other"), "bad_key", "Acme-Key: "},
		{"no time", header("Acme-Time", ""), "bad_time", "Acme-Time: "},
		{"time not the signed one", header("Acme-Time", "1700000001"), "bad_sign", "Acme-Sign: "},
		{"time long ago", header("Acme-Time", "1699999699"), "bad_time", "Acme-Time: 5m1s"},
		{"signature", header("Acme-Sign", "00"), "bad_sign", "Acme-Sign: "},
		{"number", body("138", "139"), "bad_sign", "Acme-Sign: "},
		{"value", body("042137", "042138"), "bad_sign", "Acme-Sign: "},
		{"method", func(r *http.Request) { r.Method = http.MethodPut }, "bad_sign", "Acme-Sign: "},
		{"path", func(r *http.Request) { r.URL.Path += "/1" }, "bad_sign", "Acme-Sign: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, _, p := newPair(t, acmesim.Config{}, tt.spoil)
			_, err := send(t.Context(), p, "login")
			requireRefused(t, server, err, tt.code, tt.verdict)
		})
	}
}

func requireRefused(t *testing.T, server *sim.Server, err error, code, verdict string) {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, code, failure.Code)
	exchanges := server.Exchanges()
	require.Contains(t, exchanges[len(exchanges)-1].Verdict, verdict)
}

func TestRefusesByTheAccountsRules(t *testing.T) {
	t.Parallel()
	left := 9 // fen: one text
	tests := []struct {
		name, template string
		cfg            acmesim.Config
		before         int // texts to the same number
		code, verdict  string
	}{
		{"no such template", "other", acmesim.Config{Templates: map[string]string{"T1": ""}}, 0, "no_template", "template: "},
		{"too few values", "bare", acmesim.Config{Templates: map[string]string{"T1": "{1}"}}, 0, "bad_values", "values: "},
		{"one a minute", "login", acmesim.Config{Limits: true}, 1, "number_limit", "to: 1 texts within 1m0s"},
		{"no money", "login", acmesim.Config{Balance: &left}, 1, "no_credit", "balance: 4 left"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, _, p := newPair(t, tt.cfg)
			for range tt.before {
				_, err := send(t.Context(), p, tt.template)
				require.NoError(t, err)
			}
			_, err := send(t.Context(), p, tt.template)
			requireRefused(t, server, err, tt.code, tt.verdict)
		})
	}
}

// TestRefusesWhatTheAdapterNeverSends makes requests, rightly signed, that only a
// slip in an adapter could make.
func TestRefusesWhatTheAdapterNeverSends(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, method, path, body, code, verdict string }{
		{"no JSON", http.MethodPost, "/v1/texts", "to=1", "bad_request", "body: "},
		{"no number", http.MethodPost, "/v1/texts", `{"template":"T1"}`, "bad_number", "to: "},
		{"no country code", http.MethodPost, "/v1/texts", `{"to":"13800138000","template":"T1"}`, "bad_number", "to: "},
		{"no template", http.MethodPost, "/v1/texts", `{"to":"+8613800138000"}`, "no_template", "template: "},
		{"long value", http.MethodPost, "/v1/texts", `{"to":"+8613800138000","template":"T1","values":["123456789012345678901"]}`, "bad_values", "values[0]: "},
		{"no such call", http.MethodDelete, "/v1/texts/text-1", "", "bad_request", "method: want POST /v1/texts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := sim.New(sim.Config{Now: func() time.Time { return at }}, acmesim.New(acmesim.Config{Key: "acme-key", Secret: "acme-secret"}))
			t.Cleanup(server.Close)
			answered := post(t, server, tt.method, tt.path, tt.body)
			require.Contains(t, answered, `"`+tt.code+`"`)
			require.Contains(t, server.Exchanges()[0].Verdict, tt.verdict)
		})
	}
}

// post signs a request, gives it to the server and returns the answer.
func post(t *testing.T, server *sim.Server, method, path, body string) string {
	t.Helper()
	mac := hmac.New(sha256.New, []byte("acme-secret"))
	mac.Write([]byte(method + "\n" + path + "\n1700000000\n" + body))
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Acme-Key", "acme-key")
	request.Header.Set("Acme-Time", "1700000000")
	request.Header.Set("Acme-Sign", hex.EncodeToString(mac.Sum(nil)))
	response, err := server.Transport().RoundTrip(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answered, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(answered)
}
