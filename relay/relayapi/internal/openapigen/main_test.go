package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// relayapiFolder is the folder of package relayapi.
const relayapiFolder = "../.."

func TestFileIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := generate(relayapiFolder)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(relayapiFolder, fileName))
	require.NoError(t, err)
	if !bytes.Equal(want, got) {
		t.Fatal("relay/relayapi/openapi.json is not what the source says: run go generate ./relay/relayapi")
	}
}

func TestRunWritesTheFile(t *testing.T) {
	t.Parallel()
	folder := copyOf(t, nil)
	require.NoError(t, run(folder))
	written, err := os.ReadFile(filepath.Join(folder, fileName))
	require.NoError(t, err)
	require.True(t, json.Valid(written))
	require.Error(t, run(filepath.Join(folder, "none")))
}

// TestWhatIsMissingIsSaid: what is added to relayapi and not to the tables fails.
func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"an error code of no request", "// CodeNew: new. 429.\nconst CodeNew ErrorCode = \"new\"", `no request is refused with error code "new"`},
		{"an error code without a status", "// CodeNew: new.\nconst CodeNew ErrorCode = \"new\"", `error code "new" must name one HTTP status`},
		{"an error code with two", "// CodeNew: 403 or 404.\nconst CodeNew ErrorCode = \"new\"", `error code "new" must name one HTTP status`},
		{"a state without a meaning", "const StateNew State = \"new\"", `the comment of "new"`},
		{"a limit without a value", "// Submit2 has [MaxNew].\ntype Submit2 struct{}\n\n// StateNew: at most [MaxNew].\nconst StateNew State = \"new\"", "[MaxNew]"},
		{"no Go", "const (", "expected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := generate(copyOf(t, []byte("package relayapi\n\n"+tt.source+"\n")))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// copyOf is a copy of relayapi's source with another file.
func copyOf(t *testing.T, added []byte) string {
	t.Helper()
	folder := t.TempDir()
	names, err := filepath.Glob(filepath.Join(relayapiFolder, "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(name)), content, 0o600))
	}
	if added != nil {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "zz_added.go"), added, 0o600))
	}
	return folder
}
