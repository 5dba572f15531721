//go:build linux

package phonecmd_test

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestG5RootsAreBuiltIn runs itself on a system that has no certificates.
func TestG5RootsAreBuiltIn(t *testing.T) {
	t.Parallel()
	if os.Getenv("SSL_CERT_FILE") != "/nowhere" {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestG5RootsAreBuiltIn$", "-test.v")
		command.Env = []string{"SSL_CERT_FILE=/nowhere", "SSL_CERT_DIR=/nowhere", "TMPDIR=" + t.TempDir()}
		said, err := command.CombinedOutput()
		require.NoError(t, err, "%s", said)
		require.Contains(t, string(said), "PASS")
		return
	}
	roots, err := x509.SystemCertPool()
	require.NoError(t, err)
	require.False(t, roots.Equal(x509.NewCertPool()), "the program trusts nobody")
}
