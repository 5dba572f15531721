package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/cnsms/cnsms/provider"
)

// keyboard is what the user types.
type keyboard struct{ lines *bufio.Reader }

// line returns the next line without the space around it.
func (k keyboard) line(ctx context.Context) (string, error) {
	text, err := await(ctx, func() (string, error) { return k.lines.ReadString('\n') })
	text = strings.TrimSpace(text)
	if errors.Is(err, io.EOF) {
		if text == "" {
			return "", errors.New("the input has ended, and no code was typed")
		}
		err = nil
	}
	return text, err
}

// secret reads a secret from the environment, or asks for it on a terminal.
func secret(ctx context.Context, name string) (provider.Secret, error) {
	if value := os.Getenv(name); value != "" {
		return provider.Secret(value), nil
	}
	stdin := int(os.Stdin.Fd())
	before, err := term.GetState(stdin)
	if err != nil {
		return "", fmt.Errorf("%s: not in the environment, and there is no terminal to ask on", name)
	}
	fmt.Fprintf(os.Stderr, "%s: ", name)
	value, err := await(ctx, func() ([]byte, error) { return term.ReadPassword(stdin) })
	fmt.Fprintln(os.Stderr)
	if err != nil {
		// ReadPassword may still wait, with the terminal's echo switched off.
		return "", fmt.Errorf("%s: %w", name, errors.Join(err, term.Restore(stdin, before)))
	}
	return provider.Secret(value), nil
}

// await returns what ask returns, or the end of the context if that comes
// first: nothing else interrupts somebody who waits for a key to be pressed.
func await[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := ask()
		answers <- answer{value, err}
	}()
	select {
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	case a := <-answers:
		return a.value, a.err
	}
}
