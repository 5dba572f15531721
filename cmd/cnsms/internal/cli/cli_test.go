package cli

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommandLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		code int
		out  string
		err  string
	}{
		{"", 0, "Available Commands", ""},
		{"--help", 0, "gateway", ""},
		{"version", 0, "cnsms ", ""},
		{"--version", 0, "cnsms ", ""},
		{"fly", 2, "", "fly"},
		{"gateway here", 2, "", "here"},
		{"gateway --fly", 2, "", "--fly"},
		{"token create site", 2, "", "accepts 2 arg(s)"},
		{"send --gateway http://127.0.0.1:1 --token-file nowhere", 2, "", "cnsms: --token-file"},
		{"gateway --log-level loud", 1, "", "cnsms: log.level"},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, c.code, run(t.Context(), strings.Fields(c.args), &out, &errs), c.args)
		require.Contains(t, out.String(), c.out, c.args)
		require.Contains(t, errs.String(), c.err, c.args)
	}
}

// The exit code of a wrong command line is 2.
func ExampleMain() {
	fmt.Println(Main([]string{"fly"}, os.Stdout, os.Stdout))
	// Output:
	// cnsms: unknown command "fly" for "cnsms"
	// 2
}
