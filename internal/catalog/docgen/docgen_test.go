package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// root is the project's folder.
const root = "../../.."

// TestFilesAreUpToDate fails when the facts have changed and the documentation has
// not.
func TestFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	files, err := generate(root)
	require.NoError(t, err)
	for _, file := range files {
		require.Equal(t, file.content, read(t, file.path), "%s is out of date: run go generate ./...", file.path)
	}
}

// TestNoPageIsLeftOver looks for pages of adapters that are there no more.
func TestNoPageIsLeftOver(t *testing.T) {
	t.Parallel()
	var want []string
	for _, a := range adapters(t) {
		want = append(want, a.Name+".md", a.Name+".zh-CN.md")
	}
	entries, err := os.ReadDir(filepath.Join(root, "docs/providers"))
	require.NoError(t, err)
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	require.ElementsMatch(t, want, got)
}

func adapters(t *testing.T) []adapter {
	t.Helper()
	all, err := readAdapters(root)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// eachLanguage runs a subtest per language.
func eachLanguage(t *testing.T, run func(t *testing.T, words language)) {
	t.Helper()
	for _, words := range []language{english, chinese} {
		t.Run("x"+words.ending, func(t *testing.T) {
			t.Parallel()
			run(t, words)
		})
	}
}

func TestTablesNameEveryAdapter(t *testing.T) {
	t.Parallel()
	all := adapters(t)
	eachLanguage(t, func(t *testing.T, words language) {
		t.Helper()
		page := overviewPage(all, words).content
		for _, a := range all {
			require.Equal(t, 4, strings.Count(page, "| ["+a.Name+"](providers/"+a.Name+words.ending+") |"), "a row in each table")
			require.Contains(t, readmeTable(all, words), "| ["+a.Name+"](docs/providers/"+a.Name+words.ending+") |")
		}
		requireTables(t, page)
		requireTables(t, readmeTable(all, words))
		for _, a := range all {
			requireTables(t, adapterPage(a, words).content)
		}
	})
}

// requireTables checks that every row of a table has as many cells as its head, and
// that no place is left unfilled.
func requireTables(t *testing.T, page string) {
	t.Helper()
	require.NotContains(t, page, "{{")
	require.NotContains(t, page, "<no value>")
	bars := regexp.MustCompile(`(^|[^\\])\|`)
	columns := 0
	for row := range strings.Lines(page) {
		if !strings.HasPrefix(row, "|") {
			columns = 0
			continue
		}
		found := len(bars.FindAllString(row, -1))
		if columns > 0 {
			require.Equal(t, columns, found, row)
		}
		columns = found
	}
}

// TestEveryWordIsThere: each language has a word for whatever the files may say.
func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()
	eachLanguage(t, func(t *testing.T, words language) {
		t.Helper()
		for _, person := range catalog.Persons() {
			require.NotEmpty(t, words.person[person], person)
		}
		for _, maturity := range catalog.Maturities() {
			require.NotEmpty(t, words.maturity[maturity], maturity)
		}
		for _, kind := range catalog.Evidences() {
			require.NotEmpty(t, words.evidence[kind], kind)
			require.Contains(t, overviewPage(nil, words).content, words.evidenceMeans[kind], kind)
		}
		require.Len(t, words.abilityNames, len(reachedThrough))
	})
	for _, kind := range provider.Kinds() {
		require.NotEmpty(t, chinese.kinds[kind], kind)
	}
}

func TestPagesSayTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	count := func(page string) map[string]int {
		found := map[string]int{}
		for _, mark := range []string{"\n## ", "\n### ", "\n- ", "\n|", "\n\n"} {
			found[mark] = strings.Count(page, mark)
		}
		for _, code := range regexp.MustCompile("`[^`\n]+`").FindAllString(page, -1) {
			found[code]++
		}
		return found
	}
	all := adapters(t)
	for _, a := range all {
		en, zh := adapterPage(a, english), adapterPage(a, chinese)
		require.Equal(t, count(en.content), count(zh.content), a.Name)
		require.Equal(t, strings.Count(abilityTable([]adapter{a}, english), "| "+english.yes+" "), strings.Count(abilityTable([]adapter{a}, chinese), "| "+chinese.yes+" "), a.Name)
	}
	require.Equal(t, count(overviewPage(all, english).content), count(overviewPage(all, chinese).content))
}

