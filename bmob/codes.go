package bmob

import (
	"cmp"
	_ "embed"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

//go:embed codes.txt
var codesFile string

// codes is parsed once.
var codes = facts.MustParseCodes(codesFile)

// Codes returns the service's table of codes.
func Codes() facts.Codes { return codes }

// refusal turns a refused call into an error. Without a code the HTTP status stands
// for one: that is all the service says.
func refusal(call *adapter.Call, status int, r reply) error {
	code := string(r.Code)
	if code == "" && !isSuccess(status) {
		code = strconv.Itoa(status)
	}
	words := ""
	if r.Error != nil {
		words = string(*r.Error)
	}
	refused := call.Refuse(code, words)
	switch {
	case status == http.StatusUnauthorized:
		return withMeaning(refused, meaningOf("401"))
	case status >= http.StatusInternalServerError:
		return withMeaning(refused, meaningOf("500"))
	case code == "10016" && strings.Contains(words, "deviceId"):
		return withMeaning(refused, facts.Code{Kind: provider.KindConfig}) // "deviceId is empty", not the quota
	}
	return refused
}

func meaningOf(code string) facts.Code {
	row, _ := codes.Lookup(code)
	return row
}

// withMeaning gives a refusal another meaning than its code has by itself. The code
// stays. Any other failure stays as it is.
func withMeaning(err error, meaning facts.Code) error {
	var refused *provider.Error
	if !errors.As(err, &refused) {
		return err
	}
	other := *refused
	other.Kind, other.Scope, other.Remedy = meaning.Kind, meaning.Scope, meaning.Remedy
	other.RetryAfter = cmp.Or(refused.RetryAfter, meaning.Wait)
	other.MayHaveSent = meaning.MayHaveSent && refused.Op == provider.OpSend
	return &other
}
