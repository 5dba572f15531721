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
// that fits a struct of relayapi.
func checkFields(body []byte) *refusal {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return checkValue(decoder)
}

func checkValue(decoder *json.Decoder) *refusal {
	token, err := decoder.Token()
	if err != nil {
		return badJSON("the body is not complete JSON")
	}
	opening, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	var names []string // a body has few fields
	for decoder.More() {
		if opening == '{' {
			name, refused := fieldName(decoder)
			if refused != nil {
				return refused
			}
			if slices.Contains(names, name) {
				return invalid(name, "the body has this field twice")
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

// fieldName reads the name of a field that encoding/json has found in a struct, in any
// case. All names of relayapi are in lower case.
func fieldName(decoder *json.Decoder) (string, *refusal) {
	token, _ := decoder.Token()
	name, _ := token.(string)
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "", refuseWith(http.StatusBadRequest, relayapi.CodeUnknownField, short(name), "this field does not exist")
	}
	return name, nil
}
