// Package sitecmd has the commands of somebody who uses a gateway as a site does: "cnsms send"
// sends one text, and "cnsms status" says what became of one.
package sitecmd

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cnsms/cnsms/provider"
)

// Environment variables that stand in for flags.
const (
	envGateway = "CNSMS_GATEWAY"
	envToken   = "CNSMS_TOKEN" //nolint:gosec // a name, no token
)

// access is how to reach a gateway. The token is no flag: others on the machine see those.
type access struct {
	gateway, tokenFile string
	plainHTTP          bool
}

func (a *access) flags(c *cobra.Command) {
	c.Flags().StringVar(&a.gateway, "gateway", os.Getenv(envGateway), "the gateway's `URL` (or "+envGateway+")")
	c.Flags().StringVar(&a.tokenFile, "token-file", "", "the `file` with a token (or "+envToken+" has the token)")
	c.Flags().BoolVar(&a.plainHTTP, "plain-http", false, "let --gateway be http:// on another machine, where others can read along")
}

// token returns the token of the file or of the environment.
func (a *access) token() (provider.Secret, error) {
	if a.gateway == "" {
		return "", usage(errors.New("--gateway: want the gateway's URL, such as https://relay.example.com"))
	}
	text := os.Getenv(envToken)
	if a.tokenFile != "" {
		content, err := os.ReadFile(a.tokenFile)
		if err != nil {
			return "", usage(fmt.Errorf("--token-file: %w", err))
		}
		text = string(content)
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", usage(errors.New("--token-file: want a file with the token, or the token in " + envToken))
	}
	return provider.Secret(text), nil
}

// flagNames puts the names of flags in the place of the fields that errors name.
var flagNames = strings.NewReplacer("relay: config: ", "", "BaseURL: ", "--gateway: ", "PlainHTTP", "--plain-http",
	"Token: ", "--token-file: ", "Lane: ", "--lane: ", "Wait: ", "--wait: ")

// exitUsage is the exit code when the command line is wrong.
const exitUsage = 2

// usage marks an error of the command line.
func usage(err error) error { return codedError{err, exitUsage} }

// codedError ends the program with a code of its own.
type codedError struct {
	error

	code int
}

// ExitCode is the program's exit code.
func (e codedError) ExitCode() int { return e.code }

// Unwrap returns the error inside.
func (e codedError) Unwrap() error { return e.error }
