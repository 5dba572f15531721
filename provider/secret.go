package provider

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden stands wherever a value must not be shown.
const hidden = "***"

// Secret is a credential. It prints as stars with every verb that fmt lets a
// type answer (that is all but %p and misplaced %w, which go vet finds), in logs
// and in JSON; convert it with string(s) at the one place that needs the value.
//
// Go's fmt prints unexported fields without asking their type. A struct that
// keeps a Secret in an unexported field has to implement fmt.Formatter itself, or to
// keep it behind a function, into which fmt does not look; the adapters do both.
type Secret string

// String returns stars, or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format prints what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue logs what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText writes what String returns: a configuration that is dumped as
// JSON or YAML shows stars. Secrets are read as ordinary text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
