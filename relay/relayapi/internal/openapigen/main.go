// The program openapigen writes relayapi's openapi.json from the types and comments of
// package relayapi and from the tables here. go generate runs it in that package's folder.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "openapigen:", err)
		os.Exit(1)
	}
}

// fileName is the file that is written, in the folder of package relayapi.
const fileName = "openapi.json"

func run(folder string) error {
	document, err := generate(folder)
	if err != nil {
		return err
	}
	return os.WriteFile(folder+"/"+fileName, document, 0o644) //nolint:gosec // a source file
}
