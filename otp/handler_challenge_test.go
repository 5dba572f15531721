package otp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/guard"
)

// puzzling is a guard that makes challenges.
type puzzling struct {
	fakeGuard
	made json.RawMessage
	err  error
}

func (p *puzzling) Issue(ctx context.Context) (json.RawMessage, error) {
	return p.made, errors.Join(p.err, ctx.Err())
}

func TestHandlerIssuesChallenges(t *testing.T) {
	t.Parallel()
	var heard events
	g := &puzzling{made: json.RawMessage(`{"salt":"s"}`)}
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard, cfg.OnEvent = g, heard.hook })
	b := s.browser()
	got := b.do(http.MethodGet, "challenge?anything=1&anything=2", "")
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, `{"salt":"s"}`+"\n", got.text)
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	require.Empty(t, heard.kinds())

	for _, bad := range []*puzzling{{made: json.RawMessage(`{`)}, {err: errors.New("no connection")}} {
		g.made, g.err = bad.made, bad.err
		got = b.do(http.MethodGet, "challenge", "")
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.Equal(t, "unavailable", got.body["code"])
	}
	require.Equal(t, []otp.EventKind{otp.EventTrouble, otp.EventTrouble}, heard.kinds())
}

func TestHandlerWithoutChallengesSaysSo(t *testing.T) {
	t.Parallel()
	for _, g := range []otp.Guard{nil, &fakeGuard{}, &puzzling{err: errors.ErrUnsupported}} {
		s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g })
		got := s.browser().do(http.MethodGet, "challenge", "")
		require.Equal(t, http.StatusNotFound, got.status)
		require.Equal(t, "path: the guard makes no challenges", got.body["detail"])
	}
}

// TestHandlerPassesASolvedChallengeOn asks, is challenged, and asks again.
func TestHandlerPassesASolvedChallengeOn(t *testing.T) {
	t.Parallel()
	g := &puzzling{made: json.RawMessage(`{"salt":"s"}`)}
	s := newSiteOf(t, func(cfg *otp.Config) { cfg.Guard = g })
	g.says(guard.Decision{Verdict: guard.Challenged, Rule: "R4"})
	b := s.browser()
	got := b.post("start", `{"purpose":"login","phone":"`+typed+`"}`)
	require.Equal(t, http.StatusForbidden, got.status)
	require.JSONEq(t, `{"code":"challenge","rule":"R4","challenge":{"salt":"s"},"message":"请先完成安全验证"}`, got.text)
	require.Empty(t, b.cookie(), "nothing is there to hold")
	g.says(guard.Decision{Paid: true})
	got = b.post("start", `{"purpose":"login","phone":"`+typed+`","solution":"solved"}`)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "solved", g.asked[1].Token)
	require.Equal(t, "127.0.0.1", g.asked[1].Client.String())
	require.NotEmpty(t, b.cookie())
}
