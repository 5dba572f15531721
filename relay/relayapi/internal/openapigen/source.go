package main

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// source is what the source text of package relayapi says.
type source struct {
	about     string            // the package comment
	types     map[string]string // comments by type
	fields    map[string]string // comments by "Type.Field"
	constants map[string]constant
	order     []string // the names of the constants
}

// constant is a constant whose value is written down as a string.
type constant struct{ kind, value, comment string }

// read parses a folder's files, tests excepted.
func read(folder string) (*source, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	s := &source{types: map[string]string{}, fields: map[string]string{}, constants: map[string]constant{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if file.Doc != nil {
			s.about = file.Doc.Text()
		}
		for _, decl := range file.Decls {
			if group, ok := decl.(*ast.GenDecl); ok {
				s.add(group)
			}
		}
	}
	return s, nil
}

func (s *source) add(group *ast.GenDecl) {
	for _, spec := range group.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.addType(group, spec)
		case *ast.ValueSpec:
			if !group.Lparen.IsValid() {
				spec.Doc = group.Doc // of a declaration that stands alone
			}
			s.addConstant(spec)
		}
	}
}

func (s *source) addType(group *ast.GenDecl, spec *ast.TypeSpec) {
	s.types[spec.Name.Name] = group.Doc.Text()
	made, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range made.Fields.List {
		for _, name := range field.Names {
			s.fields[spec.Name.Name+"."+name.Name] = field.Doc.Text()
		}
	}
}

func (s *source) addConstant(spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		if i >= len(spec.Values) {
			continue
		}
		literal, ok := spec.Values[i].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			continue
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			continue
		}
		kind, _ := spec.Type.(*ast.Ident)
		c := constant{value: value, comment: spec.Doc.Text()}
		if kind != nil {
			c.kind = kind.Name
		}
		s.constants[name.Name] = c
		s.order = append(s.order, name.Name)
	}
}

// of lists the constants of a type in the order of the source, which is the same in every
// run: files are read by name.
func (s *source) of(kind string) []constant {
	var found []constant
	for _, name := range s.order {
		if c := s.constants[name]; c.kind == kind {
			found = append(found, c)
		}
	}
	return found
}

var link = regexp.MustCompile(`\[([A-Z]\w*)\](?:\.(\w+))?`)

// words makes text for readers of JSON from a comment: a link to a constant becomes its
// value, one to a field its name on the wire.
func (s *source) words(comments string) (string, error) {
	var unknown []string
	text := link.ReplaceAllStringFunc(comments, func(found string) string {
		parts := link.FindStringSubmatch(found)
		word, ok := s.word(parts[1], parts[2])
		if !ok {
			unknown = append(unknown, found)
		}
		return word
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("tables.go: limitWords: add what these links stand for: %s", strings.Join(unknown, ", "))
	}
	parsed := (&comment.Parser{}).Parse(text)
	printed := (&comment.Printer{HeadingID: func(*comment.Heading) string { return "" }}).Markdown(parsed)
	// The underscores of names need no escape.
	return strings.TrimSpace(strings.ReplaceAll(string(printed), `\_`, "_")), nil
}

func (s *source) word(name, field string) (string, bool) {
	if field != "" {
		wire, ok := wireNames()[name+"."+field]
		return wire, ok
	}
	if c, ok := s.constants[name]; ok {
		return c.value, true
	}
	if word, ok := limitWords[name]; ok {
		return word, true
	}
	_, ok := s.types[name]
	return name, ok
}

// list explains the values of a type.
func (s *source) list(kind string) (values []string, explained string, err error) {
	lines := []string{s.types[kind]}
	for _, c := range s.of(kind) {
		_, meaning, ok := strings.Cut(c.comment, ": ")
		if !ok {
			if _, meaning, ok = strings.Cut(c.comment, " is "); !ok {
				return nil, "", fmt.Errorf("the comment of %q does not begin with its name and a colon", c.value)
			}
		}
		values = append(values, c.value)
		lines = append(lines, "  - "+c.value+": "+strings.ReplaceAll(strings.TrimSpace(meaning), "\n", "\n    "))
	}
	explained, err = s.words(strings.Join(lines, "\n"))
	return values, explained, err
}

var statusInWords = regexp.MustCompile(`\b([45]\d\d)\b`)

// statuses are the statuses of the error codes, as their comments name them.
func (s *source) statuses() (map[string]string, error) {
	found := map[string]string{}
	for _, c := range s.of("ErrorCode") {
		named := slices.Compact(statusInWords.FindAllString(c.comment, -1))
		if len(named) != 1 {
			return nil, fmt.Errorf("the comment of error code %q must name one HTTP status", c.value)
		}
		found[c.value] = named[0]
	}
	return found, nil
}
