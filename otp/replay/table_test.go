package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp/guard/traffic"
)

// documents have the table that "go generate" writes.
var documents = []string{"../guard/doc.go", "../../docs/guard.md", "../../docs/guard.zh-CN.md"}

// TestTheTableIsDocumented runs the quick scenarios again. "go generate", after which the
// build server wants no change, runs them all.
func TestTheTableIsDocumented(t *testing.T) {
	t.Parallel()
	quick := map[string]bool{"many-victims": true, "small-site": true, "office": true, "foreign": true}
	for _, name := range documents {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, s := range traffic.Scenarios() {
			require.Contains(t, string(text), s.Name+" ", name)
		}
	}
	for _, s := range traffic.Scenarios() {
		if !quick[s.Name] {
			continue
		}
		sum, err := traffic.Replay(t.Context(), traffic.Config{}, s.Make(1))
		require.NoError(t, err)
		require.NoError(t, s.Judge(sum))
		for _, name := range documents {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Contains(t, string(text), row(s, sum)+"\n", "run go generate ./otp/guard")
		}
	}
}

func TestATableTakesThePlaceOfTheOldOne(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "doc")
	fresh := []string{attackHead(), "bomb 1", dayHead(), "office 2"}
	for _, c := range []struct{ before, after string }{
		{"x\n" + attackHead() + "\nold\n```\ny\n", "x\n" + strings.Join(fresh, "\n") + "\n```\ny\n"},
		{"// x\n//\n//\t" + attackHead() + "\n//\told\n//\told\n//\n// y\n", "// x\n//\n//\t" + strings.Join(fresh, "\n//\t") + "\n//\n// y\n"},
		{attackHead() + "\n\n" + attackHead() + "\n", strings.Join(fresh, "\n") + "\n\n" + attackHead() + "\n"},
	} {
		require.NoError(t, os.WriteFile(name, []byte(c.before), 0o600))
		require.NoError(t, into(name, fresh))
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, c.after, string(text))
	}
	require.NoError(t, os.WriteFile(name, []byte("no table"), 0o600))
	require.ErrorContains(t, into(name, fresh), "has no table")
	require.Error(t, into(name+"-none", fresh))
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		require.Equal(t, want, thousands(n))
	}
}
