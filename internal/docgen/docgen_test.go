package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/config"
)

// TestFilesAreUpToDate fails when the list has changed and the documentation has
// not.
func TestFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	files, err := generate(root)
	require.NoError(t, err)
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(root, file.path))
		require.NoError(t, err)
		require.Equal(t, file.content, string(content), "%s is out of date: run go generate ./...", file.path)
	}
}

func TestTablesNameEveryAdapter(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]language{"English": english, "Chinese": chinese} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := tables(config.Adapters(), words, "../")
			for _, a := range config.Adapters() {
				require.Equal(t, 2, strings.Count(text, "| ["+a.Name+"](../"+a.Name+") |"), "a row in each table")
			}
			require.NotContains(t, text, "|  |", "no cell is empty")
			columns := map[int]bool{}
			for line := range strings.Lines(text) {
				columns[strings.Count(line, "|")] = true
			}
			delete(columns, 0) // between the tables
			require.Equal(t, map[int]bool{len(words.abilityHeads) + 1: true, len(words.testingHeads) + 1: true}, columns)
		})
	}
}

func TestTablesSayTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, a := range config.Adapters() {
		one := []config.Adapter{a}
		count := func(words language, mark string) int {
			return strings.Count(abilityTable(one, words, ""), "| "+mark+" ")
		}
		require.Equal(t, count(english, english.yes), count(chinese, chinese.yes), a.Name)
		require.Equal(t, count(english, english.no), count(chinese, chinese.no), a.Name)
	}
}

func TestABarInACellIsEscaped(t *testing.T) {
	t.Parallel()
	table := testingTable([]config.Adapter{{Name: "x", Limits: config.Text{EN: "a|b"}}}, english, "")
	require.Contains(t, table, `| a\|b |`)
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

// TestRun writes into a project of its own, which has one README.
func TestRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "docs"), 0o700))
	readme := filepath.Join(root, "README.zh-CN.md")
	require.NoError(t, os.WriteFile(readme, []byte("# 标题\n\n"+beginMarker+"\n"+endMarker+"\n"), 0o600))
	require.NoError(t, run([]string{"-root", root}, io.Discard))

	content, err := os.ReadFile(readme)
	require.NoError(t, err)
	require.Contains(t, string(content), "互亿无线")
	_, err = os.Stat(filepath.Join(root, "README.md"))
	require.ErrorIs(t, err, os.ErrNotExist)
	made, err := os.ReadFile(filepath.Join(root, pagePath))
	require.NoError(t, err)
	require.NotContains(t, string(made), "{{")

	require.NoError(t, os.WriteFile(readme, []byte(beginMarker), 0o600))
	require.ErrorContains(t, run([]string{"-root", root}, io.Discard), "README.zh-CN.md: want ")
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.Error(t, run([]string{"--rot"}, &out))
	require.Contains(t, out.String(), "-root")
	require.Error(t, run([]string{"-root", filepath.Join(t.TempDir(), "nowhere")}, &out))

	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "README.md"), 0o700))
	require.Error(t, run([]string{"-root", root}, &out), "a README that cannot be read")
}
