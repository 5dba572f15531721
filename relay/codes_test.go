package relay

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func sendTo(t *testing.T, stub *wiretest.Stub, wait time.Duration) error {
	t.Helper()
	p, err := New(Config{
		Token: "site-token", BaseURL: "https://relay.example.com", Wait: wait, HTTPClient: stub.Client(),
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	})
	require.NoError(t, err)
	_, err = p.Send(t.Context(), provider.Message{
		To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{"code": "824913"},
	})
	return err
}

func failureIn(t *testing.T, err error) *provider.Error {
	t.Helper()
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	require.NotContains(t, failure.Error(), "824913")
	require.NotContains(t, failure.Error(), "13800138000")
	require.NotContains(t, failure.Error(), "site-token")
	return failure
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code        relayapi.ErrorCode
		field       string
		kind        provider.Kind
		scope       provider.Scope
		mayHaveSent bool
	}{
		{relayapi.CodeNoPhoneOnline, "lane", provider.KindUnavailable, provider.ScopeNone, false},
		{relayapi.CodeShuttingDown, "", provider.KindUnavailable, provider.ScopeNone, false},
		{relayapi.CodeQueueUnavailable, "", provider.KindUnavailable, provider.ScopeNone, true},
		{relayapi.CodeRecipientQuota, "to", provider.KindThrottled, provider.ScopePhone, false},
		{relayapi.CodeUnauthorized, "Authorization", provider.KindAuth, provider.ScopeNone, false},
		{relayapi.CodeForbidden, "Authorization", provider.KindAuth, provider.ScopeNone, false},
		{relayapi.CodeInvalidField, "to", provider.KindRecipient, provider.ScopeNone, false},
		{relayapi.CodeInvalidField, "text", provider.KindContent, provider.ScopeNone, false},
		{relayapi.CodeInvalidField, "ref", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeUnknownField, "ref", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeBadJSON, "", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeBodyTooLarge, "", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeUnsupportedMediaType, "", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeNotFound, "", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeMethodNotAllowed, "", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeIdempotencyConflict, "", provider.KindConfig, provider.ScopeNone, false},
		{relayapi.CodeBodyTimeout, "", provider.KindUnavailable, provider.ScopeNone, false},
		{"made_up", "", provider.KindUnknown, provider.ScopeNone, false},
	}
	for _, tt := range tests {
		t.Run(string(tt.code)+" "+tt.field, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(relayapi.ErrorReply{Error: relayapi.Error{
				Code: tt.code, Field: tt.field, Message: "not “Your code is 824913.” to +8613800138000 by site-token",
			}})
			require.NoError(t, err)
			failure := failureIn(t, sendTo(t, &wiretest.Stub{Status: http.StatusTeapot, Reply: string(body)}, 0))
			require.Equal(t, tt.kind, failure.Kind)
			require.Equal(t, tt.scope, failure.Scope)
			require.Equal(t, string(tt.code), failure.Code)
			require.Equal(t, tt.mayHaveSent, failure.MayHaveSent)
			require.Equal(t, http.StatusTeapot, failure.HTTPStatus)
		})
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	const late = `,"history":[{"state":"sent","late":true,"at":"2026-11-21T03:30:00.000Z"}]`
	tests := []struct {
		name, reply string
		wait        time.Duration
		kind        provider.Kind
		scope       provider.Scope
		code        string
		mayHaveSent bool
	}{
		{"cancelled", `"state":"cancelled"`, time.Second, provider.KindUnavailable, 0, "cancelled", false},
		{"expired", `"state":"expired"`, time.Second, provider.KindUnavailable, 0, "expired", false},
		{"cancelled, but a phone sent it", `"state":"cancelled"` + late, time.Second, provider.KindUnavailable, 0, "cancelled", true},
		{"cancelled long ago", `"state":"cancelled"`, 0, provider.KindUnavailable, 0, "cancelled", false},
		{"taken", `"state":"taken"`, time.Second, provider.KindUnavailable, 0, "taken", true},
		{"still queued", `"state":"queued"`, time.Second, provider.KindUnavailable, 0, "queued", true},
		{"number", `"state":"failed","failure":{"class":"invalid_number"}`, 0, provider.KindRecipient, 0, "invalid_number", false},
		{"limit", `"state":"failed","failure":{"class":"limit"}`, 0, provider.KindThrottled, provider.ScopeAccount, "limit", false},
		{"no service", `"state":"failed","failure":{"class":"no_service"}`, 0, provider.KindUnavailable, 0, "no_service", false},
		{"rejected", `"state":"failed","failure":{"class":"rejected"}`, 0, provider.KindBlocked, 0, "rejected", false},
		{"config", `"state":"failed","failure":{"class":"config"}`, 0, provider.KindConfig, 0, "config", false},
		{"too late", `"state":"failed","failure":{"class":"too_late"}`, 0, provider.KindUnavailable, 0, "too_late", false},
		{"unknown", `"state":"failed","failure":{"class":"unknown","may_have_sent":true}`, 0, provider.KindUnknown, 0, "unknown", true},
		{"made up", `"state":"failed","failure":{"class":"bored"}`, 0, provider.KindUnknown, 0, "bored", false},
		{"without a reason", `"state":"failed"`, 0, provider.KindUnknown, 0, "unknown", true},
		{"not delivered", `"state":"failed","failure":{"class":"rejected"}` + late, 0, provider.KindBlocked, 0, "rejected", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: http.StatusCreated, Reply: `{"id":"a",` + tt.reply + `}`}
			failure := failureIn(t, sendTo(t, stub, tt.wait))
			require.Equal(t, tt.kind, failure.Kind)
			require.Equal(t, tt.scope, failure.Scope)
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, tt.mayHaveSent, failure.MayHaveSent)
		})
	}
}

