// Package cnsms_test checks that what the READMEs say in Go compiles and works.
package cnsms_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
)

// quick start: begin

// newSender sends a user's first attempt through the relay and retries through
// Ihuyi.
func newSender(relayToken, apiKey provider.Secret) (*failover.Composer, error) {
	free, err := relay.New(relay.Config{
		BaseURL: "https://relay.example.com", Token: relayToken, Wait: 5 * time.Second,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	})
	if err != nil {
		return nil, err
	}
	paid, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: apiKey,
		Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
	})
	if err != nil {
		return nil, err
	}
	return failover.NewComposer(failover.ComposerConfig{
		First: failover.Member{Provider: free},
		Retry: failover.Member{Provider: paid},
	})
}

// sendCode texts a code to the number that a user has typed.
func sendCode(ctx context.Context, sender provider.Provider, typed, code string) (provider.Receipt, error) {
	phone, err := provider.ParsePhone(typed) // 138 0013 8000, +86…, １３８…
	if err != nil {
		return provider.Receipt{}, err
	}
	return sender.Send(ctx, provider.Message{
		To: phone, Template: "login", Params: provider.Params{provider.ParamCode: code},
	})
}

// quick start: end

func TestReadmeShowsTheQuickStart(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	_, code, found := strings.Cut(string(source), "// quick start: begin\n\n")
	require.True(t, found)
	code, _, found = strings.Cut(code, "\n// quick start: end\n")
	require.True(t, found)
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Contains(t, string(readme), "```go\n"+code+"```\n", name)
	}
}

// TestReadmesAgree compares what the two languages have in common: the names of
// code and the links, and how many headings, rows and points there are.
func TestReadmesAgree(t *testing.T) {
	t.Parallel()
	require.Equal(t, skeleton(t, "README.md", "README.zh-CN.md"), skeleton(t, "README.zh-CN.md", "README.md"))
}

// skeleton is what a README has in it apart from its language and the link to
// the other one.
func skeleton(t *testing.T, name, other string) map[string]int {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	text := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(content), "")
	found := map[string]int{}
	for _, word := range regexp.MustCompile("`[^`\n]+`|\\]\\([^)]+\\)").FindAllString(text, -1) {
		found[word] = 1
	}
	delete(found, "]("+other+")")
	for _, mark := range []string{"## ", "|", "- "} {
		found[mark] = strings.Count(text, "\n"+mark)
	}
	return found
}

func TestQuickStart(t *testing.T) {
	t.Parallel()
	sender, err := newSender("token", "key")
	require.NoError(t, err)

	_, err = sendCode(t.Context(), sender, "not a number", "042137")
	require.ErrorIs(t, err, provider.KindRecipient)

	// A finished context shows that the message is fine and asks nobody.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	receipt, err := sendCode(ctx, sender, "138 0013 8000", "042137")
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, receipt)
	require.False(t, provider.MayHaveSent(err))
	require.NotErrorIs(t, err, provider.KindTemplate)
}

func TestQuickStartNeedsCredentials(t *testing.T) {
	t.Parallel()
	_, err := newSender("", "key")
	require.ErrorContains(t, err, "Token")
	_, err = newSender("token", "")
	require.ErrorContains(t, err, "APIKey")
}
