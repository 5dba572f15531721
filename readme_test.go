// Package cnsms_test checks that what the READMEs say in Go compiles and works.
package cnsms_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
)

// quick start: begin

// newSender sends a user's first attempt through the relay and retries through
// Aliyun's 短信认证.
func newSender(relayToken, secret provider.Secret) (*failover.Composer, error) {
	free, err := relay.New(relay.Config{
		BaseURL: "https://relay.example.com", Token: relayToken, Wait: 5 * time.Second,
		Templates: provider.Templates{"login": {Text: "Your code is {code}."}},
	})
	if err != nil {
		return nil, err
	}
	paid, err := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: "LTAI0000000000000000", AccessKeySecret: secret, Sign: "速通互联验证码",
		Templates: provider.Templates{"login": {ID: "100001", Params: []string{"code"}}},
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
	for name, code := range map[string]string{"README.md": code, "README.zh-CN.md": inChinese.Replace(code)} {
		readme, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Contains(t, string(readme), "```go\n"+code+"```\n", name)
	}
}

// TestReadmeShowsTheFiveLines: the second block of Go in both is the checked example of
// package otp.
func TestReadmeShowsTheFiveLines(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("otp/example_test.go")
	require.NoError(t, err)
	_, code, found := strings.Cut(string(source), "\t// five lines: begin\n")
	require.True(t, found)
	code, _, found = strings.Cut(code, "\t// five lines: end\n")
	require.True(t, found)
	code = strings.ReplaceAll("\n"+code, "\n\t", "\n")[1:]
	require.Equal(t, 5, strings.Count(code, "\n"))
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		readme, err := os.ReadFile(name)
		require.NoError(t, err)
		blocks := strings.Split(string(readme), "```go\n")
		require.Greater(t, len(blocks), 2, name)
		second, _, _ := strings.Cut(blocks[2], "```\n")
		require.Equal(t, code, second, name)
	}
}

// TestTheBackendIsShort holds the example to the lines that the READMEs say.
func TestTheBackendIsShort(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("examples/backend/*.go")
	require.NoError(t, err)
	require.Len(t, files, 2)
	lines := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.Lines(string(source)) {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
	}
	require.LessOrEqual(t, lines, 60)
}

// inChinese turns the quick start into that of the Chinese README, which differs in
// comments and texts only.
var inChinese = strings.NewReplacer(
	"// newSender sends a user's first attempt through the relay and retries through\n// Aliyun's 短信认证.\n", "// newSender 让用户的首次发送走中继，重发走阿里云短信认证。\n",
	"// sendCode texts a code to the number that a user has typed.\n", "// sendCode 把验证码发到用户输入的号码。\n",
	"Your code is {code}.", "您的验证码是 {code}。",
	"// 138 0013 8000, +86…, １３８…\n", "// 138 0013 8000、+86…、１３８…\n",
)

// TestChineseReadmeSpeaksChinese: no comment in its code is left in English.
func TestChineseReadmeSpeaksChinese(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.zh-CN.md")
	require.NoError(t, err)
	comments := 0
	for _, block := range regexp.MustCompile("(?s)```go\n.*?```").FindAllString(string(readme), -1) {
		for _, comment := range regexp.MustCompile(`(^|\s)//.*`).FindAllString(block, -1) {
			comments++
			require.NotRegexp(t, `[a-z]+ [a-z]+ [a-z]+`, comment)
		}
	}
	require.NotZero(t, comments)
	require.NotContains(t, string(readme), "回执", "a delivery report is 状态报告, what a send returns is 发送凭据")
}

// TestReadmesAgree compares what the two languages have in common: the names of
// code and the links, and how many headings, rows and points there are.
func TestReadmesAgree(t *testing.T) {
	t.Parallel()
	require.Equal(t, skeleton(t, "README.md"), skeleton(t, "README.zh-CN.md"))
}

// skeleton is what a README has in it apart from its language. A link to a file that
// is there in both languages counts as one to the English one.
func skeleton(t *testing.T, name string) map[string]int {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	text := regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(content), "")
	found := map[string]int{}
	for _, word := range regexp.MustCompile("`[^`\n]+`|\\]\\([^)]+\\)").FindAllString(text, -1) {
		found[strings.Replace(word, ".zh-CN.", ".", 1)] = 1
	}
	delete(found, "](README.md)") // the link to the other one
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
	require.ErrorContains(t, err, "AccessKeySecret")
}
