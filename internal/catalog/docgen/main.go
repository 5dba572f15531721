// The program docgen writes the pages about providers: docs/providers.md, a page for
// each adapter in docs/providers, the same in Chinese, and the block between the
// markers in the two READMEs. They are made from package catalog, from service.txt in
// each adapter's folder (service-PRODUCT.txt for a second product), and from the
// adapter's type and codes. `go generate ./...` runs it, and its test fails while a file
// is out of date.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

//go:generate go run . -root ../../..

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
		if err := file.write(*root); err != nil {
			return err
		}
	}
	return nil
}

// write puts the file where it belongs. Documentation is for everybody to read.
func (f file) write(root string) error {
	path := filepath.Join(root, filepath.FromSlash(f.path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // see above
		return err
	}
	return os.WriteFile(path, []byte(f.content), 0o644) //nolint:gosec // see above
}
