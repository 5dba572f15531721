// The program docgen writes the tables of providers into the documentation,
// from the one list in package config: docs/providers.md, and the block between
// the markers in the two READMEs. `go generate ./...` runs it, and its test
// fails while a file is out of date.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

//go:generate go run . -root ../..

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("docgen", flag.ContinueOnError)
	flags.SetOutput(out)
	root := flags.String("root", ".", "`folder` of the project")
	if err := flags.Parse(args); err != nil {
		return err
	}
	files, err := generate(*root)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(*root, file.path), []byte(file.content), 0o644); err != nil { //nolint:gosec // Documentation is for everybody to read.
			return err
		}
	}
	return nil
}
