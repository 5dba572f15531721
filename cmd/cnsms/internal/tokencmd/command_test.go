package tokencmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/tokencmd"
)

// run runs a command on a data file.
func run(t *testing.T, data string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := tokencmd.New()
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetOut(&out)
	c.SetErr(io.Discard)
	c.SetArgs(append(args, "--data", data))
	err := c.ExecuteContext(t.Context())
	return strings.TrimSpace(out.String()), err
}

func must(t *testing.T, data string, args ...string) string {
	t.Helper()
	out, err := run(t, data, args...)
	require.NoError(t, err)
	return out
}

// TestLifeOfTokens makes tokens in a new file, lists and revokes them.
func TestLifeOfTokens(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "relay.db")
	site := must(t, data, "create", "site", "shop", "--lane", "text,otp", "--country", "86,852", "--submits-per-day", "9")
	phone := must(t, data, "create", "phone", "old-phone")
	require.Len(t, site, 43)
	require.NotEqual(t, site, phone)
	list := must(t, data, "list")
	require.Regexp(t, `(?m)^[0-9a-f]{12}  site   shop       text,otp  86,852 *$`, list)
	require.Regexp(t, `(?m)^[0-9a-f]{12}  phone  old-phone  text *$`, list)
	require.NotContains(t, list, site)
	var rows []struct {
		ID, Name string
		Limits   struct{ SubmitsPerDay int }
	}
	require.NoError(t, json.Unmarshal([]byte(must(t, data, "list", "--json")), &rows))
	require.Len(t, rows, 2)
	revoked := must(t, data, "revoke", "old-phone")
	require.Contains(t, revoked, "old-phone")
	require.NotContains(t, revoked, "shop")
	_, err := run(t, data, "revoke", "old-phone")
	require.ErrorContains(t, err, `"old-phone"`)
}

func TestSecretAsJSON(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "relay.db")
	var made struct{ Token, Code string }
	require.NoError(t, json.Unmarshal([]byte(must(t, data, "create", "operator", "eva", "--json")), &made))
	require.Len(t, made.Token, 43)
	require.NoError(t, json.Unmarshal([]byte(must(t, data, "code", "--json")), &made))
	require.NotEmpty(t, made.Code)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "relay.db")
	for _, args := range [][]string{{"list"}, {"revoke", "shop"}} {
		_, err := run(t, data, args...)
		require.ErrorContains(t, err, "--data", "no file is made")
	}
	for _, c := range []struct{ args, want string }{
		{"create king shop", "role: want site, phone or operator"},
		{"create site", "accepts 2 arg(s)"},
		{"create site shop --lane Text", "anes"},
		{"code --app", "app.enabled"},
		{"code --for -1s", "or"},
		{"revoke nobody", `"nobody"`},
		{"list more", "unknown command"},
	} {
		must(t, data, "create", "site", "shop")
		_, err := run(t, data, strings.Fields(c.args)...)
		require.ErrorContains(t, err, c.want, c.args)
	}
	require.Contains(t, must(t, data), "create")
}

// A token is printed when it is made, and never again.
func ExampleNew() {
	token := tokencmd.New()
	token.SilenceErrors, token.SilenceUsage = true, true
	token.SetArgs([]string{"create", "site"})
	fmt.Println(token.Execute())
	// Output: accepts 2 arg(s), received 1
}
