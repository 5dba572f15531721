package relay_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// submitting is a send to a gateway that has one response to submissions, and none to
// anything else.
func submitting(wait time.Duration) wiretest.Table {
	return wiretest.Table{
		Call: send(newMessage(), func(cfg *relay.Config) { cfg.Wait = wait }), Begins: "relay: send: ",
		At: "POST https://relay.example.com/sms/v1/messages", Secrets: []string{"824913", "13800138000", token},
	}
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
		relayapi.CodeNoPhoneOnline, relayapi.CodeLaneBusy, relayapi.CodeRecipientQuota, relayapi.CodeIdempotencyConflict,
		relayapi.CodeLaneForbidden, relayapi.CodeCountryForbidden, relayapi.CodeTooManyRequests, relayapi.CodeSIMBudget,
	}, listed)
}

// TestErrorResponse has what an error response says beside its code.
func TestErrorResponse(t *testing.T) {
	t.Parallel()
	reply := func(code, field string) string {
		return `{"error":{"code":"` + code + `","field":"` + field + `","message":"x"}}`
	}
	submitting(0).Replies(t, []wiretest.Reply{
		{Name: "a wrong number", Status: 400, Reply: reply("invalid_field", "to"), Kind: provider.KindRecipient, Code: "invalid_field", Text: "to: x"},
		{Name: "a wrong text", Status: 400, Reply: reply("invalid_field", "text"), Kind: provider.KindContent, Code: "invalid_field", Text: "text: x"},
		{Name: "another wrong field", Status: 400, Reply: reply("invalid_field", "ref"), Kind: provider.KindConfig, Code: "invalid_field", Text: "ref: x"},
		{
			Name: "another error of the same field", Status: 429, Reply: reply("recipient_quota", "to"),
			Kind: provider.KindThrottled, Scope: provider.ScopePhone, Code: "recipient_quota", Text: "to: x",
		},
		// Something between the site and the gateway can pass a submission on, and then
		// respond with a JSON error of its own.
		{
			Name: "somebody else's", Status: 504, Reply: reply("upstream_timeout", ""), Kind: provider.KindUnknown,
			Code: "upstream_timeout", Text: "x", MayHaveSent: true,
		},
	})
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	const late = `,"history":[{"state":"sent","late":true,"at":"2026-11-21T03:30:00.000Z"}]`
	outcome := func(name, members string, kind provider.Kind, code string, mayHaveSent bool) wiretest.Reply {
		return wiretest.Reply{
			Name: name, Status: http.StatusCreated, Reply: `{"id":"a",` + members + `}`, Kind: kind, Code: code, MayHaveSent: mayHaveSent,
		}
	}
	submitting(time.Second).Replies(t, []wiretest.Reply{
		outcome("cancelled", `"state":"cancelled"`, provider.KindUnavailable, "cancelled", false),
		outcome("expired", `"state":"expired"`, provider.KindUnavailable, "expired", false),
		outcome("cancelled, but a phone sent it", `"state":"cancelled"`+late, provider.KindUnavailable, "cancelled", true),
		outcome("taken", `"state":"taken"`, provider.KindUnavailable, "taken", true),
		outcome("cancelling", `"state":"cancelling"`, provider.KindUnavailable, "cancelling", true),
		outcome("uncertain", `"state":"uncertain"`, provider.KindUnavailable, "uncertain", true),
		outcome("still queued", `"state":"queued"`, provider.KindUnavailable, "queued", true),
	})
	limit := outcome("limit", `"state":"failed","failure":{"class":"limit"}`, provider.KindThrottled, "limit", false)
	limit.Scope = provider.ScopeAccount
	submitting(0).Replies(t, []wiretest.Reply{
		limit,
		outcome("cancelled long ago", `"state":"cancelled"`, provider.KindUnavailable, "cancelled", false),
		outcome("number", `"state":"failed","failure":{"class":"invalid_number"}`, provider.KindRecipient, "invalid_number", false),
		outcome("no service", `"state":"failed","failure":{"class":"no_service"}`, provider.KindUnavailable, "no_service", false),
		outcome("rejected", `"state":"failed","failure":{"class":"rejected"}`, provider.KindBlocked, "rejected", false),
		outcome("config", `"state":"failed","failure":{"class":"config"}`, provider.KindConfig, "config", false),
		outcome("too late", `"state":"failed","failure":{"class":"too_late"}`, provider.KindUnavailable, "too_late", false),
		outcome("unknown", `"state":"failed","failure":{"class":"unknown","may_have_sent":true}`, provider.KindUnknown, "unknown", true),
		outcome("made up", `"state":"failed","failure":{"class":"bored"}`, provider.KindUnknown, "bored", false),
		outcome("without a reason", `"state":"failed"`, provider.KindUnknown, "unknown", true),
		outcome("not delivered", `"state":"failed","failure":{"class":"rejected"}`+late, provider.KindBlocked, "rejected", true),
	})
}

// The gateway has told how the text ended, and that a phone sent it all the same. Asked
// again it would tell less.
func TestATextThatAPhoneSentAfterItsEndIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"cancelled", "expired"} {
		stub := &wiretest.Stub{Reply: `{"id":"a","state":"` + state + `","history":[{"state":"sent","late":true,"at":"2026-11-21T03:30:00.000Z"}]}`}
		_, err := submitting(time.Second).Call(t, stub.Client())
		require.True(t, provider.MayHaveSent(err), state)
		require.Len(t, stub.Requests(), 1, state)
	}
}

// said is what neither the gateway nor a phone should say.
const said = "not “【商店】验证码 824913，五分钟内有效。” to +8613800138000 by " + token

func TestWhatIsSaidIsRedacted(t *testing.T) {
	t.Parallel()
	const hidden = "not “***” to +86*** by ***"
	submitting(0).Replies(t, []wiretest.Reply{
		{
			Name: "the text of a failure", Status: http.StatusCreated, Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Code: "limit",
			Reply: `{"id":"a","state":"failed","failure":{"class":"limit","text":"` + said + `"}}`, Text: hidden,
		},
		{
			Name: "the class of a failure", Status: http.StatusCreated, Kind: provider.KindUnknown,
			Reply: `{"id":"a","state":"failed","failure":{"class":"` + said + `"}}`, Code: hidden,
		},
		{
			Name: "an error code", Status: http.StatusTeapot, Kind: provider.KindUnknown, MayHaveSent: true,
			Reply: `{"error":{"code":"` + said + `"}}`, Code: hidden,
		},
	})
}
