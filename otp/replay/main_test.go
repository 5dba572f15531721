package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAScenarioIsWrittenAndReplayed(t *testing.T) {
	t.Parallel()
	in, out := filepath.Join(t.TempDir(), "traffic.jsonl"), filepath.Join(t.TempDir(), "decisions.jsonl")
	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"--scenario", "small-site", "--write", in}, &stdout))
	require.NoError(t, run(t.Context(), []string{"--in", in, "--out", out}, &stdout))
	require.Contains(t, stdout.String(), "honest users: 60, refused 0")
	lines, err := os.ReadFile(out)
	require.NoError(t, err)
	require.GreaterOrEqual(t, strings.Count(string(lines), `"decision":"allow","way":"free"`), 60)
	stdout.Reset()
	require.NoError(t, run(t.Context(), []string{"--scenario", "small-site"}, &stdout))
	require.Contains(t, stdout.String(), "honest users: 60")
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--in", "none"}, {"--scenario", "none"}, {"--countries", "x"}, {"--what"}, {"--price", "0", "--scenario", "small-site"}} {
		require.Error(t, run(t.Context(), args, &bytes.Buffer{}), args)
	}
}
