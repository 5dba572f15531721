package judges

import (
	"os"
	"os/exec"
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
		if reason := nodeMissing(); reason != "" {
			t.Skip("not all judges could run: " + reason)
		}
		var accepted []Judge
		for i, judge := range judges {
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
	if !judge.Node {
		return
	}
	if reason := nodeMissing(); reason != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
}

// nodeMissing says what is missing for the clients on Node.js.
func nodeMissing() string {
	if _, err := exec.LookPath("node"); err != nil {
		return "there is no node: install Node.js 20 or later, with npm"
	}
	if _, err := os.Stat("node/node_modules"); err != nil {
		return "the clients are not installed: run npm ci --prefix tools/judges/node --ignore-scripts --no-audit --no-fund"
	}
	return ""
}
