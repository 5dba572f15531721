package mob

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/cnsms/cnsms/internal/codemaker"
	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

const (
	sendPath   = "/sms/sendmsg"
	checkPath  = "/sms/checkcode"
	verifyPath = "/sms/verify"
	customPath = "/custom/msg"
)

// longestValue is how many characters a value of custom/msg may have.
const longestValue = 10

var formHeader = http.Header{
	"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"},
	"Accept":       {"application/json"},
}

// submit is a send: where it goes, and how its outcome is to be read.
type submit struct {
	address  *url.URL
	form     form
	statuses table
	code     provider.CodeOrigin
	id       string
}

// newSubmit checks a message and chooses the call: custom/msg for a template
// with an ID, Mob's own text otherwise.
func (p *Provider) newSubmit(m provider.Message) (submit, error) {
	if err := m.Validate(); err != nil {
		return submit{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return submit{}, err
	}
	s := submit{address: p.sendURL, statuses: smsStatuses, code: provider.CodeByProvider}
	if template.ID == "" {
		err = codemaker.CheckParams("Mob", template, m.Params)
		s.form = p.newForm("appkey", m.To)
	} else {
		s.address, s.statuses, s.code = p.customURL, customStatuses, provider.CodeByCaller
		s.form, err = p.customForm(template, m)
	}
	if err != nil {
		return submit{}, err
	}
	s.id, err = httpx.NewID(p.cfg.Rand)
	return s, err
}

// customForm puts the values into fields that are called like the variables.
func (p *Provider) customForm(template provider.Template, m provider.Message) (form, error) {
	values, err := template.Values(m.Params)
	if err != nil {
		return form{}, err
	}
	f := p.newForm("appKey", m.To)
	f.template = template.ID
	for i, value := range values {
		switch length := utf8.RuneCountInString(value); {
		case length == 0:
			return form{}, templateError("Params[" + strconv.Quote(template.Params[i]) + "]: must not be empty")
		case length > longestValue:
			return form{}, templateError("Params[" + strconv.Quote(template.Params[i]) + "]: longer than 10 characters")
		}
		f.variables = append(f.variables, variable{template.Params[i], value})
	}
	return f, nil
}

func templateError(text string) error {
	return &provider.Error{Op: provider.OpSend, Kind: provider.KindTemplate, Text: text}
}

// form holds the fields of a request. An empty template or code is not sent.
type form struct {
	keyName, key, template, zone, phone, code string
	variables                                 []variable
}

// variable is a field of custom/msg that a template's variable gives its name.
type variable struct{ name, value string }

// newForm has the fields that every call wants. The name of the first is spelled
// in two ways.
func (a account) newForm(keyName string, to provider.Phone) form {
	return form{keyName: keyName, key: string(a.cfg.AppKey), zone: to.CountryCode(), phone: to.National()}
}

// encode writes the form in the order of the vendor's documents.
func (f form) encode() []byte {
	body := make([]byte, 0, 256)
	body = httpx.AppendFormField(body, f.keyName, f.key)
	if f.template != "" {
		body = httpx.AppendFormField(body, "templateCode", f.template)
	}
	body = httpx.AppendFormField(body, "zone", f.zone)
	body = httpx.AppendFormField(body, "phone", f.phone)
	if f.code != "" {
		body = httpx.AppendFormField(body, "code", f.code)
	}
	for _, v := range f.variables {
		body = httpx.AppendFormField(body, v.name, v.value)
	}
	return body
}

// reply is the answer to every call. Error comes with few statuses.
type reply struct {
	Status json.Number  `json:"status"`
	Error  httpx.Scalar `json:"error"`
}

func decode(body []byte) (reply, error) {
	var r reply
	if err := httpx.DecodeJSON(body, &r); err != nil {
		return reply{}, err
	}
	if r.Status == "" {
		return reply{}, errors.New("status: missing")
	}
	return r, nil
}
