package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// An error may have words of a gateway in it, which must not steer the terminal.
func TestErrorsDoNotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"error":{"code":"forbidden","message":"no\u001b]0;title\u0007"}}`))
	}))
	t.Cleanup(server.Close)
	var out, errs bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"status", "--gateway", server.URL}, &out, &errs))
	require.Equal(t, "cnsms: forbidden: no\ufffd]0;title\ufffd\n", errs.String())
}

// The exit code of a wrong command line is 2.
func ExampleMain() {
	fmt.Println(Main([]string{"fly"}, os.Stdout, os.Stdout))
	// Output:
	// cnsms: unknown command "fly" for "cnsms"
	// 2
}
