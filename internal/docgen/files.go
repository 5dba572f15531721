package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cnsms/cnsms/config"
)

// file is a file as it should be, its path below the project's folder.
type file struct{ path, content string }

// pagePath is the file that is generated as a whole, out of pageTemplate.
const pagePath = "docs/providers.md"

//go:embed page.md
var pageTemplate string

// readmes hold a generated block, if they are there and have the markers.
var readmes = []struct {
	path  string
	words language
}{
	{"README.md", english},
	{"README.zh-CN.md", chinese},
}

// The markers stand on lines of their own.
const (
	beginMarker = "<!-- providers:begin -->"
	endMarker   = "<!-- providers:end -->"
)

// generate returns every generated file of the project in root.
func generate(root string) ([]file, error) {
	adapters := config.Adapters()
	files := []file{{pagePath, providersPage(adapters)}}
	for _, readme := range readmes {
		old, err := os.ReadFile(filepath.Join(root, readme.path)) //nolint:gosec // The names are those above.
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		content, err := replaceBlock(string(old), tables(adapters, readme.words, ""))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", readme.path, err)
		}
		files = append(files, file{readme.path, content})
	}
	return files, nil
}

func providersPage(adapters []config.Adapter) string {
	return strings.NewReplacer(
		"{{abilities}}\n", abilityTable(adapters, english, "../"),
		"{{testing}}\n", testingTable(adapters, english, "../"),
	).Replace(pageTemplate)
}

// replaceBlock puts block between the markers of a text. A text without markers
// stays as it is.
func replaceBlock(text, block string) (string, error) {
	begins, ends := strings.Count(text, beginMarker), strings.Count(text, endMarker)
	if begins == 0 && ends == 0 {
		return text, nil
	}
	before, rest, _ := strings.Cut(text, beginMarker)
	_, after, closed := strings.Cut(rest, endMarker)
	if begins != 1 || ends != 1 || !closed {
		return "", fmt.Errorf("want %s once, and %s once behind it", beginMarker, endMarker)
	}
	return before + beginMarker + "\n\n" + block + "\n" + endMarker + after, nil
}
