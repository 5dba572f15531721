package relaydoor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// description is the document that the door serves, as far as the tests read it.
type description struct {
	OpenAPI    string                          `json:"openapi"`
	Paths      map[string]map[string]operation `json:"-"`
	Components struct {
		Schemas map[string]struct {
			Properties map[string]struct {
				reference
				Items reference `json:"items"`
			} `json:"properties"`
		} `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	Security    []map[string][]string `json:"security"`
	RequestBody *described            `json:"requestBody"`
	Responses   map[string]described  `json:"responses"`
}

type described struct {
	Content map[string]struct {
		Schema reference `json:"schema"`
	} `json:"content"`
}

type reference struct {
	Ref string `json:"$ref"`
}

// name is the schema that is referred to.
func (r reference) name() string { return strings.TrimPrefix(r.Ref, "#/components/schemas/") }

// contract checks requests and responses by the document.
type contract struct {
	description
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

const (
	asServed = "mem:///openapi.json" // the document word for word
	asStrict = "mem:///strict.json"  // with nothing in a body beyond what it names
)

// theContract is read once.
var theContract = sync.OnceValues(func() (*contract, error) {
	c := &contract{compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	c.compiler.AssertFormat()
	if err := json.Unmarshal([]byte(relayapi.OpenAPI()), &c.description); err != nil {
		return nil, err
	}
	if err := c.readPaths(); err != nil {
		return nil, err
	}
	for _, at := range []string{asServed, asStrict} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(relayapi.OpenAPI()))
		if err != nil {
			return nil, err
		}
		if at == asStrict {
			closeAll(document)
		}
		if err := c.compiler.AddResource(at, document); err != nil {
			return nil, err
		}
	}
	return c, nil
})

// readPaths reads the operations, and leaves out what all methods of a path share.
func (c *contract) readPaths() error {
	var raw struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal([]byte(relayapi.OpenAPI()), &raw); err != nil {
		return err
	}
	c.Paths = map[string]map[string]operation{}
	for path, members := range raw.Paths {
		c.Paths[path] = map[string]operation{}
		for method, member := range members {
			if method == "parameters" {
				continue
			}
			var o operation
			if err := json.Unmarshal(member, &o); err != nil {
				return err
			}
			c.Paths[path][strings.ToUpper(method)] = o
		}
	}
	return nil
}

// closeAll refuses members that a schema does not name, except in those that only add to
// another.
func closeAll(value any) {
	switch value := value.(type) {
	case map[string]any:
		if value["type"] == "object" && value["properties"] != nil {
			value["additionalProperties"] = false
		}
		for _, inner := range value {
			closeAll(inner)
		}
	case []any:
		for _, inner := range value {
			closeAll(inner)
		}
	}
}

// check holds a value against the schema at a JSON pointer.
func (c *contract) check(document, pointer string, value []byte) error {
	schema, err := c.schema(document + "#" + pointer)
	if err != nil {
		return err
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		return err
	}
	return schema.Validate(decoded)
}

func (c *contract) schema(at string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.compiled[at] == nil {
		schema, err := c.compiler.Compile(at)
		if err != nil {
			return nil, err
		}
		c.compiled[at] = schema
	}
	return c.compiled[at], nil
}

const jsonContent = "/content/application~1json/schema"

// escape writes a path as part of a JSON pointer in a URL.
func escape(path string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
}

// template is the path of the document that a request's path belongs to.
func (c *contract) template(path string) string {
	if id, ok := strings.CutPrefix(path, relayapi.PathSubmissions+"/"); ok && id != "" && !strings.Contains(id, "/") {
		return relayapi.PathSubmissions + "/{id}"
	}
	return path
}

// where is the JSON pointer to what the document says of a response.
func (c *contract) where(method, path string, status int) (string, error) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	methods, known := c.Paths[c.template(path)]
	called, takes := methods[method]
	const shared = "/components/responses/"
	switch {
	case !takes && status == http.StatusServiceUnavailable:
		return shared + string(relayapi.CodeShuttingDown), nil
	case !known:
		return shared + string(relayapi.CodeNotFound), nil
	case !takes:
		return shared + string(relayapi.CodeMethodNotAllowed), nil
	}
	if _, ok := called.Responses[strconv.Itoa(status)]; !ok {
		return "", fmt.Errorf("%s %s: the document has no response with status %d", method, path, status)
	}
	return fmt.Sprintf("/paths/%s/%s/responses/%d", escape(c.template(path)), strings.ToLower(method), status), nil
}

// holds wants a response to be what the document says. Every call of the tests asks.
func (w *world) holds(method, path string, r reply) {
	w.Helper()
	if r.header.Get("Content-Type") != "application/json" {
		return // the door did not write it
	}
	c, err := theContract()
	require.NoError(w, err)
	at, err := c.where(method, path, r.status)
	require.NoError(w, err, "%s", r.body)
	if err := c.check(asStrict, at+jsonContent, r.body); err != nil {
		require.Fail(w, "a response is not as openapi.json has it", "%s %s → %d %s\n%v", method, path, r.status, r.body, err)
	}
}

func contractOf(t *testing.T) *contract {
	t.Helper()
	c, err := theContract()
	require.NoError(t, err)
	return c
}

// methodsOf lists the methods of a path.
func methodsOf[T any](methods map[string]T) []string {
	var names []string
	for name := range methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
