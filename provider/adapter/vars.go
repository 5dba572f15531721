package adapter

import (
	"bytes"
	"encoding/json"

	"github.com/cnsms/cnsms/provider"
)

// Vars are a message's parameters with their names, in the order of the template,
// for a service that takes them by name. As JSON they are one object. They are the
// fields of a form as well: append(form, vars...).
type Vars []Field

// Vars returns the message's parameters with their names, in the order of the template.
func (c *Call) Vars(template provider.Template) (Vars, error) {
	values, err := c.Values(template)
	if err != nil {
		return nil, err
	}
	vars := make(Vars, len(values))
	for i, value := range values {
		vars[i] = Field{Name: template.Params[i], Value: value}
	}
	return vars, nil
}

// MarshalJSON writes an object whose members keep their order, which that of a map
// would not.
func (v Vars) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, field := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(field.Name) // no string fails
		value, _ := json.Marshal(field.Value)
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
