package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// ParamCode is the name under which a one-time code travels in [Params].
const ParamCode = "code"

// Params are the values that fill a template, by name. Printing them or writing
// them as JSON shows the names only, because the values hold codes. Where a request
// or a store needs the values, convert: map[string]string(params).
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

// MarshalJSON writes each value as stars.
func (p Params) MarshalJSON() ([]byte, error) {
	if p == nil {
		return []byte("null"), nil
	}
	masked := make(map[string]string, len(p))
	for name := range p {
		masked[name] = hidden
	}
	return writeJSON(masked)
}

// UnmarshalJSON reads an object of texts. Values that MarshalJSON has hidden are an
// error, so that nobody is sent the stars.
func (p *Params) UnmarshalJSON(data []byte) error {
	var values map[string]string
	if err := json.Unmarshal(data, &values); err != nil {
		return fmt.Errorf("params: want an object of texts: %w", err)
	}
	for name, value := range values {
		if value == hidden {
			return fmt.Errorf("params: %q is masked: store map[string]string(params), not Params", name)
		}
	}
	*p = values
	return nil
}
