package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// checkMembers refuses what encoding/json lets pass: a member that stands there twice,
// of which the last one would win, and a member whose name is only nearly right. The
// body is known to be JSON that fits a struct of relayapi.
func checkMembers(body []byte) *refusal {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return checkValue(decoder)
}

func checkValue(decoder *json.Decoder) *refusal {
	token, err := decoder.Token()
	if err != nil {
		return badJSON("the body is not JSON, or it is cut off")
	}
	opening, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	var names []string // there are never more than a handful
	for decoder.More() {
		if opening == '{' {
			name, refused := memberName(decoder)
			if refused != nil {
				return refused
			}
			if slices.Contains(names, name) {
				return invalid(name, "stands there twice")
			}
			names = append(names, name)
		}
		if refused := checkValue(decoder); refused != nil {
			return refused
		}
	}
	_, _ = decoder.Token() // the closing bracket
	return nil
}

// memberName reads the name of a member that encoding/json has found in a struct,
// whatever the case of its letters. All names of relayapi are in lower case.
func memberName(decoder *json.Decoder) (string, *refusal) {
	token, _ := decoder.Token()
	name, _ := token.(string)
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "", refuseWith(http.StatusBadRequest, relayapi.CodeUnknownField, short(name), "there is no such member")
	}
	return name, nil
}