func TestCodeTables(t *testing.T) {
	t.Parallel()
	codes := facts.MustParseCodes(`
		0     | ok      | fine
		10-19 | auth    | a *bold* [key] | take the_other | 换一个
		L.*   | throttled by phone, wait 90s, may have been sent
		[report]
		7     | signature | 签名未报备
	`)
	require.Equal(t, "| Code | Meaning | In words | What to do |\n"+
		"| --- | --- | --- | --- |\n"+
		"| `0` | ok | fine |  |\n"+
		"| `10`–`19` | auth | a \\*bold\\* [key] | take the\\_other |\n"+
		"| `L.*` | throttled by phone, wait 1m30s, may have been sent |  |  |\n"+
		"\n### Table `report`\n\n"+
		"| Code | Meaning | In words | What to do |\n"+
		"| --- | --- | --- | --- |\n"+
		"| `7` | signature | 签名未报备 |  |\n", english.codeTables(codes))
	inChinese := chinese.codeTables(codes)
	require.Contains(t, inChinese, "| `10`–`19` | 凭证 auth | a \\*bold\\* [key] | 换一个 |")
	require.Contains(t, inChinese, "| 限流 throttled（按号码），等待 1m30s，可能已发出 |")
	require.Contains(t, inChinese, "### 表 `report`")

	onlyNamed := english.codeTables(facts.MustParseCodes("[report]\n7 | auth"))
	require.True(t, strings.HasPrefix(onlyNamed, "### Table `report`\n\n| Code"), onlyNamed)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		service catalog.Service
		want    string
	}{
		{"a console and documents", catalog.Service{Console: "https://c.example/#a", Documents: []catalog.Document{
			{Address: "https://d.example", Title: "发送 [新]"},
			{Address: "relay/relayapi", Title: "package relayapi"},
		}}, "- Console: <https://c.example/#a>\n- [发送 [新]](https://d.example)\n- [package relayapi](../../relay/relayapi)\n"},
		{"nothing is known", catalog.Service{Console: catalog.Unknown}, "- Console: not known\n- No document is public.\n"},
		{"there is none", catalog.Service{Console: catalog.None}, "- Console: none\n- No document is public.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, english.links(tt.service))
		})
	}
}

func TestFact(t *testing.T) {
	t.Parallel()
	fact := catalog.Fact{Text: catalog.Text{EN: "Packs.", ZH: "套餐。"}, Evidence: "doc", Date: "2026-10"}
	require.Equal(t, "Packs. (service's page, 2026-10)", english.fact(fact))
	require.Equal(t, "套餐。（官方资料，2026-10）", chinese.fact(fact))
	fact.Date = ""
	require.Equal(t, "Packs. (service's page)", english.fact(fact))
}

func TestShort(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{"1s": time.Second, "3m": 3 * time.Minute, "1m30s": 90 * time.Second, "24h": 24 * time.Hour, "1h0m10s": time.Hour + 10*time.Second, "10m": 10 * time.Minute} {
		require.Equal(t, want, short(d))
	}
}

func TestPersonAsOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ person, date, want, wantZH string }{
		{"yes", "2026-11", "yes (2026-11)", "能（2026-11）"},
		{"no", "", "no (–)", "不能（–）"},
		{catalog.Unknown, "2023-12", "not known (newest source 2023-12)", "不清楚（最新资料 2023-12）"},
	}
	for _, tt := range tests {
		service := catalog.Service{Person: tt.person, Opening: catalog.Fact{Date: tt.date}}
		require.Equal(t, tt.want, english.personAsOf(service))
		require.Equal(t, tt.wantZH, chinese.personAsOf(service))
	}
}

func TestPersonList(t *testing.T) {
	t.Parallel()
	one := func(name, person, date string) adapter {
		return adapter{
			Adapter: catalog.Adapter{Name: name},
			service: catalog.Service{Name: catalog.Text{EN: "Acme", ZH: "顶点"}, Person: person, Opening: catalog.Fact{Date: date}},
		}
	}
	all := []adapter{one("a", "no", "2026"), one("b", "yes", "2026-11"), one("c", catalog.Unknown, "2022"), one("d", "yes", "2025")}
	require.Equal(t, "- **yes**: [b](providers/b.md) (Acme, 2026-11), [d](providers/d.md) (Acme, 2025)\n"+
		"- **no**: [a](providers/a.md) (Acme, 2026)\n"+
		"- **not known**: [c](providers/c.md) (Acme, newest source 2022)\n", personList(all, "providers/", english))
	require.Contains(t, personList(all, "x/", chinese), "- **能**：[b](x/b.zh-CN.md)（顶点，2026-11）、[d](x/d.zh-CN.md)（顶点，2025）\n")
}

