package relaydoor_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/relayapi"
)

func TestTheDescriptionIsServedWithoutAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.call("", http.MethodGet, relayapi.PathOpenAPI, nil)
	require.Equal(t, http.StatusOK, r.status)
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	require.Equal(t, relayapi.OpenAPI(), string(r.body))
	require.Equal(t, "3.1.0", contractOf(t).OpenAPI)
}

// TestEveryPathAndMethodIsDescribed: the paths, methods and roles of the door are those of
// the document.
func TestEveryPathAndMethodIsDescribed(t *testing.T) {
	t.Parallel()
	c, routes := contractOf(t), newWorld(t).door.(*relaydoor.Door).Routes()
	require.Equal(t, methodsOf(c.Paths), methodsOf(routes), "the paths of openapi.json, and those of the door")
	for path, methods := range routes {
		require.Equal(t, methodsOf(c.Paths[path]), methodsOf(methods), path)
		for method, roles := range methods {
			require.Equal(t, roleNames(roles), c.Paths[path][method].roles(), "%s %s: whose token", method, path)
		}
	}
}

func roleNames(roles []gateway.Role) []string {
	var names []string
	for _, role := range roles {
		names = append(names, role.String())
	}
	slices.Sort(names)
	return names
}

func (o operation) roles() []string {
	var names []string
	for _, one := range o.Security {
		names = append(names, methodsOf(one)...)
	}
	slices.Sort(names)
	return names
}

// TestRequestsAreRefusedAsDescribed changes one member of a good body at a time to each of a
// list of values: the schema and the gateway agree about each, in both directions.
func TestRequestsAreRefusedAsDescribed(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"Submit":      `{"to":"13800138000","text":"x","ref":"r","lane":"text","ttl_seconds":60,"wait_ms":0}`,
		"Pull":        `{"max":1,"wait_ms":0,"interval_ms":1000,"lanes":["text"],"unasked":false,"device":{"model":"m","app":"a","battery_percent":1,"charging":true,"may_send":true,"unrestricted":true,"failed_last_hour":0,"sims":[{"slot":1,"carrier":"c","ready":true}]}}`,
		"StateReport": `{"id":"a","lease":"b","state":"failed","at":"2026-11-21T03:30:00.000Z","error":{"class":"limit","text":"t","may_have_sent":true}}`,
		"Register":    `{"code":"` + unusedCode + `","name":"n"}`,
	}
	c := contractOf(t)
	for path, methods := range c.Paths {
		for method, called := range methods {
			if called.RequestBody == nil {
				continue
			}
			name := called.RequestBody.Content["application/json"].Schema.name()
			inBubble(t, name, func(t *testing.T) { //nolint:thelper // a subtest
				require.Contains(t, good, name, "%s %s: add a good body", method, path)
				var body map[string]any
				require.NoError(t, json.Unmarshal([]byte(good[name]), &body))
				wantAllMembers(t, c, name, body)
				agree(t, c, method, path, body)
			})
		}
	}
}

// agree sends every change of a body.
func agree(t *testing.T, c *contract, method, path string, body map[string]any) {
	t.Helper()
	w, calls, who := newRegistry(t), 0, ""
	w.pulled(oldPhone)
	if roles := c.Paths[path][method].roles(); len(roles) > 0 {
		who = map[string]string{"site": shop, "phone": oldPhone}[roles[0]]
	}
	at := fmt.Sprintf("/paths/%s/%s/requestBody%s", escape(path), strings.ToLower(method), jsonContent)
	walk(body, func() {
		if isBeyondSchemas(body) {
			return
		}
		calls++
		encoded, err := json.Marshal(body)
		require.NoError(t, err)
		if body["code"] == unusedCode {
			encoded = bytes.Replace(encoded, []byte(unusedCode), []byte(w.code(gateway.Invitation{})), 1)
		}
		elapse(10 * time.Second) // so that no limit of requests is reached
		r, invalid := w.call(who, method, path, string(encoded)), c.check(asServed, at, encoded)
		if isMalformed(r) != (invalid != nil) {
			require.Fail(t, "the schema and the gateway disagree", "%s %s %.300s\ngateway: %d %s\nschema: %v", method, path, encoded, r.status, r.body, invalid)
		}
	})
	require.Greater(t, calls, 100)
}

// isMalformed reports whether the gateway refused the form of a body.
func isMalformed(r reply) bool {
	var refused relayapi.ErrorReply
	_ = json.Unmarshal(r.body, &refused)
	return slices.Contains([]relayapi.ErrorCode{relayapi.CodeBadJSON, relayapi.CodeInvalidField, relayapi.CodeUnknownField}, refused.Error.Code)
}

// unusedCode stands for a registration code that nobody has used.
const unusedCode = "unused"

// isBeyondSchemas reports what no schema can say: which strings are numbers of phones, and
// that a device needs a name when its code has none.
func isBeyondSchemas(body map[string]any) bool {
	to, isText := body["to"].(string)
	name, hasName := body["name"]
	return isText && to != "" && to != "13800138000" || body["code"] == unusedCode && (!hasName || name == "")
}

// walk visits each change of a value: one more member, and each member or item, at any
// depth, missing or with another value.
func walk(value any, visit func()) {
	switch value := value.(type) {
	case map[string]any:
		value["surplus"] = 1
		visit()
		delete(value, "surplus")
		for _, name := range methodsOf(value) {
			kept := value[name]
			walk(kept, visit)
			delete(value, name)
			visit()
			for _, other := range candidates() {
				value[name] = other
				visit()
			}
			value[name] = kept
		}
	case []any:
		for i, kept := range value {
			walk(kept, visit)
			for _, other := range candidates() {
				value[i] = other
				visit()
			}
			value[i] = kept
		}
	}
}

// candidates are the values beside and at the limits of version 1. null is not among them:
// the gateway reads it as an absent member, which is no promise.
func candidates() []any {
	values := []any{
		true, false, 0.5, "x", "UPPER", "a b", "text",
		[]any{},
		map[string]any{},
		[]any{"text", "text"},
		[]any{1},
		"2026-11-21T03:30:00Z",
		"taken", "sent", "delivered", "failed", "cancelled", "queued", "limit", "unknown",
	}
	for _, n := range []int{-1, 0, 1, 2, 8, 9, 32, 33, 100, 101, 999, 1000, 3600, 3601, 60_000, 60_001, 600_000, 600_001, 1 << 40} {
		values = append(values, n)
	}
	for _, n := range []int{0, 1, 32, 33, 64, 65, 128, 129, 1000, 1001, 5000} {
		values = append(values, strings.Repeat("x", n), strings.Repeat("短", n))
	}
	for _, n := range []int{8, 9, 16, 17, 40} {
		lanes, sims := make([]any, n), make([]any, n)
		for i := range n {
			lanes[i], sims[i] = fmt.Sprintf("lane-%d", i), map[string]any{"slot": i + 1}
		}
		values = append(values, lanes, sims)
	}
	return values
}

// wantAllMembers wants a body to have every member of its type, so that none is left out.
func wantAllMembers(t *testing.T, c *contract, name string, value any) {
	t.Helper()
	switch value := value.(type) {
	case map[string]any:
		properties := c.Components.Schemas[name].Properties
		require.Equal(t, methodsOf(properties), methodsOf(value), "a good body has every member of %s", name)
		for member, inner := range value {
			property := properties[member]
			wantAllMembers(t, c, cmp.Or(property.name(), property.Items.name()), inner)
		}
	case []any:
		for _, inner := range value {
			wantAllMembers(t, c, name, inner)
		}
	}
}