// The gateway has told how the text ended, and that a phone sent it all the same. Asked
// again it would tell less.
func TestATextThatAPhoneSentAfterItsEndIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"cancelled", "expired"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{
				Status: http.StatusOK,
				Reply:  `{"id":"a","state":"` + state + `","history":[{"state":"sent","late":true,"at":"2026-11-21T03:30:00.000Z"}]}`,
			}
			require.True(t, failureIn(t, sendTo(t, stub, time.Second)).MayHaveSent)
			stub.Only(t)
		})
	}
}

// Something between the site and the gateway can pass a submission on, and then answer
// with a JSON error of its own.
func TestAServerErrorThatIsNotTheGatewaysMayHaveSent(t *testing.T) {
	t.Parallel()
	stub := &wiretest.Stub{Status: http.StatusGatewayTimeout, Reply: `{"error":{"code":"upstream_timeout","message":"x"}}`}
	failure := failureIn(t, sendTo(t, stub, 0))
	require.Equal(t, provider.KindUnknown, failure.Kind)
	require.True(t, failure.MayHaveSent)
}

func TestWhatAPhoneSaysIsRedacted(t *testing.T) {
	t.Parallel()
	const said = "not “Your code is 824913.” to +8613800138000 by site-token"
	for _, reply := range []string{
		`{"id":"a","state":"failed","failure":{"class":"limit","text":"` + said + `"}}`,
		`{"id":"a","state":"failed","failure":{"class":"` + said + `"}}`,
		`{"error":{"code":"` + said + `"}}`,
	} {
		t.Run(reply, func(t *testing.T) {
			t.Parallel()
			stub := &wiretest.Stub{Status: http.StatusCreated, Reply: reply}
			if reply[2] == 'e' {
				stub.Status = http.StatusTeapot
			}
			failureIn(t, sendTo(t, stub, 0))
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{"seconds", "50", 50 * time.Second},
		{"none", "", 0},
		{"a date", "Fri, 31 Dec 1999 23:59:59 GMT", 0},
		{"negative", "-1", 0},
		{"absurd", "99999999999", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, retryAfter(http.Header{relayapi.HeaderRetryAfter: {tt.value}}))
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a","state":"sent","history":[{"state":"sent","at":"2026-11-21T03:30:00.000Z"}]}`,
		`{"id":"a","state":"failed","failure":{"class":"limit","text":"x"}}`, `{"error":{"code":"unauthorized"}}`,
		`{}`, `null`, `[]`, `<html>`, `{"id":1}`, `{"id":"a","state":"sent","created":"x"}`, `{"error":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if message, err := decodeMessage(body); err == nil {
			require.NotEmpty(t, message.ID)
			require.Contains(t, states, message.State)
			statusOf(message)
		}
		if refused, err := decodeRefusal(body); err == nil {
			require.NotEmpty(t, refused.Code)
			meaningOf(refused, http.StatusTeapot)
		}
	})
}
