package providertest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

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

// A refusal that nothing can write is no success.
func TestHandlerServiceWithoutRefuse(t *testing.T) {
	t.Parallel()
	server := sim.New(sim.Config{}, providertest.HandlerService(providertest.HandlerServiceConfig{
		Name: "gateway", Codes: toyService{}.Codes(),
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was asked") }),
	}))
	t.Cleanup(server.Close)
	_, err := server.Inject(sim.Fault{Effect: sim.EffectRefuse, Code: "NO_MONEY"})
	require.NoError(t, err)
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/toy/send", nil))
	require.Equal(t, http.StatusNotImplemented, answer.Code)
	require.Contains(t, answer.Body.String(), "Refuse is not set")
}
