package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

const (
	guide        = "docs/adding-a-provider.md"
	guideChinese = "docs/adding-a-provider.zh-CN.md"
)

// excerpt finds the blocks of code in a guide that begin with the name of the file
// that they are from, below the example's folder.
var excerpt = regexp.MustCompile("(?s)```(?:go|text)\n(?://|#) (acme/[a-z/_.]+)\n\n(.*?)```\n")

// elision is a line of an excerpt that stands for lines left out.
var elision = regexp.MustCompile("(?m)^(?://|#) …\n")

// TestGuidesQuoteTheExample compares the code in the guides with the files that it
// is from. All code in them is quoted.
func TestGuidesQuoteTheExample(t *testing.T) {
	t.Parallel()
	for _, page := range []string{guide, guideChinese} {
		excerpts := excerpt.FindAllStringSubmatch(read(t, page), -1)
		require.NotEmpty(t, excerpts)
		require.Equal(t, 2*len(excerpts), strings.Count(read(t, page), "```"), "%s has code that is not quoted", page)
		for _, found := range excerpts {
			path := "examples/own-provider/" + found[1]
			rest := read(t, path)
			for _, part := range elision.Split(found[2], -1) {
				_, after, ok := strings.Cut(rest, part)
				require.True(t, ok, "%s does not hold this, or not in this order; %s quotes it:\n%s", path, page, part)
				rest = after
			}
		}
	}
}

// TestGuidesAgree: both languages quote the same code, and have as many lines of
// each kind.
func TestGuidesAgree(t *testing.T) {
	t.Parallel()
	english, chinese := read(t, guide), read(t, guideChinese)
	require.Equal(t, excerpt.FindAllString(english, -1), excerpt.FindAllString(chinese, -1))
	for _, line := range []string{"\n## ", "\n- ", "\n| "} {
		require.Equal(t, strings.Count(english, line), strings.Count(chinese, line), "lines that begin with %q", line[1:])
	}
	const most = 200 // a guide that nobody reads to its end helps nobody
	require.LessOrEqual(t, strings.Count(english, "\n"), most)
	require.LessOrEqual(t, strings.Count(chinese, "\n"), most)
}

// headings are the names by which links find the headings of a page.
func headings(page string) []string {
	var names []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			default:
				return -1
			}
		}, heading[1]))
	}
	return names
}

// TestLinksLeadSomewhere checks the links inside the project, on every page that
// is for people to read.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^):]+)\)`)
	var pages []string
	for _, folder := range []string{"", "docs", "docs/providers"} {
		found, err := filepath.Glob(filepath.Join(root, folder, "*.md"))
		require.NoError(t, err)
		pages = append(pages, found...)
	}
	linked := map[string]int{}
	for _, page := range pages {
		page, err := filepath.Rel(root, page)
		require.NoError(t, err)
		for _, one := range link.FindAllStringSubmatch(read(t, page), -1) {
			linked[page]++
			target, heading, _ := strings.Cut(one[1], "#")
			if target == "" {
				target = filepath.Base(page)
			}
			path := filepath.Join(filepath.Dir(page), target)
			_, err := os.Stat(filepath.Join(root, path))
			require.NoError(t, err, "%s links to %s", page, one[1])
			if heading != "" {
				require.Contains(t, headings(read(t, path)), heading, "%s links to %s", page, one[1])
			}
		}
	}
	for _, page := range []string{"README.md", "README.zh-CN.md", "CONTRIBUTING.md", guide, guideChinese, "docs/providers.md", "docs/providers.zh-CN.md", "docs/providers/relay.md", promises, promisesChinese} {
		require.NotZero(t, linked[filepath.FromSlash(page)], page)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return string(content)
}
