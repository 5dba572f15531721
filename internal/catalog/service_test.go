package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/internal/catalog"
)

const file = `# Acme, an example.
name: Acme
name.zh: 顶点
console: https://console.acme.example/sms#keys
document: https://docs.acme.example/send 发送短信
document: acme/api package api
person: trial
opening: Companies.
opening.zh: 公司。
opening.evidence: doc 2026-10
trial: 10 free: really.
trial.zh: 10 条免费。
trial.evidence: post undated
price: Not known.
price.zh: 不详。
price.evidence: none
seen: In a post.
seen.zh: 一篇文章。
seen.evidence: post 2023
limits: 5 a day
limits.zh: 每天 5 条
templates: approved
templates.zh: 审核
signature: filed
signature.zh: 报备
sends-to: mainland
sends-to.zh: 大陆

maturity: simulated
facts-read: 2026-11-21
`

func TestParseService(t *testing.T) {
	t.Parallel()
	got, err := catalog.ParseService(file)
	require.NoError(t, err)
	require.Equal(t, catalog.Service{
		Name:    catalog.Text{EN: "Acme", ZH: "顶点"},
		Console: "https://console.acme.example/sms#keys",
		Documents: []catalog.Document{
			{Address: "https://docs.acme.example/send", Title: "发送短信"},
			{Address: "acme/api", Title: "package api"},
		},
		Person:    "trial",
		Opening:   catalog.Fact{Text: catalog.Text{EN: "Companies.", ZH: "公司。"}, Evidence: "doc", Date: "2026-10"},
		Trial:     catalog.Fact{Text: catalog.Text{EN: "10 free: really.", ZH: "10 条免费。"}, Evidence: "post"},
		Price:     catalog.Fact{Text: catalog.Text{EN: "Not known.", ZH: "不详。"}, Evidence: "none"},
		Seen:      catalog.Fact{Text: catalog.Text{EN: "In a post.", ZH: "一篇文章。"}, Evidence: "post", Date: "2023"},
		Limits:    catalog.Text{EN: "5 a day", ZH: "每天 5 条"},
		Templates: catalog.Text{EN: "approved", ZH: "审核"},
		Signature: catalog.Text{EN: "filed", ZH: "报备"},
		SendsTo:   catalog.Text{EN: "mainland", ZH: "大陆"},
		Maturity:  "simulated",
		FactsRead: "2026-11-21",
	}, got)
}

// TestEveryKeyIsNeeded leaves out one line after the other.
func TestEveryKeyIsNeeded(t *testing.T) {
	t.Parallel()
	left := map[string]int{}
	for one := range strings.Lines(file) {
		key, _, found := strings.Cut(one, ": ")
		if !found || left[key] > 0 {
			continue
		}
		left[key]++
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			var without strings.Builder
			for other := range strings.Lines(file) {
				if !strings.HasPrefix(other, key+": ") {
					without.WriteString(other)
				}
			}
			_, err := catalog.ParseService(without.String())
			require.EqualError(t, err, `no line "`+key+`: …"`)
		})
	}
	require.Len(t, left, 27)
}

func TestFaultyLines(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "name: Acme", "name: Acme\nnaming: x", "line 3: naming: unknown key, or there twice"},
		{"twice", "name: Acme", "name: Acme\nname: Bcme", "line 3: name: unknown key, or there twice"},
		{"no colon", "name: Acme", "name: Acme\nwhat", `line 3: want "key: value"`},
		{"no value", "price: Not known.", "price:", "line 14: want \"key: value\""},
		{"person", "person: trial", "person: maybe", `line 7: person: "maybe" is none of: yes, trial, no, unknown`},
		{"maturity", "maturity: simulated", "maturity: old", `line 29: maturity: "old" is none of: simulated`},
		{"console", "https://console.acme.example/sms#keys", "console.acme.example", `line 4: console: "console.acme.example": want a URL`},
		{"document without a title", "acme/api package api", "acme/api", `line 6: document: "acme/api": want an address and a title`},
		{"document elsewhere", "https://docs.acme.example/send", "ftp://docs.acme.example/send", "line 5: document:"},
		{"no such evidence", "doc 2026-10", "hearsay 2026-10", `line 10: opening.evidence: "hearsay" is none of: doc, post`},
		{"evidence without a date", "doc 2026-10", "doc", `line 10: opening.evidence: "": want a day, a month or a year`},
		{"evidence of no month", "doc 2026-10", "doc 2026-13", `line 10: opening.evidence: "2026-13"`},
		{"no evidence with a date", "price.evidence: none", "price.evidence: none 2026", "line 16: price.evidence: no source has no date"},
		{"day", "facts-read: 2026-11-21", "facts-read: 2026-11", `line 30: facts-read: "2026-11": want a day`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, file, tt.old)
			_, err := catalog.ParseService(strings.Replace(file, tt.old, tt.new, 1))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	t.Parallel()
	_, err := catalog.ParseService("x: y\nperson: maybe\n")
	require.ErrorContains(t, err, `no line "name: …"`)
	require.ErrorContains(t, err, "line 1: x: unknown key")
	require.ErrorContains(t, err, "line 2: person:")
}

func TestNothingToLinkTo(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("https://console.acme.example/sms#keys", "unknown", "document: acme/api package api\n", "",
		"https://docs.acme.example/send 发送短信", "none").Replace(file)
	got, err := catalog.ParseService(text)
	require.NoError(t, err)
	require.Equal(t, catalog.Unknown, got.Console)
	require.Empty(t, got.Documents)
}

func TestReadService(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "service.txt")
	_, err := catalog.ReadService(path)
	require.ErrorIs(t, err, os.ErrNotExist)

	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	got, err := catalog.ReadService(path)
	require.NoError(t, err)
	require.Equal(t, "Acme", got.Name.EN)

	require.NoError(t, os.WriteFile(path, []byte("x: y"), 0o600))
	_, err = catalog.ReadService(path)
	require.ErrorContains(t, err, path+": ")
	require.ErrorContains(t, err, "line 1: x")
}
