package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

const dialect = "3.1.0"

// generate makes the document from the source in a folder.
func generate(folder string) ([]byte, error) {
	s, err := read(folder)
	if err != nil {
		return nil, err
	}
	about, err := s.words(s.about)
	if err != nil {
		return nil, err
	}
	paths, err := s.paths()
	if err != nil {
		return nil, err
	}
	components, err := s.components()
	if err != nil {
		return nil, err
	}
	return indented(object{
		{"openapi", dialect},
		{"info", object{
			{"title", "Relay gateway"},
			{"version", "1"},
			{"description", about},
			{"license", object{{"name", "MIT"}, {"identifier", "MIT"}}},
		}},
		{"servers", []object{{{"url", "/"}}}},
		{"paths", paths},
		{"components", components},
	})
}

func (s *source) paths() (object, error) {
	statuses, err := s.statuses()
	if err != nil {
		return nil, err
	}
	if err := complete(statuses); err != nil {
		return nil, err
	}
	var paths object
	for _, o := range operations {
		method := member{strings.ToLower(o.method), o.describe(statuses)}
		if i := slices.IndexFunc(paths, func(m member) bool { return m.name == o.path }); i >= 0 {
			paths[i].value = append(paths[i].value.(object), method)
			continue
		}
		path := object{}
		if o.path == jobPath {
			path = path.with("parameters", []object{{
				{"name", "id"},
				{"in", "path"},
				{"required", true},
				{"description", "The gateway's id of the job."},
				{"schema", object{{"type", "string"}, {"minLength", 1}}},
			}})
		}
		paths = paths.with(o.path, append(path, method))
	}
	return paths, nil
}

// complete wants every error code in an operation, and none that is not there.
func complete(statuses map[string]string) error {
	used := map[string]bool{}
	var problems []error
	note := func(codes []relayapi.ErrorCode) {
		for _, code := range codes {
			used[string(code)] = true
			if statuses[string(code)] == "" {
				problems = append(problems, fmt.Errorf("error code %q is not one of relayapi's", code))
			}
		}
	}
	note(anyPath)
	known := structs()
	for _, o := range operations {
		note(o.refusals())
		for _, body := range o.bodies() {
			if body != "" && known[body] == nil {
				problems = append(problems, fmt.Errorf("tables.go: roots: add relayapi.%s, which %s has", body, o.id))
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(statuses)) {
		if !used[code] {
			problems = append(problems, fmt.Errorf("tables.go: operations: no request is refused with error code %q; add it where it belongs", code))
		}
	}
	return errors.Join(problems...)
}

// bodies are the types of an operation's bodies.
func (o operation) bodies() []string {
	bodies := []string{o.body}
	for _, a := range o.answers {
		bodies = append(bodies, a.body)
	}
	return bodies
}

// refusals are the error codes of an operation.
func (o operation) refusals() []relayapi.ErrorCode {
	codes := slices.Clone(o.errors)
	codes = append(codes, relayapi.CodeShuttingDown)
	if len(o.roles) > 0 {
		codes = append(append(codes, tokenErrors...), gatewayErrors...)
	}
	if o.body != "" {
		codes = append(codes, bodyErrors...)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func (o operation) describe(statuses map[string]string) object {
	d := object{{"operationId", o.id}, {"summary", o.summary}}
	security := []object{}
	for _, role := range o.roles {
		security = append(security, object{{role, []string{}}})
	}
	d = d.with("security", security)
	if o.key != noKey {
		d = d.with("parameters", []object{{
			{"name", relayapi.HeaderIdempotencyKey},
			{"in", "header"},
			{"required", o.key == requiredKey},
			{"description", "Names one submission of this site. The same key with the same content is the same job."},
			{"schema", object{{"type", "string"}, {"minLength", 1}, {"maxLength", relayapi.MaxIdempotencyKey}, {"pattern", "^[ -~]*$"}}},
		}})
	}
	if o.body != "" {
		d = d.with("requestBody", object{{"required", true}, {"content", content(reference(o.body))}})
	}
	return d.with("responses", o.responses(statuses))
}

func (o operation) responses(statuses map[string]string) object {
	var responses object
	for _, a := range o.answers {
		schema := object{{"type", "object"}}
		if a.body != "" {
			schema = reference(a.body)
		}
		responses = responses.with(strconv.Itoa(a.status), object{{"description", a.description}, {"content", content(schema)}})
	}
	return append(responses, refusals(o.refusals(), statuses)...)
}

// refusals groups error codes by their status.
func refusals(codes []relayapi.ErrorCode, statuses map[string]string) object {
	byStatus := map[string][]relayapi.ErrorCode{}
	for _, code := range codes {
		byStatus[statuses[string(code)]] = append(byStatus[statuses[string(code)]], code)
	}
	var responses object
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		responses = responses.with(status, refusal(status, byStatus[status]))
	}
	return responses
}

func refusal(status string, codes []relayapi.ErrorCode) object {
	names := make([]string, 0, len(codes))
	for _, code := range codes {
		names = append(names, string(code))
	}
	r := object{{"description", "Refused: " + strings.Join(names, ", ") + "."}}
	if headers := headersOf(status); len(headers) > 0 {
		r = r.with("headers", headers)
	}
	one := object{{"properties", object{{"error", object{{"properties", object{{"code", object{{"enum", names}}}}}}}}}}
	return r.with("content", content(object{{"allOf", []object{reference("ErrorReply"), one}}}))
}

// headersOf are the headers that come with refusals of a status.
func headersOf(status string) object {
	header := func(name, description string) object {
		return object{{name, object{{"description", description}, {"schema", object{{"type", "string"}}}}}}
	}
	switch status {
	case strconv.Itoa(http.StatusUnauthorized):
		return header("WWW-Authenticate", `Bearer realm="relay"`)
	case strconv.Itoa(http.StatusMethodNotAllowed):
		return header("Allow", "The methods that the path takes.")
	case strconv.Itoa(http.StatusTooManyRequests):
		return header(relayapi.HeaderRetryAfter, "Whole seconds, at least 1, after which to try again.")
	case strconv.Itoa(http.StatusServiceUnavailable):
		return header(relayapi.HeaderRetryAfter, "With lane_busy: whole seconds, at least 1, after which to try again.")
	}
	return nil
}

func content(schema object) object {
	return object{{"application/json", object{{"schema", schema}}}}
}

func (s *source) components() (object, error) {
	schemas, err := s.schemas()
	if err != nil {
		return nil, err
	}
	statuses, err := s.statuses()
	if err != nil {
		return nil, err
	}
	var responses, security object
	for _, code := range anyPath {
		responses = responses.with(string(code), refusal(statuses[string(code)], []relayapi.ErrorCode{code}))
	}
	for _, role := range []string{"site", "phone", "operator"} {
		security = security.with(role, object{
			{"type", "http"}, {"scheme", "bearer"}, {"description", "A token with the role " + role + "."},
		})
	}
	return object{{"schemas", schemas}, {"responses", responses}, {"securitySchemes", security}}, nil
}
