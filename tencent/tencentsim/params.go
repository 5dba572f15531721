package tencentsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/cnsms/cnsms/sim"
)

// field is one member of a request's body.
type field struct {
	name     string
	kind     fieldKind
	required bool
}

// fieldKind is the JSON type of a field.
type fieldKind int

const (
	textField fieldKind = iota
	textsField
	numberField
)

// params are the members of a request's body, of the types that the fields say.
type params map[string]any

func (p params) text(name string) string {
	text, _ := p[name].(string)
	return text
}

func (p params) texts(name string) []string {
	list, _ := p[name].([]any)
	texts := make([]string, len(list))
	for i, element := range list {
		texts[i], _ = element.(string)
	}
	return texts
}

func (p params) number(name string) int64 {
	number, _ := p[name].(json.Number)
	n, _ := strconv.ParseInt(string(number), 10, 64)
	return n
}

// readParams returns the members, or a refusal of the request with a code.
func readParams(c *sim.Call, fields []field) (params, sim.Refusal) {
	decoder := json.NewDecoder(bytes.NewReader(c.Body))
	decoder.UseNumber()
	var p params
	if err := decoder.Decode(&p); err != nil || p == nil {
		return nil, fault(c, "FailedOperation.JsonParseFail", "body: want one JSON object")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fault(c, "FailedOperation.JsonParseFail", "body: something behind the JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return nil, fault(c, "UnknownParameter", name+": no such parameter")
		}
		if problem := fields[i].check(p[name]); problem != "" {
			return nil, fault(c, "InvalidParameter", problem)
		}
	}
	for _, f := range fields {
		if _, ok := p[f.name]; f.required && !ok {
			return nil, fault(c, "MissingParameter", f.name+": missing")
		}
	}
	return p, sim.Refusal{}
}

// fault explains what is wrong, and returns a refusal whose words say it too: the
// service names the parameter there.
func fault(c *sim.Call, code, problem string) sim.Refusal {
	c.Explain("%s", problem)
	r := refusal(code)
	r.Text += ": " + problem
	return r
}

// check says what is wrong with a value's type. The service names an element of
// a list as TemplateParamSet.0.
func (f field) check(value any) string {
	switch f.kind {
	case textsField:
		list, ok := value.([]any)
		if !ok {
			return f.name + ": want an array of strings"
		}
		for i, element := range list {
			if _, ok := element.(string); !ok {
				return fmt.Sprintf("%s.%d: want a string", f.name, i)
			}
		}
	case numberField:
		number, ok := value.(json.Number)
		if _, err := strconv.ParseUint(string(number), 10, 64); !ok || err != nil {
			return f.name + ": want a whole number, not negative"
		}
	default:
		if _, ok := value.(string); !ok {
			return f.name + ": want a string"
		}
	}
	return ""
}
