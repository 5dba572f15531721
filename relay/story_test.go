package relay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/gateway/sqlitequeue"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

const phoneToken = "phone-token-0123456789"

// newGateway starts a gateway with one site and one phone, and returns its door.
func newGateway(tb testing.TB, quotas []gateway.Quota) http.Handler {
	tb.Helper()
	queue, err := sqlitequeue.New(sqlitequeue.Config{Path: filepath.Join(tb.TempDir(), "queue.db")})
	require.NoError(tb, err)
	g, err := gateway.New(gateway.Config{Queue: queue, Quotas: quotas, Budgets: &gateway.Budgets{}, Tokens: []gateway.Token{
		{Name: "shop", Role: gateway.RoleSite, Hash: gateway.HashToken(token), Countries: []string{gateway.AnyCountry}},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken(phoneToken)},
	}})
	require.NoError(tb, err)
	tb.Cleanup(func() {
		require.NoError(tb, g.Close())
		require.NoError(tb, queue.Close())
	})
	return relaydoor.New(g)
}

// inMemory hands requests to a handler without a network. A test can have answers
// get lost.
type inMemory struct {
	handler http.Handler
	lose    func(r *http.Request) error
}

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	r = asReceived(r)
	recorder := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.handler.ServeHTTP(recorder, r)
	}()
	select {
	case <-done:
	case <-r.Context().Done():
		<-done // the gateway ends with its caller
		return nil, r.Context().Err()
	}
	if m.lose != nil {
		if err := m.lose(r); err != nil {
			return nil, err
		}
	}
	return recorder.Result(), nil
}

// asReceived returns a request as it looks at the far end of a network.
func asReceived(r *http.Request) *http.Request {
	received := r.Clone(r.Context())
	received.Header = http.Header{}
	for name, values := range r.Header {
		received.Header[http.CanonicalHeaderKey(name)] = values
	}
	if r.Body == nil {
		received.Body = http.NoBody
	}
	return received
}

// drain reads a request's body, as a transport does that sends the request.
func drain(r *http.Request) []byte {
	content, _ := io.ReadAll(r.Body)
	return content
}

// loseSubmissions loses the answers to submissions alone.
func loseSubmissions(r *http.Request) error {
	if r.Method == http.MethodPost {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// story is a site, a gateway and a phone in a synctest bubble.
type story struct {
	*testing.T
	gateway http.Handler
	config  relay.Config
	sender  *phone.Fake
}

func newStory(t *testing.T) *story {
	t.Helper()
	s := &story{T: t, gateway: newGateway(t, nil), sender: &phone.Fake{}}
	s.config = newConfig(&http.Client{Transport: inMemory{handler: s.gateway}})
	s.config.BaseURL, s.config.Wait, s.config.Rand = "https://relay.test", 8*time.Second, nil
	return s
}

// phoneOn has the phone work until the test ends.
func (s *story) phoneOn() {
	s.Helper()
	agent, err := phone.New(phone.Config{
		BaseURL: "https://relay.test", Token: phoneToken, Sender: s.sender,
		HTTPClient: &http.Client{Transport: inMemory{handler: s.gateway}},
	})
	require.NoError(s, err)
	ctx, stop := context.WithCancel(s.Context())
	ended := make(chan error)
	go func() { ended <- agent.Run(ctx) }()
	s.Cleanup(func() { stop(); <-ended })
	synctest.Wait()
}

// post makes a call as the phone.
func (s *story) post(path, body string) string {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+phoneToken)
	r.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	s.gateway.ServeHTTP(recorder, r)
	return recorder.Body.String()
}

// phoneThere has the phone call once, so that it is online and does nothing.
func (s *story) phoneThere() {
	s.Helper()
	require.JSONEq(s, `{"jobs":[]}`, s.post(relayapi.PathPull, `{}`))
}

func (s *story) send(ctx context.Context) (provider.Receipt, error) {
	s.Helper()
	return newProvider(s.T, s.config).Send(ctx, newMessage())
}

// failed sends and wants a failure.
func (s *story) failed(ctx context.Context, kind error, code string, mayHaveSent bool) *provider.Error {
	s.Helper()
	_, err := s.send(ctx)
	return requireFailure(s, err, kind, code, mayHaveSent)
}

func requireFailure(t require.TestingT, err, kind error, code string, mayHaveSent bool) *provider.Error {
	require.ErrorIs(t, err, kind)
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.Equal(t, code, failure.Code)
	require.Equal(t, mayHaveSent, failure.MayHaveSent)
	return failure
}

func TestAPhoneSends(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.phoneOn()
		receipt, err := s.send(t.Context())
		require.NoError(t, err)
		sent := s.sender.Sent()
		require.Len(t, sent, 1)
		require.Equal(t, "+8613800138000", string(sent[0].To))
		require.Equal(t, "【商店】验证码 824913，五分钟内有效。", string(sent[0].Body))
		require.Equal(t, map[string]string{relay.ExtraPhone: "old-phone"}, receipt.Extra)
		status, err := newProvider(t, s.config).ReadStatus(t.Context(), receipt)
		require.NoError(t, err)
		require.Equal(t, provider.StateSent, status.State)

		failure := s.failed(t.Context(), provider.KindThrottled, "recipient_quota", false)
		require.Equal(t, provider.ScopePhone, failure.Scope)
		require.Equal(t, time.Minute, failure.RetryAfter)
	})
}

func TestNoPhoneIsOnline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		start := time.Now()
		s.failed(t.Context(), provider.KindUnavailable, "no_phone_online", false)
		require.Zero(t, time.Since(start))
	})
}

func TestNoPhoneTakesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.phoneThere()
		start := time.Now()
		_, err := s.send(t.Context())
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.False(t, provider.MayHaveSent(err))
		require.Equal(t, 8*time.Second, time.Since(start))
		s.phoneThere() // and finds nothing
	})
}

func TestAPhoneFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.sender.Script(&phone.Error{Class: relayapi.FailureNoService})
		s.phoneOn()
		s.failed(t.Context(), provider.KindUnavailable, "no_service", false)
	})
}

func TestAPhoneTakesItAndIsNeverHeardOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.phoneThere()
		done := make(chan error)
		go func() {
			_, err := s.send(t.Context())
			done <- err
		}()
		synctest.Wait()
		var pulled relayapi.Pulled
		require.NoError(t, json.Unmarshal([]byte(s.post(relayapi.PathPull, `{}`)), &pulled))
		receipt, err := json.Marshal(relayapi.StateReport{
			ID: pulled.Jobs[0].ID, Lease: pulled.Jobs[0].Lease, State: relayapi.StateTaken,
		})
		require.NoError(t, err)
		require.Contains(t, s.post(relayapi.PathStateReports, string(receipt)), `"taken"`)
		requireFailure(t, <-done, provider.KindUnavailable, "taken", true)
	})
}

func TestWaitEndsBeforeTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.phoneThere()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.send(ctx)
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, provider.MayHaveSent(err), "there was time to call it back")
		require.Equal(t, 2500*time.Millisecond, time.Since(start))
	})
}

func TestALostAnswerIsSettled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		lose        func(r *http.Request) error
		before      func(s *story)
		mayHaveSent bool
	}{
		{"called back", loseSubmissions, func(s *story) { s.config.Wait = 0; s.phoneThere() }, false},
		{"expired before it could be called back", loseSubmissions, func(s *story) { s.config.TTL = time.Second; s.phoneThere() }, false},
		{"already sent", loseSubmissions, func(s *story) { s.phoneOn() }, true},
		{"nobody to ask", func(*http.Request) error { return io.ErrUnexpectedEOF }, func(s *story) { s.phoneThere() }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStory(t)
				tt.before(s)
				s.config.HTTPClient = &http.Client{Transport: inMemory{s.gateway, tt.lose}}
				_, err := s.send(t.Context())
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				require.Equal(t, tt.mayHaveSent, provider.MayHaveSent(err))
				if !tt.mayHaveSent {
					s.phoneThere() // and finds nothing
				}
			})
		})
	}
}

func TestALostAnswerAboutATextThatWasSentAfterItsEnd(t *testing.T) {
	t.Parallel()
	cfg := newConfig(&http.Client{Transport: wiretest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			drain(r)
			return nil, io.ErrUnexpectedEOF
		}
		recorder := httptest.NewRecorder()
		_, err := recorder.WriteString(
			`{"id":"a","state":"cancelled","history":[{"state":"sent","late":true,"at":"2026-11-21T03:30:00.000Z"}]}`)
		return recorder.Result(), err
	})})
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.True(t, provider.MayHaveSent(err))
}

func TestASubmissionThatComesAfterItsCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.phoneThere()
		var held *http.Request
		s.config.HTTPClient = &http.Client{Transport: wiretest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				held = asReceived(r.WithContext(context.Background()))
				held.Body = io.NopCloser(bytes.NewReader(drain(r)))
				return nil, io.ErrUnexpectedEOF // it is still on its way
			}
			return inMemory{handler: s.gateway}.RoundTrip(r)
		})}
		_, err := s.send(t.Context())
		require.ErrorIs(t, err, provider.KindUnavailable)
		require.False(t, provider.MayHaveSent(err))

		recorder := httptest.NewRecorder()
		s.gateway.ServeHTTP(recorder, held)
		require.Contains(t, recorder.Body.String(), `"state":"cancelled"`)
		s.phoneThere() // and finds nothing
	})
}

func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStory(t)
		s.phoneThere()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := s.send(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, provider.MayHaveSent(err), "there was no time to ask")
		require.Equal(t, time.Second, time.Since(start))
		s.phoneThere() // and finds nothing: the gateway called it back
	})
}

// phoneComes is a paid service that fails, and meanwhile the phone comes back.
type phoneComes struct{ story *story }

func (phoneComes) Name() string { return "paid" }

func (p phoneComes) Send(context.Context, provider.Message) (provider.Receipt, error) {
	p.story.phoneOn()
	return provider.Receipt{}, &provider.Error{Provider: "paid", Op: provider.OpSend, Kind: provider.KindBalance}
}

// The relay is the first choice, called back because no phone took the text, and then
// the last resort: with a Ref, too, the second visit sends. The same send once more is
// a repetition at both places.
func TestF3(t *testing.T) {
	t.Parallel()
	for _, ref := range []string{"", "order-17"} {
		t.Run("ref "+ref, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStory(t)
				s.phoneThere()
				free := failover.Member{Provider: newProvider(t, s.config)}
				paid, err := failover.NewChain(failover.ChainConfig{Name: "chain"}, failover.Member{Provider: phoneComes{s}}, free)
				require.NoError(t, err)
				sms, err := failover.NewComposer(failover.ComposerConfig{First: free, Retry: failover.Member{Provider: paid}})
				require.NoError(t, err)
				m := newMessage()
				m.Ref, m.Attempt = ref, 1
				receipt, err := sms.Send(t.Context(), m)
				require.NoError(t, err)
				require.Equal(t, "relay", receipt.Provider)
				require.Len(t, s.sender.Sent(), 1)
				if ref == "" {
					return
				}
				again, err := sms.Send(t.Context(), m)
				require.NoError(t, err)
				require.Equal(t, receipt.ID, again.ID)
				require.Len(t, s.sender.Sent(), 1)
			})
		})
	}
}
