package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// file is a file as it should be, its path below the project's folder.
type file struct{ path, content string }

// The markers in a README stand on lines of their own.
const (
	beginMarker = "<!-- providers:begin -->"
	endMarker   = "<!-- providers:end -->"
)

// generate returns every generated file of the project in root.
func generate(root string) ([]file, error) {
	adapters, err := readAdapters(root)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, words := range []language{english, chinese} {
		files = append(files, overviewPage(adapters, words))
		for _, a := range adapters {
			files = append(files, adapterPage(a, words))
		}
		readme, err := readmeWithBlock(root, adapters, words)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, readme)
	}
	return files, nil
}

// readmeWithBlock returns the README of a language, its block written anew.
func readmeWithBlock(root string, adapters []adapter, words language) (file, error) {
	path := "README" + words.ending
	old, err := os.ReadFile(filepath.Join(root, path)) //nolint:gosec // It is the project's own file.
	if err != nil {
		return file{}, err
	}
	content, err := replaceBlock(string(old), readmeBlock(adapters, words))
	if err != nil {
		return file{}, fmt.Errorf("%s: %w", path, err)
	}
	return file{path, content}, nil
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
