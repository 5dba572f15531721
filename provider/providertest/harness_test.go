package providertest_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

func TestHarnessReportsEveryProblem(t *testing.T) {
	t.Parallel()
	err := providertest.ValidateHarness(providertest.Harness{
		Service: func(testing.TB) sim.Service { return toyService{} },
		Members: -1,
		Foreign: toyMessage.To,
		Secrets: []string{"short"},
		Skip:    map[string]string{"receipt": "do not like it"},
	})
	for _, part := range []string{
		"Harness.New: must not be nil",
		"Harness.Message: send: recipient: To: no phone number",
		"Harness.Members: must not be negative",
		"Harness.Foreign: want a number outside mainland China",
		"Harness.Secrets[0]: want 6 characters or more",
		`Harness.Skip: "receipt" guards what makes a provider safe to use and cannot be skipped`,
	} {
		require.ErrorContains(t, err, part)
	}
}

func TestHarnessSkip(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, skip, reason, problem string
	}{
		{"unknown case", "recipt", "typing error", `Harness.Skip: no case is called "recipt"`},
		{"no reason", "surplus-parameter", " ", `Harness.Skip["surplus-parameter"]: want a reason`},
		{"fine", "surplus-parameter", "the service ignores them", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := toyHarness(flaw{})
			h.Skip = map[string]string{test.skip: test.reason}
			err := providertest.ValidateHarness(h)
			if test.problem == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.problem)
		})
	}
}

func TestSkippedCasesPrintReasons(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.Skip = map[string]string{"surplus-parameter": "the service ignores them"}
	r := record(t, func(r *recorder) { providertest.StartCase(r, h, "surplus-parameter", 0) })
	require.Equal(t, "skipped by the harness: the service ignores them", r.skipped)

	noService := providertest.Harness{
		Message: toyMessage,
		New:     func(providertest.Endpoint) (provider.Provider, error) { return &fake.Provider{}, nil },
	}
	r = record(t, func(r *recorder) { providertest.StartCase(r, noService, "redirect", 0) })
	require.Equal(t, "needs a service to talk to: Harness.Service is nil", r.skipped)
	require.Empty(t, r.text())
}

// The names are what people put into Skip and into -run: they do not change.
func TestCaseNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"receipt", "one-request", "receipt-json", "name", "foreign",
		"what-goes-out", "order-of-values",
		"no-recipient", "no-template", "unmapped-template", "missing-parameter", "surplus-parameter", "empty-code",
		"refusals", "unlisted-code",
		"malformed-reply", "wrong-types", "truncated-reply", "error-status", "content-type", "oversized-reply",
		"other-types", "no-id", "spelling-of-numbers", "byte-order-mark", "retry-after",
		"success-status", "trailing-garbage", "unexpected-status",
		"cancelled-before", "expired-before", "cancelled-in-flight", "deadline-in-flight", "cancelled-while-reading",
		"timeout", "timeout-while-reading",
		"dial-failure", "untrusted-certificate", "connection-reset", "reset-on-kept-connection", "redirect", "http-client",
		"http2", "http2-reset",
		"secrecy-receipt", "secrecy-input", "secrecy-refusal", "secrecy-reply", "secrecy-no-http", "secrecy-network", "secrecy-provider",
		"concurrent-sends", "caller-maps", "receipt-maps", "goroutines",
		"abilities-behind-wrapper", "abilities-behind-group", "composer-declares-nothing", "verify", "balance", "status", "batch",
	}, providertest.CaseNames())
}

// A failure against a simulator quotes what the simulator has found wrong.
func TestFailureQuotesTheSimulator(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{request: func(_ *toy, m provider.Message) (toyRequest, error) {
		return toyRequest{Key: "wrong", To: []string{m.To.E164()}}, nil
	}})
	r := record(t, func(r *recorder) { providertest.StartCase(r, h, "receipt", 0) })
	require.Contains(t, r.text(), "a valid message was not accepted: toy: send: unknown: BAD_KEY")
	require.Contains(t, r.text(), "simulator: request 1, POST: key: is not the one of the account")
}

func TestNilProvider(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.New = func(providertest.Endpoint) (provider.Provider, error) { return nil, nil }
	r := record(t, func(r *recorder) { providertest.StartCase(r, h, "receipt", 0) })
	require.Equal(t, "Harness.New returned nil", r.text())
}

// A gateway of one's own, which is a handler and no sim.Service, takes the whole
// suite, faults of the wire included. It reads the real clock, and its client
// makes a request besides the one that sends.
func TestHandlerServiceConformance(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.Now = time.Now
	h.Service = func(tb testing.TB) sim.Service {
		tb.Helper()
		gateway := sim.New(sim.Config{}, toyService{})
		tb.Cleanup(gateway.Close)
		return providertest.HandlerService(providertest.HandlerServiceConfig{
			Name: "gateway", Handler: gateway,
			Accepted: acceptedByToy,
			Codes:    toyService{}.Codes(),
			Refuse: func(code, words string) providertest.Reply {
				answer := toyService{}.Answer(nil, sim.Outcome{Code: code, Words: words})
				return providertest.Reply{ContentType: answer.ContentType, Body: answer.Body}
			},
		})
	}
	h.CountsAsSend = func(r *http.Request) bool { return r.URL.Path == "/toy/send" }
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return newToy(e, flaw{}), nil
	}
	providertest.Run(t, h)
}

// acceptedByToy reads from the wire which texts the toy service took.
func acceptedByToy(r *http.Request, answer providertest.Reply) []sim.Text {
	var (
		request toyRequest
		reply   toyReply
	)
	if json.NewDecoder(r.Body).Decode(&request) != nil || json.Unmarshal(answer.Body, &reply) != nil || reply.Result != "OK" {
		return nil
	}
	var texts []sim.Text
	for _, to := range request.To {
		texts = append(texts, sim.Text{ID: reply.ID, To: to, Template: request.Template, Params: request.Params})
	}
	return texts
}
