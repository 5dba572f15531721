package judges

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// TestJudges has every official client drive the simulators, and compares the READMEs
// with how many accepted.
func TestJudges(t *testing.T) {
	t.Parallel()
	judges := Judges()
	accepts := make([]bool, len(judges))
	t.Run("accept", func(t *testing.T) { // ends when all of them have
		for i, judge := range judges {
			t.Run(judge.name(), func(t *testing.T) {
				t.Parallel()
				needNode(t, judge)
				for _, hearing := range judge.Hearings {
					require.NoError(t, hearing.Try(t.Context(), sim.Start(t, hearing.Simulator()...)), hearing.Name)
				}
				accepts[i] = true
			})
		}
	})
	t.Run("are in the READMEs", func(t *testing.T) {
		var accepted []Judge
		for i, judge := range judges {
			if reason := missing(t, judge); reason != "" {
				t.Skip("not all judges could run: " + reason)
			}
			if accepts[i] {
				accepted = append(accepted, judge)
			}
		}
		requireReadmes(t, accepted)
	})
}

// needNode skips the test of a judge that cannot run here. The build server has it.
func needNode(t *testing.T, judge Judge) {
	t.Helper()
	reason := missing(t, judge)
	switch {
	case reason == "":
	case os.Getenv("CI") == "true":
		t.Fatal(reason)
	default:
		t.Skip(reason)
	}
}

// missing says what a judge lacks to run here, and how to get it.
func missing(t *testing.T, judge Judge) string {
	t.Helper()
	if !judge.Node {
		return ""
	}
	if _, err := exec.LookPath("node"); err != nil {
		return "there is no node: install Node.js 20 or later, with npm"
	}
	const install = "npm ci --prefix tools/judges/node --ignore-scripts --no-audit --no-fund"
	content, err := os.ReadFile(filepath.Join("node/node_modules", judge.Module, "package.json"))
	if err != nil {
		return judge.Module + " is not installed: run " + install
	}
	var installed struct{ Version string }
	require.NoError(t, json.Unmarshal(content, &installed))
	if want := version(t, judge); installed.Version != want {
		return judge.Module + " is installed as " + installed.Version + " and not as " + want + ": run " + install
	}
	return ""
}
