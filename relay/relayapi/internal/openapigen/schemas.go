package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// structs are the types of all bodies and what is in them, by name.
func structs() map[string]reflect.Type {
	found := map[string]reflect.Type{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		switch {
		case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
			add(t.Elem())
		case t.Kind() == reflect.Struct && t != reflect.TypeFor[relayapi.Time]():
			if found[t.Name()] != nil {
				return
			}
			found[t.Name()] = t
			for i := range t.NumField() {
				add(t.Field(i).Type)
			}
		}
	}
	for _, root := range roots {
		add(reflect.TypeOf(root))
	}
	return found
}

// wireNames are the names on the wire of "Type.Field".
func wireNames() map[string]string {
	names := map[string]string{}
	for _, t := range structs() {
		for i := range t.NumField() {
			name, _ := wireName(t.Field(i))
			names[t.Name()+"."+t.Field(i).Name] = name
		}
	}
	return names
}

// wireName is a field's name on the wire, and whether it is always there.
func wireName(f reflect.StructField) (name string, required bool) {
	name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, !strings.Contains(rest, "omit")
}

func (s *source) schemas() (object, error) {
	var schemas object
	types, used := structs(), map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		schema, err := s.schema(types[name], used)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		schemas = schemas.with(name, schema)
	}
	for name := range keywords {
		if !used[name] {
			return nil, fmt.Errorf("tables.go: keywords: there is no member %s", name)
		}
	}
	for _, name := range enums {
		values, explained, err := s.list(name)
		if err != nil {
			return nil, err
		}
		schemas = schemas.with(name, object{{"type", "string"}, {"enum", values}, {"description", explained}})
	}
	return schemas, nil
}

func (s *source) schema(t reflect.Type, used map[string]bool) (object, error) {
	about, err := s.words(s.types[t.Name()])
	if err != nil {
		return nil, err
	}
	var properties object
	required := []string{}
	for i := range t.NumField() {
		property, err := s.property(t, t.Field(i), used)
		if err != nil {
			return nil, err
		}
		properties = append(properties, property)
		if _, always := wireName(t.Field(i)); always {
			required = append(required, property.name)
		}
	}
	schema := object{{"type", "object"}, {"description", about}, {"properties", properties}}
	if len(required) > 0 {
		schema = schema.with("required", required)
	}
	if closed[t.Name()] {
		schema = schema.with("additionalProperties", false)
	}
	used[t.Name()] = true
	return append(schema, keywords[t.Name()]...), nil
}

func (s *source) property(t reflect.Type, f reflect.StructField, used map[string]bool) (member, error) {
	name, _ := wireName(f)
	full := t.Name() + "." + name
	comments := s.fields[t.Name()+"."+f.Name]
	if rest, ok := strings.CutPrefix(comments, f.Name+" "); ok {
		comments = name + " " + rest
	}
	about, err := s.words(comments)
	if err != nil {
		return member{}, err
	}
	schema, err := ofType(f.Type, full, used)
	if about != "" {
		schema = schema.with("description", about)
	}
	return member{name, schema}, err
}

// ofType is the schema of a member's type, with its keywords.
func ofType(t reflect.Type, full string, used map[string]bool) (object, error) {
	used[full] = true
	switch {
	case t == reflect.TypeFor[relayapi.Time]():
		return append(object{{"type", "string"}, {"format", "date-time"}}, keywords[full]...), nil
	case slices.Contains(enums, t.Name()), t.Kind() == reflect.Struct:
		return append(reference(t.Name()), keywords[full]...), nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return ofType(t.Elem(), full, used)
	case reflect.String:
		return append(object{{"type", "string"}}, keywords[full]...), nil
	case reflect.Int, reflect.Int64:
		return append(object{{"type", "integer"}}, keywords[full]...), nil
	case reflect.Bool:
		return append(object{{"type", "boolean"}}, keywords[full]...), nil
	case reflect.Slice:
		items, err := ofType(t.Elem(), full+"[]", used)
		return append(object{{"type", "array"}, {"items", items}}, keywords[full]...), err
	}
	return nil, fmt.Errorf("%s: no schema is known for %v", full, t)
}

func reference(name string) object {
	return object{{"$ref", "#/components/schemas/" + name}}
}
