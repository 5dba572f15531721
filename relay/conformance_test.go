package relay_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
	"github.com/cnsms/cnsms/sim"
)

// TestConformance runs the suite against a real gateway, without waiting for a
// phone and with a phone that sends at once.
func TestConformance(t *testing.T) {
	t.Parallel()
	t.Run("queued", func(t *testing.T) {
		t.Parallel()
		providertest.Run(t, harness(0, phoneOnline))
	})
	t.Run("waiting", func(t *testing.T) {
		t.Parallel()
		// One phone sends one text after the other, and each takes four writes to disk before
		// its answer comes: twenty at once take seconds on a busy machine.
		providertest.Run(t, harness(30*time.Second, phoneWorks))
	})
}

func harness(wait time.Duration, start func(tb testing.TB, g http.Handler)) providertest.Harness {
	return providertest.Harness{
		Service: func(tb testing.TB) sim.Service {
			tb.Helper()
			g := newGateway(tb, []gateway.Quota{})
			start(tb, g)
			return providertest.HandlerService(providertest.HandlerServiceConfig{
				Name: "relay", Handler: g, Accepted: accepted, Codes: relay.Codes(), Refuse: refusalReply,
			})
		},
		New: func(e providertest.Endpoint) (provider.Provider, error) {
			cfg := relay.Config{
				Token: token, Wait: wait, International: true, Templates: e.Templates,
				BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now, Rand: e.Rand,
			}
			if e.Timeout > 0 {
				cfg.Wait = 0 // Timeout is beyond Wait
			}
			return relay.New(cfg)
		},
		Message:   newMessage(),
		Templates: provider.Templates{"login": {Text: "【商店】验证码 {code}，五分钟内有效。"}},
		Foreign:   provider.MustParsePhone("+1 202 555 0123"),
		Secrets:   []string{token},
		// A lost answer is followed by one request that calls the text back.
		CountsAsSend: func(r *http.Request) bool { return r.Method == http.MethodPost },
	}
}

func BenchmarkSend(b *testing.B) {
	providertest.BenchmarkSend(b, harness(0, phoneOnline), wiretest.BareResty())
}

func FuzzReply(f *testing.F) { providertest.FuzzReply(f, harness(0, phoneOnline)) }

// refusalReply is how the gateway refuses on the wire.
func refusalReply(code, text string) providertest.Reply {
	body, err := json.Marshal(relayapi.ErrorReply{Error: relayapi.Error{Code: relayapi.ErrorCode(code), Message: text}})
	if err != nil {
		panic(err)
	}
	return providertest.Reply{Status: http.StatusConflict, ContentType: "application/json", Body: body}
}

// accepted reads the text that the gateway stored.
func accepted(r *http.Request, answer providertest.Reply) []sim.Text {
	var submitted relayapi.Submit
	var status relayapi.Submission
	if r.Method != http.MethodPost || answer.Status != http.StatusCreated ||
		json.NewDecoder(r.Body).Decode(&submitted) != nil || json.Unmarshal(answer.Body, &status) != nil {
		return nil
	}
	return []sim.Text{{ID: status.ID, Ref: submitted.Ref, To: string(submitted.To), Text: string(submitted.Text)}}
}

// phoneOnline has a phone call once and promise to be back in ten minutes.
func phoneOnline(tb testing.TB, g http.Handler) {
	tb.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, relayapi.PathPull, strings.NewReader(`{"interval_ms":600000}`))
	r.Header.Set("Authorization", "Bearer "+phoneToken)
	r.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	g.ServeHTTP(recorder, r)
	require.Equal(tb, http.StatusOK, recorder.Code)
}

// phoneWorks has a phone send whatever comes until the case ends.
func phoneWorks(tb testing.TB, g http.Handler) {
	tb.Helper()
	phoneOnline(tb, g)
	agent, err := phone.New(phone.Config{
		BaseURL: "https://relay.test", Token: phoneToken, Sender: &phone.Fake{},
		HTTPClient: &http.Client{Transport: inMemory{handler: g}},
	})
	require.NoError(tb, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- agent.Run(ctx) }()
	tb.Cleanup(func() {
		stop()
		<-ended
	})
}
