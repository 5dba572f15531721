package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const guide = "docs/adding-a-provider.md"

// excerpt finds the blocks of code in the guide that begin with the name of the
// file that they are from, below the example's folder.
var excerpt = regexp.MustCompile("(?s)```go\n// (acme/[a-z/_]+\\.go)\n\n(.*?)```\n")

// elision is a line of an excerpt that stands for lines left out.
const elision = "// …\n"

// TestGuideQuotesTheExample compares the guide's code with the files that it is
// from.
func TestGuideQuotesTheExample(t *testing.T) {
	t.Parallel()
	excerpts := excerpt.FindAllStringSubmatch(read(t, guide), -1)
	require.Greater(t, len(excerpts), 10)
	for _, found := range excerpts {
		path := "examples/own-provider/" + found[1]
		rest := read(t, path)
		for _, part := range strings.Split(found[2], elision) {
			_, after, ok := strings.Cut(rest, part)
			require.True(t, ok, "%s does not hold this, or not in this order; the guide quotes it:\n%s", path, part)
			rest = after
		}
	}
}

// TestGuideNamesCasesOfTheSuite looks up the names in the guide's table of rules.
func TestGuideNamesCasesOfTheSuite(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{}
	sources, err := filepath.Glob(filepath.Join(root, "provider/providertest/cases_*.go"))
	require.NoError(t, err)
	for _, source := range sources {
		content, err := os.ReadFile(source)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`name: "([a-z-]+)"`).FindAllSubmatch(content, -1) {
			cases[string(found[1])] = true
		}
	}
	_, table, ok := strings.Cut(read(t, guide), "| Rule | Why | Case |\n| --- | --- | --- |\n")
	require.True(t, ok)
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		for _, name := range strings.Split(cells[3], ",") {
			require.True(t, cases[strings.Trim(name, " `")], "the suite has no case %s", name)
		}
	}
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
			_, err := os.Stat(filepath.Join(root, filepath.Dir(page), one[1]))
			require.NoError(t, err, "%s links to %s", page, one[1])
		}
	}
	for _, page := range []string{"README.md", "README.zh-CN.md", "CONTRIBUTING.md", guide, "docs/providers.md", "docs/providers.zh-CN.md", "docs/providers/relay.md"} {
		require.NotZero(t, linked[filepath.FromSlash(page)], page)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	require.NoError(t, err)
	return string(content)
}
