package relay_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// submissions is a gateway that has one response to submissions, and none to anything
// else.
func submissions(status int, reply string) *httpmock.MockTransport {
	transport := httpmock.NewMockTransport()
	transport.RegisterResponder(http.MethodPost, "https://relay.example.com/sms/v1/messages", httpmock.NewStringResponder(status, reply))
	return transport
}

// sendTo sends and wants a failure that tells no secret.
func sendTo(t *testing.T, gateway http.RoundTripper, wait time.Duration) *provider.Error {
	t.Helper()
	cfg := newConfig(&http.Client{Transport: gateway})
	cfg.Wait = wait
	_, err := newProvider(t, cfg).Send(t.Context(), newMessage())
	var failure *provider.Error
	require.ErrorAs(t, err, &failure)
	for _, secret := range []string{"824913", "13800138000", token} {
		require.NotContains(t, failure.Error(), secret)
	}
	return failure
}

// TestEveryErrorCodeIsListed compares codes.txt with the codes that a site can get for a
// submission; the suite plays them.
func TestEveryErrorCodeIsListed(t *testing.T) {
	t.Parallel()
	listed := []relayapi.ErrorCode{}
	for row := range relay.Codes().All() {
		listed = append(listed, relayapi.ErrorCode(row.Code))
	}
	require.ElementsMatch(t, []relayapi.ErrorCode{
		relayapi.CodeBadJSON, relayapi.CodeUnknownField, relayapi.CodeInvalidField, relayapi.CodeUnauthorized,
		relayapi.CodeForbidden, relayapi.CodeNotFound, relayapi.CodeMethodNotAllowed, relayapi.CodeBodyTooLarge,
		relayapi.CodeBodyTimeout, relayapi.CodeUnsupportedMediaType, relayapi.CodeQueueUnavailable, relayapi.CodeShuttingDown,
		relayapi.CodeNoPhoneOnline, relayapi.CodeRecipientQuota, relayapi.CodeIdempotencyConflict,
	}, listed)
}

// TestErrorResponse has what an error response says beside its code.
func TestErrorResponse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, reply string
		status      int
		want        error
		text        string
		mayHaveSent bool
	}{
		{"a wrong number", `{"error":{"code":"invalid_field","field":"to","message":"x"}}`, 400, provider.KindRecipient, "to: x", false},
		{"a wrong text", `{"error":{"code":"invalid_field","field":"text","message":"x"}}`, 400, provider.KindContent, "text: x", false},
		{"another wrong field", `{"error":{"code":"invalid_field","field":"ref","message":"x"}}`, 400, provider.KindConfig, "ref: x", false},
		{"another error of the same field", `{"error":{"code":"recipient_quota","field":"to","message":"x"}}`, 429, provider.KindThrottled, "to: x", false},
		// Something between the site and the gateway can pass a submission on, and then
		// respond with a JSON error of its own.
		{"somebody else's", `{"error":{"code":"upstream_timeout","message":"x"}}`, 504, provider.KindUnknown, "x", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failure := sendTo(t, submissions(tt.status, tt.reply), 0)
			require.ErrorIs(t, failure, tt.want)
			require.Equal(t, tt.text, failure.Text)
			require.Equal(t, tt.mayHaveSent, failure.MayHaveSent)
			require.Equal(t, tt.status, failure.HTTPStatus)
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
			failure := sendTo(t, submissions(http.StatusCreated, `{"id":"a",`+tt.reply+`}`), tt.wait)
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
			gateway := submissions(http.StatusOK,
				`{"id":"a","state":"`+state+`","history":[{"state":"sent","late":true,"at":"2026-11-21T03:30:00.000Z"}]}`)
			require.True(t, sendTo(t, gateway, time.Second).MayHaveSent)
			require.Equal(t, 1, gateway.GetTotalCallCount())
		})
	}
}

// said is what neither the gateway nor a phone should say.
const said = "not “【商店】验证码 824913，五分钟内有效。” to +8613800138000 by " + token

func TestWhatIsSaidIsRedacted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, reply string
		status      int
	}{
		{"the text of a failure", `{"id":"a","state":"failed","failure":{"class":"limit","text":"` + said + `"}}`, http.StatusCreated},
		{"the class of a failure", `{"id":"a","state":"failed","failure":{"class":"` + said + `"}}`, http.StatusCreated},
		{"an error code", `{"error":{"code":"` + said + `"}}`, http.StatusTeapot},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failure := sendTo(t, submissions(tt.status, tt.reply), 0)
			require.Contains(t, failure.Code+failure.Text, "not “***” to +86*** by ***")
		})
	}
}
