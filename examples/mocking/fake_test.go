package main

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
)

// With fake.Provider a test says in one line how the send ends, and asks
// afterwards what was sent. It is the shortest way, and refuses a bad message as
// a real provider does.

func TestWithFake(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	p := newPage(sms)
	require.Equal(t, http.StatusAccepted, p.post(t, number).Code)
	sms.ExpectSent(t, phone, "login")
	require.Equal(t, p.codes.codes[phone], sms.CodeFor(phone), "the code that was remembered is the one that was sent")
}

func TestWithFakeTheSameCodeAgain(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	p := newPage(sms)
	for range 2 {
		require.Equal(t, http.StatusAccepted, p.post(t, number).Code)
	}
	sent := sms.Sent()
	require.Len(t, sent, 2)
	require.Equal(t, sent[0], sent[1], "it does not matter which text arrives")
	require.Equal(t, http.StatusAccepted, p.post(t, "13900139000").Code)
	require.NotEqual(t, sms.CodeFor(phone), sms.CodeFor(provider.MustParsePhone("13900139000")))
}

func TestWithFakeABadNumberIsNotTried(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	require.Equal(t, http.StatusBadRequest, newPage(sms).post(t, "12345").Code)
	sms.ExpectNothing(t)
}

func TestWithFakeRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		result     fake.Result
		status     int
		state      string
		retryAfter string
	}{
		{"on a blacklist", fake.Refuse(provider.KindBlocked), http.StatusUnprocessableEntity, stateRefused, ""},
		{"no money", fake.Refuse(provider.KindBalance), http.StatusServiceUnavailable, stateLater, ""},
		{
			"too often for this number",
			fake.Fail(provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopePhone, RetryAfter: 1500 * time.Millisecond}),
			http.StatusTooManyRequests, stateLater, "2",
		},
		{
			"too often for the account",
			fake.Fail(provider.Error{Kind: provider.KindThrottled, Scope: provider.ScopeAccount}),
			http.StatusServiceUnavailable, stateLater, "",
		},
		{
			"no answer",
			fake.Fail(provider.Error{Kind: provider.KindUnavailable, MayHaveSent: true}),
			http.StatusAccepted, stateUnclear, "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sms := &fake.Provider{}
			sms.Script(tt.result)
			p := newPage(sms)
			answered := p.post(t, number)
			require.Equal(t, tt.status, answered.Code)
			require.JSONEq(t, `{"state":"`+tt.state+`","to":"138****8000"}`, answered.Body.String())
			require.Equal(t, tt.retryAfter, answered.Header().Get("Retry-After"))
			require.Equal(t, "042137", p.codes.codes[phone], "the code may yet arrive")
		})
	}
}

func TestWithFakeNothingIsSentWithoutACode(t *testing.T) {
	t.Parallel()
	sms := &fake.Provider{}
	handler := &loginCode{
		sms:   sms,
		codes: &pendingCodes{newCode: func() (string, error) { return "", errors.New("no random numbers") }},
	}
	require.Equal(t, http.StatusInternalServerError, (&page{handler: newMux(handler)}).post(t, number).Code)
	sms.ExpectNothing(t)
}
