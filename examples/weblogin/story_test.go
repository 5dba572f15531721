package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
)

// TestTheFirstTextIsFreeAndTheSecondIsPaid: both carry the same code, the second is sent no
// sooner than the ladder says, and none after one that has arrived.
func TestTheFirstTextIsFreeAndTheSecondIsPaid(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	first := v.start(number)
	require.True(t, first.Sent)
	require.Equal(t, 60, first.ResendAfter)
	require.Equal(t, wayFree, v.texts(1)[0].Way)

	early := v.post("resend", map[string]any{"id": first.ID, "lang": "en"})
	require.Equal(t, http.StatusTooManyRequests, early.status)
	require.NotEmpty(t, early.header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, v.set("forward", 60).status)
	require.Equal(t, http.StatusOK, v.post("resend", map[string]any{"id": first.ID}).status)
	texts := v.texts(2)
	require.Equal(t, wayAliyun, texts[0].Way)
	require.Equal(t, texts[1].Code, texts[0].Code)

	v.until(func(s view) bool { return s.Total.Delivered == 1 })
	v.set("forward", 60)
	require.Equal(t, "arrived", v.post("resend", map[string]any{"id": first.ID}).Code)

	require.Empty(t, v.who())
	require.True(t, v.check(first.ID, texts[0].Code).Verified)
	require.Equal(t, "138****8000", v.who())
	require.False(t, v.check(first.ID, texts[0].Code).Verified, "a code is good once")
	v.do(http.MethodPost, "/logout", "")
	require.Empty(t, v.who())

	total := v.until(func(s view) bool { return s.Total.Verified == 1 }).Total
	require.Equal(t, 1, total.Free)
	require.Equal(t, "0.06", total.Cost.String())
}

func TestWithoutItsOldPhoneTheSitePays(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	require.Equal(t, http.StatusOK, v.set("phone", false).status)
	v.start(number)
	require.Equal(t, wayAliyun, v.texts(1)[0].Way)
	require.Equal(t, http.StatusOK, v.set("phone", true).status)
	require.True(t, v.old.online())
	v.start("139 0013 9000")
	require.Equal(t, wayFree, v.texts(2)[0].Way)
}

// TestALostTextCostsNothing where the service bills what arrives; and the next service
// is asked by the next resend at once, since the report says that nothing will come.
func TestALostTextCostsNothing(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	v.set("phone", false)
	v.set("lose", true)
	sent := v.start(number)
	s := v.until(func(s view) bool { return s.Total.Failed == 1 })
	require.Empty(t, s.Texts)
	require.False(t, s.Lose, "one text is lost")
	require.Zero(t, s.Total.Cost.Most)
	again := v.post("resend", map[string]any{"id": sent.ID})
	require.Equal(t, http.StatusTooManyRequests, again.status, "the guard holds the number's pace: %s", again.body)
	v.set("forward", 60)
	require.Equal(t, http.StatusOK, v.post("resend", map[string]any{"id": sent.ID}).status)
	require.True(t, v.check(sent.ID, v.texts(1)[0].Code).Verified)
	v.until(func(s view) bool { return s.Total.Cost.Exact() && s.Total.Cost.Least == priceAliyun })
}

func TestCodesEnd(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	sent := v.start(number)
	code := v.texts(1)[0].Code
	wrong := v.check(sent.ID, string('0'+(code[0]-'0'+1)%10)+code[1:])
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, 4, wrong.TriesLeft)
	v.set("forward", int(codeLife/time.Second))
	require.Equal(t, "expired", v.check(sent.ID, code).Code)
}

// TestBotsMeetTheGuard: few of their texts go out, free ones; a newcomer with a number like
// theirs solves a challenge, which is good once; who has logged in before is not asked.
func TestBotsMeetTheGuard(t *testing.T) {
	t.Parallel()
	v := newVisitor(t)
	friend := v.another()
	known := friend.start("138 0013 8111")
	require.True(t, friend.check(known.ID, v.texts(1)[0].Code).Verified)

	require.Equal(t, http.StatusOK, v.set("bots", true).status)
	bots := v.until(func(s view) bool { return s.Bots.Asked == wave }).Bots
	require.Equal(t, wave, bots.Asked)
	require.LessOrEqual(t, bots.Sent, 12)
	require.LessOrEqual(t, bots.Spent, failover.Yuan)
	require.Len(t, v.texts(1), 1, "nobody sees their texts")

	held := v.post("start", map[string]any{"phone": number})
	require.Equal(t, http.StatusForbidden, held.status)
	require.Equal(t, "challenge", held.Code)
	token := held.solve(t)
	require.Equal(t, http.StatusOK, v.post("start", map[string]any{"phone": number, "solution": token}).status)
	require.Equal(t, "challenge", v.another().post("start", map[string]any{"phone": "138 0013 8222", "solution": token}).Code)

	v.set("forward", 60)
	require.Equal(t, http.StatusOK, friend.post("start", map[string]any{"phone": "138 0013 8111"}).status)
}