func TestABarInACellIsEscaped(t *testing.T) {
	t.Parallel()
	require.Equal(t, "| a |\n| --- |\n| b\\|c |\n", table([]string{"a"}, [][]string{{"b|c"}}))
	require.Empty(t, table([]string{"a"}, nil))
}

func TestReplaceBlock(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"between the markers", "a\n" + beginMarker + "\nold\n" + endMarker + "\nb\n", "a\n" + beginMarker + "\n\nnew\n\n" + endMarker + "\nb\n"},
		{"for the first time", beginMarker + endMarker, beginMarker + "\n\nnew\n\n" + endMarker},
		{"no markers", "nothing to do\n", "nothing to do\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := replaceBlock(tt.text, "new\n")
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
			again, err := replaceBlock(got, "new\n")
			require.NoError(t, err)
			require.Equal(t, got, again, "a second time changes nothing")
		})
	}
}

func TestReplaceBlockRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{beginMarker, endMarker, endMarker + beginMarker, beginMarker + beginMarker + endMarker, beginMarker + endMarker + endMarker} {
		_, err := replaceBlock(text, "new")
		require.ErrorContains(t, err, "providers:begin")
	}
}

// project is a project of the test's own: the adapters' facts and nothing else.
func project(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, a := range catalog.Adapters() {
		require.NoError(t, os.MkdirAll(filepath.Join(folder, a.Folder()), 0o700))
		write(t, filepath.Join(folder, a.ServiceFile()), read(t, a.ServiceFile()))
	}
	return folder
}

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}

// TestRun writes into a project that has one README.
func TestRun(t *testing.T) {
	t.Parallel()
	root := project(t)
	readme := filepath.Join(root, "README.zh-CN.md")
	write(t, readme, "# 标题\n\n"+beginMarker+"\n"+endMarker+"\n")
	require.NoError(t, run([]string{"-root", root}, io.Discard))

	content, err := os.ReadFile(readme)
	require.NoError(t, err)
	require.Contains(t, string(content), "互亿无线")
	_, err = os.Stat(filepath.Join(root, "README.md"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for path, want := range map[string]string{
		"docs/providers.md": "Ihuyi (互亿无线)", "docs/providers.zh-CN.md": "互亿无线",
		"docs/providers/mob.md": "| `470` | balance |", "docs/providers/mob.zh-CN.md": "| `470` | 余额不足 balance |",
	} {
		made, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		require.Contains(t, string(made), want, path)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.Error(t, run([]string{"--rot"}, &out))
	require.Contains(t, out.String(), "-root")
	require.ErrorIs(t, run([]string{"-root", t.TempDir()}, &out), os.ErrNotExist, "no facts")

	tests := []struct {
		name  string
		spoil func(t *testing.T, root string)
		want  string
	}{
		{"README without an end", func(t *testing.T, root string) {
			t.Helper()
			write(t, filepath.Join(root, "README.zh-CN.md"), beginMarker)
		}, "README.zh-CN.md: want "},
		{"README that cannot be read", func(t *testing.T, root string) {
			t.Helper()
			require.NoError(t, os.Mkdir(filepath.Join(root, "README.md"), 0o700))
		}, "README.md"},
		{"faulty service.txt", func(t *testing.T, root string) {
			t.Helper()
			write(t, filepath.Join(root, "mob", "service.txt"), "x: y")
		}, filepath.Join("mob", "service.txt") + ": "},
		{"page that cannot be written", func(t *testing.T, root string) {
			t.Helper()
			require.NoError(t, os.MkdirAll(filepath.Join(root, "docs", "providers.md"), 0o700))
		}, "providers.md"},
		{"folder that cannot be made", func(t *testing.T, root string) {
			t.Helper()
			write(t, filepath.Join(root, "docs"), "")
		}, "docs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := project(t)
			tt.spoil(t, root)
			require.ErrorContains(t, run([]string{"-root", root}, io.Discard), tt.want)
		})
	}
}
