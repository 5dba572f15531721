package sim_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// TestM6Effect: a fault is plain data, with the names of its effects.
func TestM6Effect(t *testing.T) {
	t.Parallel()
	for e := sim.EffectRefuse; e <= sim.EffectReply; e++ {
		written, err := json.Marshal(sim.Fault{Effect: e})
		require.NoError(t, err)
		require.Contains(t, string(written), `"Effect":"`+e.String()+`"`)
		var read sim.Fault
		require.NoError(t, json.Unmarshal(written, &read))
		require.Equal(t, e, read.Effect)
	}
	f := sim.Fault{Effect: sim.EffectDelay}
	require.NoError(t, json.Unmarshal([]byte(`{"Service":"fake","Effect":"hang after","Kind":"throttled","Scope":"phone","Times":-1}`), &f))
	require.Equal(t, sim.Fault{Service: "fake", Effect: sim.EffectHangAfter, Kind: provider.KindThrottled, Scope: provider.ScopePhone, Times: sim.Forever}, f)
	for _, text := range []string{`"Hang After"`, `"hang_after"`, `""`, `"Effect(3)"`, `3`, `{}`} {
		f := sim.Fault{Effect: sim.EffectDelay}
		require.Error(t, json.Unmarshal([]byte(`{"Effect":`+text+`}`), &f), text)
		require.Equal(t, sim.EffectDelay, f.Effect, "as it was")
	}
	err := new(sim.Effect).UnmarshalText([]byte("hang"))
	require.ErrorContains(t, err, `no such effect: "hang"; want one of: refuse, delay, hang before`)
	_, err = json.Marshal(sim.Effect(99))
	require.ErrorContains(t, err, "no such effect: 99")
	_, err = sim.Effect(-1).MarshalText()
	require.Error(t, err)
}

// TestM6JSON: the services escape nothing for HTML.
func TestM6JSON(t *testing.T) {
	t.Parallel()
	type reply struct {
		Text string          `json:"<text>"`
		Raw  json.RawMessage `json:"raw"`
	}
	for _, tt := range []struct {
		v    any
		want string
	}{
		{"a&b", `"a&b"`},
		{reply{"<a href='x?y=1&z=2'>\n", json.RawMessage(`{"a":"&"}`)}, `{"<text>":"<a href='x?y=1&z=2'>\n","raw":{"a":"&"}}`},
		{map[string]any{"url": "http://127.0.0.1/1/captchaImage?secretKey=a&token=b"}, `{"url":"http://127.0.0.1/1/captchaImage?secretKey=a&token=b"}`},
		{`"\`, `"\"\\"`},
		{"\n", `"\n"`},
	} {
		require.Equal(t, tt.want, string(sim.JSON(http.StatusOK, "application/json", tt.v).Body))
	}
	require.Panics(t, func() { sim.JSON(http.StatusOK, "", func() {}) })
}

// TestM4Words: the words begin with what is the matter, and the verdict with the part
// of the request.
func TestM4Words(t *testing.T) {
	t.Parallel()
	o := sim.NotSimulated("7", "method", "AddTemplate 100%")
	require.True(t, o.Refused())
	require.Equal(t, sim.Outcome{Code: "7", Words: "not simulated: AddTemplate 100%", Verdict: "method: not simulated: AddTemplate 100%"}, o)
}

func TestEffectNames(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for e := sim.EffectRefuse; e <= sim.EffectReply; e++ {
		names[e.String()] = true
	}
	require.Len(t, names, int(sim.EffectReply)+1)
	require.True(t, names["hang after"])
	require.Equal(t, "Effect(10)", (sim.EffectReply + 1).String())
	require.Equal(t, "Effect(99)", sim.Effect(99).String())
	require.Equal(t, "Effect(-1)", sim.Effect(-1).String())
}
