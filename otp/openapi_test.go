package otp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/otp"
)

// document is openapi.json as far as the tests read it.
type document struct {
	OpenAPI string                          `json:"openapi"`
	Paths   map[string]map[string]operation `json:"paths"`
	Parts   struct {
		Schemas map[string]struct {
			Properties map[string]struct{} `json:"properties"`
			Required   []string            `json:"required"`
			Enum       []string            `json:"enum"`
		} `json:"schemas"`
		Responses map[string]struct{} `json:"responses"`
	} `json:"components"`
}

type operation struct {
	Parameters []struct {
		Name     string
		Required bool
	}
	RequestBody struct {
		Content map[string]struct {
			Schema struct {
				Ref string `json:"$ref"`
			}
		}
	}
	Responses map[string]struct{}
}

// schema is the name of the schema of a body.
func (o operation) schema() string {
	return strings.TrimPrefix(o.RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")
}

// contract holds bodies against openapi.json, in which nothing is open.
type contract struct {
	document
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

var theContract = sync.OnceValues(func() (*contract, error) {
	c := &contract{compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	if err := json.Unmarshal([]byte(otp.OpenAPI), &c.document); err != nil {
		return nil, err
	}
	read, err := jsonschema.UnmarshalJSON(strings.NewReader(otp.OpenAPI))
	if err != nil {
		return nil, err
	}
	shut(read)
	return c, c.compiler.AddResource("mem:///openapi.json", read)
})

// shut has every object that does not say so itself refuse members that it does not name.
func shut(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, said := value["additionalProperties"]; !said && value["type"] == "object" && value["properties"] != nil {
			value["additionalProperties"] = false
		}
		for _, inner := range value {
			shut(inner)
		}
	case []any:
		for _, inner := range value {
			shut(inner)
		}
	}
}

// holds holds a body against the schema at a JSON pointer.
func (c *contract) holds(pointer, body string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.compiled[pointer] == nil {
		schema, err := c.compiler.Compile("mem:///openapi.json#" + pointer)
		if err != nil {
			return err
		}
		c.compiled[pointer] = schema
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return err
	}
	return c.compiled[pointer].Validate(value)
}

// answers holds an answer against what the document says of the request.
func (c *contract) answers(method, path string, status int, body string) error {
	const content = "/content/application~1json/schema"
	path = strings.TrimPrefix(path, "/codes")
	called, takes := c.Paths[path][strings.ToLower(strings.Replace(method, "HEAD", "GET", 1))]
	code := strconv.Itoa(status)
	shared := "/components/responses/" + code + content
	switch _, described := called.Responses[code]; {
	case c.Paths[path] == nil && status == http.StatusNotFound, c.Paths[path] != nil && !takes && status == http.StatusMethodNotAllowed:
		return c.holds(shared, body)
	case !described:
		return fmt.Errorf("%s %s is not described with status %d", method, path, status)
	case status >= http.StatusBadRequest:
		return c.holds(shared, body)
	}
	at := "/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + strings.ToLower(method) + "/responses/" + code + content
	return c.holds(at, body)
}

// asDescribed holds an answer of the handler's against the document.
func (s *site) asDescribed(answer *http.Response, body []byte) {
	s.t.Helper()
	if answer.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		return // OnVerified has written it
	}
	c, err := theContract()
	require.NoError(s.t, err)
	request := answer.Request
	err = c.answers(request.Method, request.URL.Path, answer.StatusCode, string(body))
	require.NoError(s.t, err, "%s %s: %d %s", request.Method, request.URL.Path, answer.StatusCode, body)
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	got := newSite(t).browser().do(http.MethodGet, "openapi.json", "")
	require.Equal(t, http.StatusOK, got.status)
	require.JSONEq(t, otp.OpenAPI, got.text)
	require.Equal(t, "3.1.0", got.body["openapi"])
}

// TestOpenAPINamesWhatThereIs compares paths, members and closed lists with the code.
func TestOpenAPINamesWhatThereIs(t *testing.T) {
	t.Parallel()
	c, err := theContract()
	require.NoError(t, err)
	described := map[string]string{}
	for path, methods := range c.Paths {
		for method, o := range methods {
			var required, all []string
			for _, p := range o.Parameters {
				all = append(all, p.Name)
				if p.Required {
					required = append(required, p.Name)
				}
			}
			if schema, has := c.Parts.Schemas[o.schema()]; has {
				required, all = schema.Required, slices.Collect(maps.Keys(schema.Properties))
			}
			slices.Sort(required)
			slices.Sort(all)
			described[path] = fmt.Sprint(strings.ToUpper(method), required, all)
		}
	}
	require.Equal(t, otp.Endpoints(), described)
	require.ElementsMatch(t, constants(t, "Code"), c.Parts.Schemas["Code"].Enum)
	var state struct {
		Components struct {
			Schemas struct {
				Verification struct {
					Properties struct{ State struct{ Enum []string } }
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(otp.OpenAPI), &state))
	require.ElementsMatch(t, constants(t, "State"), state.Components.Schemas.Verification.Properties.State.Enum)
	for _, code := range constants(t, "Code") {
		status := (&otp.Error{Code: otp.Code(code)}).HTTPStatus()
		require.NoError(t, c.holds(fmt.Sprintf("/components/responses/%d/content/application~1json/schema", status), `{"code":"`+code+`","message":"m"}`))
	}
}

// TestOpenAPIRefusesWhatTheHandlerRefuses mutates bodies: document and handler agree on each.
func TestOpenAPIRefusesWhatTheHandlerRefuses(t *testing.T) {
	t.Parallel()
	c, err := theContract()
	require.NoError(t, err)
	s := newSite(t)
	b := s.browser()
	for path, good := range map[string]string{
		"start":  `{"purpose":"login","phone":"13800138000","solution":"s","captcha":"c","key":"k","lang":"en"}`,
		"resend": `{"id":"a","purpose":"login","solution":"s","captcha":"c","lang":"en"}`,
		"check":  `{"id":"a","purpose":"login","code":"123456","phone":"13800138000","lang":"en"}`,
		"cancel": `{"id":"a","purpose":"login","lang":"en"}`,
	} {
		schema := "/components/schemas/" + c.Paths["/"+path]["post"].schema()
		require.NoError(t, c.holds(schema, good))
		refused := 0
		for _, body := range mutants(t, good) {
			described, got := c.holds(schema, body), b.post(path, body)
			require.Equal(t, described != nil, got.status == http.StatusBadRequest, "%s %s: %v, but %s", path, body, described, got.text)
			if described != nil {
				refused++
			}
		}
		require.Greater(t, refused, 20, path)
	}
}

// mutants are bodies that differ from a good one in one member.
func mutants(t *testing.T, good string) []string {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(good), &members))
	var bodies []string
	with := func(change func(m map[string]json.RawMessage)) {
		changed := maps.Clone(members)
		change(changed)
		var body bytes.Buffer
		require.NoError(t, json.NewEncoder(&body).Encode(changed))
		bodies = append(bodies, body.String())
	}
	for name := range members {
		with(func(m map[string]json.RawMessage) { delete(m, name) })
		with(func(m map[string]json.RawMessage) { m[strings.ToUpper(name)] = m[name]; delete(m, name) })
		for _, value := range []string{`null`, `1`, `1.5`, `true`, `{}`, `[]`, `["a"]`, `""`} {
			with(func(m map[string]json.RawMessage) { m[name] = json.RawMessage(value) })
		}
	}
	with(func(m map[string]json.RawMessage) { m["binding"] = json.RawMessage(`"b"`) })
	with(func(m map[string]json.RawMessage) { m["key"] = json.RawMessage(`"` + strings.Repeat("k", 1025) + `"`) })
	return append(bodies, `[]`, `null`, `"x"`, good)
}
