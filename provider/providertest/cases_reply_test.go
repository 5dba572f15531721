package providertest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

func brokenReplies() []each {
	success := func(id string) flaw {
		return flaw{judge: func([]byte, int) (string, bool) { return id, true }}
	}
	unsure := onFailure(func(e *provider.Error) { e.MayHaveSent = false })
	return []each{
		{name: "one kind for all", caught: "refusals", says: "want kind \"balance\"", flaw: onFailure(func(e *provider.Error) { e.Kind = 0 })},
		{name: "loses the scope", caught: "refusals", says: "scope \"phone\"", flaw: onFailure(func(e *provider.Error) { e.Scope = 0 })},
		{name: "loses the code", caught: "refusals", says: "code \"NO_MONEY\"", flaw: onFailure(func(e *provider.Error) { e.Code = "" })},
		{name: "refusal that may have sent", caught: "refusals", says: "MayHaveSent is true", flaw: onFailure(func(e *provider.Error) { e.MayHaveSent = true })},
		{name: "repeats after a refusal", caught: "refusals", says: "got 2 requests", flaw: flaw{send: twiceOnFailure}},
		{name: "ignores the reply", caught: "refusals", says: "success", flaw: success("toy-1")},
		{
			name: "knows failures only", caught: "unlisted-code", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				return "toy-1", json.Valid(body) && !bytes.Contains(body, []byte("NO_MONEY"))
			}},
		},
		{
			name: "ok is not OK", caught: "unlisted-code", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				var reply toyReply
				return "toy-1", json.Unmarshal(body, &reply) == nil && strings.EqualFold(reply.Result, "ok")
			}},
		},
		{
			name: "nothing is success", caught: "malformed-reply", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) { return "toy-1", len(body) == 0 }},
		},
		{
			name: "panics", caught: "malformed-reply", says: "Send panicked",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				var reply *toyReply
				_ = json.Unmarshal(body, &reply)
				return "", reply.Result == "never"
			}},
		},
		{name: "sure of what it cannot know", caught: "malformed-reply", says: "MayHaveSent is false", flaw: unsure},
		{
			name: "takes any type", caught: "wrong-types", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				var reply map[string]any
				_ = json.Unmarshal(body, &reply)
				_, found := reply["result"]
				return "toy-1", found
			}},
		},
		{
			name: "looks at the beginning", caught: "truncated-reply", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				return "toy-1", bytes.HasPrefix(body, []byte(`{"result":"OK"`))
			}},
		},
		{
			name: "does not look at the status", caught: "error-status", says: "success",
			flaw: flaw{judge: func(body []byte, _ int) (string, bool) {
				return "toy-1", bytes.Contains(body, []byte(`"OK"`))
			}},
		},
		{
			name: "cuts the reply off", caught: "oversized-reply", says: "success",
			flaw: flaw{read: func(body io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(body, toyLimit)) }},
		},
		{name: "reads without end", caught: "oversized-reply", says: "bytes of a reply that does not end", flaw: flaw{read: func(body io.Reader) ([]byte, error) {
			n, _ := io.Copy(io.Discard, body)
			return nil, fmt.Errorf("a reply of %d bytes is too long", n)
		}}},
		{
			name: "fails over nothing", caught: "content-type", says: "matches \"unavailable\"",
			flaw: flaw{
				judge:   func([]byte, int) (string, bool) { return "", false },
				failure: func(e *provider.Error) { e.Kind = provider.KindConfig },
				read:    func(io.Reader) ([]byte, error) { return nil, nil },
			},
		},
	}
}

// brokenReadings believe what a reply does not say.
func brokenReadings() []each {
	firstValueOnly := func(body []byte, status int) (string, bool) {
		var reply toyReply
		err := json.NewDecoder(bytes.NewReader(body)).Decode(&reply)
		return reply.ID, err == nil && reply.Result == "OK" && reply.ID != "" && status == http.StatusOK
	}
	return []each{
		{
			name: "created is success", caught: "success-status", says: "Send reported success",
			flaw: flaw{judge: func(_ []byte, status int) (string, bool) { return "toy-1", status == http.StatusCreated }},
		},
		{name: "garbage behind the object", caught: "trailing-garbage", says: "Send reported success", flaw: flaw{judge: firstValueOnly}},
		{name: "waits for the end of a switch", caught: "unexpected-status", says: notReturned, flaw: flaw{readsAnything: true}},
	}
}
