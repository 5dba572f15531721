package mob

import (
	"context"
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

const (
	sendPath   = "/sms/sendmsg"
	checkPath  = "/sms/checkcode"
	verifyPath = "/sms/verify"
	customPath = "/custom/msg"
)

// longestValue is how many characters a value of custom/msg may have.
const longestValue = 10

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}}

// account is one application at Mob: what a Provider and an SDKVerifier share.
type account struct {
	client *adapter.Client
	config func() Config // fmt does not look into functions
}

// post makes a call and judges the reply.
func (a account) post(ctx context.Context, call *adapter.Call, path string, form adapter.Form) error {
	var answer reply
	if err := call.JSON(ctx, adapter.Request{Path: path, Header: formHeader, Form: form}, &answer); err != nil {
		return err
	}
	if answer.Status == "" {
		return call.Unusable("status: missing")
	}
	return call.Judge(string(answer.Status), string(answer.Error))
}

// reply is the answer to every call. Error comes with few statuses.
type reply struct {
	Status json.Number   `json:"status"`
	Error  adapter.Aside `json:"error"`
}

// form has the fields that every call wants. The name of the first is spelled in two
// ways; a template without an ID is not sent.
func (a account) form(keyName, templateID string, to provider.Phone) adapter.Form {
	var form adapter.Form
	form.Add(keyName, string(a.config().AppKey))
	form.AddIfSet("templateCode", templateID)
	form.Add("zone", to.CountryCode())
	form.Add("phone", to.National())
	return form
}

// customForm puts the values into fields that are called like the variables.
func (a account) customForm(call *adapter.Call, template provider.Template, to provider.Phone) (adapter.Form, error) {
	vars, err := call.Vars(template)
	if err != nil {
		return nil, err
	}
	for _, field := range vars {
		switch length := utf8.RuneCountInString(field.Value); {
		case length == 0:
			return nil, call.Fail(provider.KindTemplate, "Params[%q]: must not be empty", field.Name)
		case length > longestValue:
			return nil, call.Fail(provider.KindTemplate, "Params[%q]: longer than %d characters", field.Name, longestValue)
		}
	}
	return append(a.form("appKey", template.ID, to), vars...), nil
}
