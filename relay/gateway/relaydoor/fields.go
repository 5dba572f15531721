package relaydoor

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// checkFields refuses what encoding/json accepts: a field that the body has twice, of
// which the last would count, and a name in another case. The body is known to be JSON
// that fits a struct of relayapi, so it only looks for the names.
func checkFields(body []byte) *refusal {
	var open []container
	atName := false
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			open, atName = append(open, container{isObject: body[i] == '{'}), body[i] == '{'
		case '}', ']':
			open, atName = open[:len(open)-1], false
		case ',':
			atName = open[len(open)-1].isObject
		case '"':
			end := endOfString(body, i)
			if atName {
				if refused := open[len(open)-1].add(body[i:end]); refused != nil {
					return refused
				}
				atName = false
			}
			i = end - 1
		}
	}
	return nil
}

// container is an object or an array that has begun.
type container struct {
	isObject bool
	names    []string // a body has few fields
}

// endOfString returns the place after the string that begins at a quotation mark.
func endOfString(body []byte, i int) int {
	for i++; body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// add notes the name of a field that encoding/json has found in a struct, in any case. All
// names of relayapi are in lower case.
func (c *container) add(quoted []byte) *refusal {
	name := string(quoted[1 : len(quoted)-1])
	if bytes.IndexByte(quoted, '\\') >= 0 {
		_ = json.Unmarshal(quoted, &name) // it was decoded before
	}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return refuseWith(http.StatusBadRequest, relayapi.CodeUnknownField, short(name), "this field does not exist")
	}
	if slices.Contains(c.names, name) {
		return invalid(name, "the body has this field twice")
	}
	c.names = append(c.names, name)
	return nil
}
