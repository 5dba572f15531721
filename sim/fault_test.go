package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

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
