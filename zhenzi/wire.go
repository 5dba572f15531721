package zhenzi

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

const (
	textPath     = "/sms/send.do"
	templatePath = "/sms/v2/send.do"
	balancePath  = "/account/balance.do"
	lookupPath   = "/smslog/findSmsByMessageId.do"
)

// longestText is in characters; the service refuses more with code 101.
const longestText = 1000

// formHeader has no Accept, like most of the vendor's clients.
var formHeader = http.Header{"Accept": nil, "Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}}

// newForm is a form with the credentials, which every call wants.
func (p *Provider) newForm() adapter.Form {
	cfg := p.config()
	return adapter.Form{{Name: "appId", Value: cfg.AppID}, {Name: "appSecret", Value: string(cfg.AppSecret)}}
}

// submission is the request of a send.
type submission struct {
	path, messageID string
	form            adapter.Form
}

// newSubmission checks a message and fills in the form, in the order of the vendor's
// clients: version 2 for a template with an ID, version 1 for a whole text.
func (p *Provider) newSubmission(call *adapter.Call, m provider.Message) (submission, error) {
	template, err := call.Template()
	if err != nil {
		return submission{}, err
	}
	if !m.To.IsMainland() {
		return submission{}, call.Fail(provider.KindUnsupported, "To: Zhenzi takes mainland numbers only")
	}
	path, text, params := textPath, "", ""
	if template.ID == "" {
		text, err = call.Text(template, longestText)
	} else {
		path = templatePath
		params, err = templateParams(call, template)
	}
	if err != nil {
		return submission{}, err
	}
	messageID, err := newMessageID(call, m.Ref)
	if err != nil {
		return submission{}, err
	}
	form := p.newForm()
	form.AddIfSet("message", text)
	form.AddIfSet("templateId", template.ID)
	form.Add("number", m.To.National())
	form.AddIfSet("templateParams", params)
	form.Add("messageId", messageID)
	return submission{path, messageID, form}, nil
}

// templateParams is a JSON array of strings, which travels in one field, or
// nothing for a template that takes no values.
func templateParams(call *adapter.Call, template provider.Template) (string, error) {
	values, err := call.Values(template)
	if err != nil || len(values) == 0 {
		return "", err
	}
	list, err := json.Marshal(values)
	return string(list), err
}

// newMessageID makes an id that does not repeat, behind the caller's own if there
// is one.
func newMessageID(call *adapter.Call, ref string) (string, error) {
	id, err := call.NewID()
	if err != nil || ref == "" {
		return id, err
	}
	return ref + "-" + id, nil
}

// exchange posts a form. Anything but success is an error.
func (p *Provider) exchange(ctx context.Context, call *adapter.Call, path string, form adapter.Form) (reply, error) {
	var answer reply
	if err := call.JSON(ctx, adapter.Request{Path: path, Header: formHeader, Form: form}, &answer); err != nil {
		return reply{}, err
	}
	if answer.Code == "" {
		return reply{}, call.Unusable("code: missing")
	}
	return answer, call.Judge(string(answer.Code), answer.text())
}

// reply is the answer to every call. What Data is depends on the call: words, a
// number, or a message.
type reply struct {
	Code json.Number     `json:"code"`
	Data json.RawMessage `json:"data"`
}

// text is Data where it is words, and empty otherwise.
func (r reply) text() string {
	var text string
	if err := json.Unmarshal(r.Data, &text); err != nil {
		return ""
	}
	return text
}

// count is Data as the answer to a balance query: a whole number, which may stand
// in quotes.
func (r reply) count() (count string, ok bool) {
	var text adapter.Scalar
	if len(r.Data) == 0 || json.Unmarshal(r.Data, &text) != nil {
		return "", false
	}
	return string(text), adapter.IsDigits(strings.TrimPrefix(string(text), "-"))
}
