package alarm_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/relay/gateway/alarm"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func silence() alarm.Event {
	return alarm.Event{Kind: alarm.PhoneSilent, At: noon, Phone: "old-phone", LastSeen: noon.Add(-5 * time.Minute)}
}

func TestAWebhookIsSigned(t *testing.T) {
	t.Parallel()
	var body []byte
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
	}))
	t.Cleanup(server.Close)
	hook := &alarm.Webhook{URL: server.URL, Secret: "shared", HTTPClient: server.Client()}
	require.NoError(t, hook.Validate())
	require.NoError(t, hook.Notify(t.Context(), silence()))
	require.JSONEq(t, `{"event":"phone_silent","at":"2026-11-21T12:00:00Z","phone":"old-phone","last_seen":"2026-11-21T11:55:00Z"}`, string(body))
	require.Equal(t, "application/json", header.Get("Content-Type"))
	mac := hmac.New(sha256.New, []byte("shared"))
	mac.Write(body)
	require.Equal(t, "sha256="+hex.EncodeToString(mac.Sum(nil)), header.Get(alarm.SignatureHeader))

	hook.Secret = ""
	require.NoError(t, hook.Notify(t.Context(), silence()))
	require.Empty(t, header.Get(alarm.SignatureHeader))
}

func TestAWebhookThatFailsShowsNoURL(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		}
		http.Error(w, "no", http.StatusBadGateway)
	}))
	hook := &alarm.Webhook{URL: server.URL + "/?access_token=key", HTTPClient: server.Client()}
	require.ErrorContains(t, hook.Notify(t.Context(), silence()), "status 502")
	moved := &alarm.Webhook{URL: server.URL + "/moved", HTTPClient: server.Client()}
	require.ErrorContains(t, moved.Notify(t.Context(), silence()), "status 307")
	server.Close()
	err := hook.Notify(t.Context(), silence())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "access_token")
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", hook, hook, hook), "access_token")
	require.Error(t, (&alarm.Webhook{URL: ":"}).Notify(t.Context(), silence()))
}

// badTransport fails with an error that repeats what it was asked.
type badTransport struct{}

func (badTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("lookup %s: no such host, for %s", r.URL.Hostname(), r.URL)
}

// TestNothingShowsTheAddressOfAWebhook: a key can stand in any part of it.
func TestNothingShowsTheAddressOfAWebhook(t *testing.T) {
	t.Parallel()
	hook := &alarm.Webhook{URL: "https://key1.example.com:8443/key2?k=key3", HTTPClient: &http.Client{Transport: badTransport{}}}
	err := hook.Notify(t.Context(), silence())
	require.ErrorContains(t, err, "no such host")
	config := alarm.Config{Notifiers: []alarm.Notifier{hook}}
	dumped, failed := json.Marshal(config)
	require.NoError(t, failed)
	for _, shown := range []string{err.Error(), fmt.Sprintf("%v %+v %#v %+v", *hook, *hook, *hook, config), string(dumped)} {
		require.NotContains(t, shown, "key")
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	require.ErrorIs(t, hook.Notify(ctx, silence()), context.Canceled)
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }

// endlessTransport accepts, at length.
type endlessTransport struct{}

func (endlessTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: endless{}, Request: r}, nil
}

func TestAWebhookThatAnswersAtLengthIsNotHeardOut(t *testing.T) {
	t.Parallel()
	hook := &alarm.Webhook{URL: "https://hooks.example.com", HTTPClient: &http.Client{Transport: endlessTransport{}}}
	require.NoError(t, hook.Notify(t.Context(), silence()))
}

func TestATextTellsTheOwner(t *testing.T) {
	t.Parallel()
	owner := provider.MustParsePhone("13800138000")
	paid := &fake.Provider{}
	way := &alarm.Text{Provider: paid, To: owner}
	require.NoError(t, way.Validate())
	require.NoError(t, way.Notify(t.Context(), silence()))
	require.Equal(t, provider.Params{"phone": "old-phone", "count": "5"}, paid.ExpectSent(t, owner, "phone_silent").Params)
	require.NoError(t, way.Notify(t.Context(), alarm.Event{Kind: alarm.PhoneBack, Phone: "old-phone", At: noon}))
	paid.ExpectCount(t, 1)
	way.AllClear, way.Template = true, "relay_alarm"
	require.NoError(t, way.Notify(t.Context(), alarm.Event{Kind: alarm.FewErrors, At: noon, Errors: 2}))
	require.Equal(t, provider.Params{"phone": "-", "count": "2"}, paid.ExpectSent(t, owner, "relay_alarm").Params)
}

func TestATextThatMayBeOutIsNotSentAgain(t *testing.T) {
	t.Parallel()
	paid := &fake.Provider{}
	paid.Script(fake.Refuse(provider.KindUnavailable), fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}))
	way := &alarm.Text{Provider: paid, To: provider.MustParsePhone("13800138000")}
	err := way.Notify(t.Context(), silence())
	require.Error(t, err)
	require.NotErrorIs(t, err, alarm.ErrMayBeOut)
	require.ErrorIs(t, way.Notify(t.Context(), silence()), alarm.ErrMayBeOut)
}
