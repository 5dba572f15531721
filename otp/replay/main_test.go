package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard/traffic"
)

func ran(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var stdout bytes.Buffer
	err := run(t.Context(), args, strings.NewReader(stdin), &stdout)
	return stdout.String(), err
}

func TestAScenarioIsWrittenAndReplayed(t *testing.T) {
	t.Parallel()
	in, out := filepath.Join(t.TempDir(), "traffic.jsonl"), filepath.Join(t.TempDir(), "decisions.jsonl")
	_, err := ran(t, "", "--scenario", "small-site", "--write", in)
	require.NoError(t, err)
	fromFile, err := ran(t, "", "--in", in, "--out", out)
	require.NoError(t, err)
	require.Contains(t, fromFile, "honest users: 60, refused 0")
	lines, err := os.ReadFile(out)
	require.NoError(t, err)
	require.GreaterOrEqual(t, strings.Count(string(lines), `"decision":"allow","way":"free","cost_fen":0}`), 60)
	require.NotContains(t, string(lines), "rule")
	direct, err := ran(t, "", "--scenario", "small-site")
	require.NoError(t, err)
	require.Equal(t, fromFile, direct)
	text, err := os.ReadFile(in)
	require.NoError(t, err)
	piped, err := ran(t, string(text), "--in", "-")
	require.NoError(t, err)
	require.Equal(t, fromFile, piped)
}

func TestExplainNamesTheRule(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "decisions.jsonl")
	_, err := ran(t, "", "--scenario", "seven-writings", "--explain", "--out", out)
	require.NoError(t, err)
	lines, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Contains(t, string(lines), `"decision":"refuse","way":"none","cost_fen":0,"rule":"R1","wait_s":`)
}

func TestABadLineIsNamedWithTheFile(t *testing.T) {
	t.Parallel()
	_, err := ran(t, "\n{\"action\":\"stop\"}\n", "--in", "-")
	require.EqualError(t, err, `standard input: line 2: action is "stop"; want start, resend or check`)
	_, err = ran(t, `{"msg":"guard","decision":"allow"}`, "--in", "-")
	require.ErrorContains(t, err, "line 1: action is missing; want start, resend or check, and no log of a guard's decisions")
}

func TestHelpExplainsTheFormat(t *testing.T) {
	t.Parallel()
	text, err := ran(t, "", "--help")
	require.ErrorIs(t, err, flag.ErrHelp)
	for _, want := range []string{"--in traffic.jsonl", "solve_s", "if_pending", `{"i":17,`, "-explain"} {
		require.Contains(t, text, want)
	}
}

func TestListNamesTheScenarios(t *testing.T) {
	t.Parallel()
	text, err := ran(t, "", "--list")
	require.NoError(t, err)
	require.Len(t, strings.Fields(text), len(traffic.Scenarios()))
}

func TestBadFlags(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{}, {"traffic.jsonl"}, {"--in", "none"}, {"--scenario", "none"}, {"--countries", "x"}, {"--what"}, {"--price", "0", "--scenario", "small-site"},
	} {
		_, err := ran(t, "", args...)
		require.Error(t, err, args)
	}
}
