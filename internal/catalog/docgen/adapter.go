package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/provider/facts"
)

// adapter is all that the pages say about one.
type adapter struct {
	name    string
	can     catalog.Abilities
	service catalog.Service
	codes   facts.Codes
}

// readAdapters reads the files in the folders of all adapters.
func readAdapters(root string) ([]adapter, error) {
	var all []adapter
	for _, listed := range catalog.Adapters() {
		folder := filepath.Join(root, listed.Name)
		service, err := catalog.ReadService(folder)
		if err != nil {
			return nil, err
		}
		codes, err := readCodes(folder)
		if err != nil {
			return nil, err
		}
		all = append(all, adapter{name: listed.Name, can: listed.Abilities(), service: service, codes: codes})
	}
	return all, nil
}

// readCodes returns an empty table for an adapter without the file.
func readCodes(folder string) (facts.Codes, error) {
	path := filepath.Join(folder, "codes.txt")
	content, err := os.ReadFile(path) //nolint:gosec // It is the project's own file.
	if errors.Is(err, fs.ErrNotExist) {
		return facts.Codes{}, nil
	}
	if err != nil {
		return facts.Codes{}, err
	}
	codes, err := facts.ParseCodes(string(content))
	if err != nil {
		return facts.Codes{}, fmt.Errorf("%s: %w", path, err)
	}
	return codes, nil
}
