package gatewaycmd_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/gatewaycmd"
)

// deploy is the folder of what people install.
const deploy = "../../../../deploy"

// check runs "cnsms gateway --check" with further arguments.
func check(t *testing.T, args ...string) error {
	t.Helper()
	c := gatewaycmd.New()
	c.SetArgs(append(args, "--check"))
	c.SetOut(&bytes.Buffer{})
	c.SetErr(&bytes.Buffer{})
	return c.ExecuteContext(t.Context())
}

func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deploy, name))
	require.NoError(t, err)
	return string(text)
}

// TestSampleFile has every setting of the sample known, as it is and with its comments taken
// away where they hide settings.
func TestSampleFile(t *testing.T) {
	t.Parallel()
	require.NoError(t, check(t, "--config", filepath.Join(deploy, "gateway.yaml")))
	shown := regexp.MustCompile(`(?m)^#(\S|  )`).ReplaceAllString(readFile(t, "gateway.yaml"), "$1")
	require.Contains(t, shown, "\nlisten: ")
	err := check(t, "--config", written(t, shown))
	require.EqualError(t, err, "acme.hosts: tls.cert is set too: choose one of the two") // and nothing else
}

// TestUnit starts the gateway with flags that it knows, and says what systemd knows.
func TestUnit(t *testing.T) {
	t.Parallel()
	unit := readFile(t, "cnsms-gateway.service")
	start := regexp.MustCompile(`(?m)^ExecStart=(.+)$`).FindStringSubmatch(unit)
	require.Len(t, start, 2)
	words := strings.Fields(start[1])
	require.Equal(t, []string{"/usr/local/bin/cnsms", "gateway"}, words[:2])
	for i, word := range words {
		if word == "/etc/cnsms/gateway.yaml" {
			words[i] = filepath.Join(deploy, "gateway.yaml")
		}
	}
	require.NoError(t, check(t, words[2:]...))
	for _, line := range []string{"DynamicUser=yes", "StateDirectory=cnsms", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=CAP_NET_BIND_SERVICE"} {
		require.Contains(t, unit, "\n"+line+"\n")
	}
}

// TestUnitVerified has systemd itself read the unit, where there is one.
func TestUnitVerified(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not there")
	}
	here, err := os.Executable()
	require.NoError(t, err)
	unit := filepath.Join(t.TempDir(), "cnsms-gateway.service")
	text := strings.ReplaceAll(readFile(t, "cnsms-gateway.service"), "/usr/local/bin/cnsms", here)
	require.NoError(t, os.WriteFile(unit, []byte(text), 0o600))
	out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", unit).CombinedOutput()
	require.NoError(t, err, string(out))
	for line := range strings.Lines(string(out)) {
		require.NotContains(t, line, "cnsms-gateway.service", "systemd does not like the unit")
	}
}

// TestContainerfile starts a program without rights, with flags that it knows.
func TestContainerfile(t *testing.T) {
	t.Parallel()
	file := readFile(t, "Containerfile")
	_, image, found := strings.Cut(file, "\nFROM scratch\n")
	require.True(t, found, "the image has nothing but the program")
	require.Contains(t, file, "CGO_ENABLED=0")
	require.Regexp(t, `(?m)^USER [1-9]\d*:[1-9]\d*$`, image)
	require.Contains(t, image, `CMD ["/cnsms", "status", "--gateway", "http://127.0.0.1:8080"]`)
	command := regexp.MustCompile(`(?m)^CMD \["gateway", (.+)\]$`).FindStringSubmatch(image)
	require.Len(t, command, 2)
	require.NoError(t, check(t, strings.Split(strings.ReplaceAll(command[1], `"`, ""), ", ")...))
}
