package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// With a simulator the real adapter runs too: its template, its signature and
// the service's own answers. A test sees the text as the phone shows it, and can
// break the connection wherever it likes.

func newSimulated(t *testing.T, cfg ihuyisim.Config) (*sim.Server, provider.Provider) {
	t.Helper()
	cfg.Account, cfg.APIKey = "C00000000", "key"
	server := sim.Start(t, ihuyisim.New(cfg))
	sms, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", BaseURL: server.URL(),
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。"}},
	})
	require.NoError(t, err)
	return server, sms
}

func TestWithSimulator(t *testing.T) {
	t.Parallel()
	server, sms := newSimulated(t, ihuyisim.Config{})
	require.Equal(t, http.StatusAccepted, newPage(sms).post(t, number).Code)
	texts := server.Texts()
	require.Len(t, texts, 1)
	require.Equal(t, "+86"+number, texts[0].To)
	require.Equal(t, "【互亿无线】您的验证码是：042137。", texts[0].Text)
}

func TestWithSimulatorNotTheApprovedText(t *testing.T) {
	t.Parallel()
	server, sms := newSimulated(t, ihuyisim.Config{Texts: []string{"验证码【变量】"}})
	require.Equal(t, http.StatusServiceUnavailable, newPage(sms).post(t, number).Code)
	require.Empty(t, server.Texts())
	require.Equal(t, "content: matches no approved text", server.Exchanges()[0].Verdict)
}

func TestWithSimulatorFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  sim.Fault
		status int
		state  string
		texts  int
	}{
		{"no money", sim.Fault{Effect: sim.EffectRefuse, Kind: provider.KindBalance}, http.StatusServiceUnavailable, stateLater, 0},
		{"too many texts today", sim.Fault{Effect: sim.EffectRefuse, Code: "4082"}, http.StatusTooManyRequests, stateLater, 0},
		{"accepted, but the answer is lost", sim.Fault{Effect: sim.EffectResetAfter}, http.StatusAccepted, stateUnclear, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, sms := newSimulated(t, ihuyisim.Config{})
			sim.MustInject(t, server, tt.fault)
			answered := newPage(sms).post(t, number)
			require.Equal(t, tt.status, answered.Code)
			require.JSONEq(t, `{"state":"`+tt.state+`","to":"138****8000"}`, answered.Body.String())
			require.Len(t, server.Texts(), tt.texts)
		})
	}
}
