package provider

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// ParamCode is the name under which a one-time code travels in [Params].
const ParamCode = "code"

// Params are the values that fill a template, by name. Printing them shows the
// names only, because the values hold codes.
//
// That holds where package fmt asks a type how it prints. It does not ask for what is
// in an unexported field, nor for the verb %p, nor for a misplaced %w: a program that
// keeps Params, a [Message] or a [Secret] in an unexported field and prints the struct
// around it shows the values, unless that struct has a Format method of its own.
type Params map[string]string

// String lists the names in order, each value as stars.
func (p Params) String() string {
	names := slices.Sorted(maps.Keys(p))
	for i, name := range names {
		names[i] = name + ":" + hidden
	}
	return "map[" + strings.Join(names, " ") + "]"
}

// Format prints the same for every verb, so that no verb shows a value.
func (p Params) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue logs what String returns.
func (p Params) LogValue() slog.Value { return slog.StringValue(p.String()) }
