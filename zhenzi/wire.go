package zhenzi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

const (
	textPath     = "/sms/send.do"
	templatePath = "/sms/v2/send.do"
	balancePath  = "/account/balance.do"
	lookupPath   = "/smslog/findSmsByMessageId.do"
)

// longestText is in characters; the service refuses more with code 101.
const longestText = 1000

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded;charset=UTF-8"}}

// form holds the fields of a request. Empty ones are not sent.
type form struct {
	appID, appSecret, message, templateID, number, templateParams, messageID string
}

// newForm is a form with the credentials, which every call wants.
func (p *Provider) newForm() form {
	return form{appID: p.cfg.AppID, appSecret: string(p.cfg.AppSecret)}
}

// newSubmit checks a message and gives it an id.
func (p *Provider) newSubmit(m provider.Message) (form, error) {
	if err := m.Validate(); err != nil {
		return form{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return form{}, err
	}
	if !m.To.IsMainland() {
		return form{}, &provider.Error{
			Op: provider.OpSend, Kind: provider.KindUnsupported, Text: "To: Zhenzi takes mainland numbers only",
		}
	}
	f := p.newForm()
	if err := f.setText(template, m.Params); err != nil {
		return form{}, err
	}
	f.number = m.To.National()
	f.messageID, err = p.newMessageID(m.Ref)
	return f, err
}

// setText sets the fields of version 2 for a template with an ID, and those of
// version 1 for a whole text.
func (f *form) setText(template provider.Template, params provider.Params) (err error) {
	if template.ID == "" {
		f.message, err = httpx.WholeText(template, params, longestText)
		return err
	}
	f.templateID = template.ID
	f.templateParams, err = templateParams(template, params)
	return err
}

// templateParams is a JSON array of strings, which travels in one field, or
// nothing for a template that takes no values.
func templateParams(template provider.Template, params provider.Params) (string, error) {
	values, err := template.Values(params)
	if err != nil || len(values) == 0 {
		return "", err
	}
	list, err := json.Marshal(values)
	return string(list), err
}

// newMessageID makes an id that does not repeat, behind the caller's own if there
// is one.
func (p *Provider) newMessageID(ref string) (string, error) {
	id, err := httpx.NewID(p.cfg.Rand)
	if err != nil || ref == "" {
		return id, err
	}
	return ref + "-" + id, nil
}

// encode writes the form in the order of the vendor's clients.
func (f form) encode() []byte {
	body := make([]byte, 0, 512)
	for _, field := range [...]struct{ name, value string }{
		{"appId", f.appID},
		{"appSecret", f.appSecret},
		{"message", f.message},
		{"templateId", f.templateID},
		{"number", f.number},
		{"templateParams", f.templateParams},
		{"messageId", f.messageID},
	} {
		if field.value != "" {
			body = httpx.AppendFormField(body, field.name, field.value)
		}
	}
	return body
}

// exchange posts a form and reads the reply.
func (p *Provider) exchange(ctx context.Context, op string, address *url.URL, form []byte) (reply, error) {
	answer, err := p.client.Do(ctx, httpx.Request{Op: op, Method: http.MethodPost, URL: address, Header: formHeader, Body: form})
	if err != nil {
		return reply{}, err
	}
	if answer.Status != http.StatusOK {
		return reply{}, p.client.BadReply(op, answer, "HTTP status")
	}
	decoded, err := decode(answer.Body)
	if err != nil {
		return reply{}, p.client.BadReply(op, answer, err.Error())
	}
	return decoded, nil
}

// refusal turns a code into an error. The service's words, and a code that is in
// no table, may repeat anything that was sent, hence the redaction.
func (p *Provider) refusal(op string, r reply, m provider.Message) error {
	redact := func(text string) string { return m.Redact(text, string(p.cfg.AppSecret)) }
	meaning, code := meaningOf(string(r.Code)), string(r.Code)
	if meaning.kind == provider.KindUnknown {
		code = redact(code)
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: op, Kind: meaning.kind, Scope: meaning.scope,
		Code: code, Text: redact(r.text()), HTTPStatus: http.StatusOK,
	}
}

// reply is the answer to every call. What Data is depends on the call: words, a
// number, or a message.
type reply struct {
	Code json.Number     `json:"code"`
	Data json.RawMessage `json:"data"`
}

func decode(body []byte) (reply, error) {
	var r reply
	if err := httpx.DecodeJSON(body, &r); err != nil {
		return reply{}, err
	}
	if r.Code == "" {
		return reply{}, errors.New("code: missing")
	}
	return r, nil
}

// text is Data where it is words, and empty otherwise.
func (r reply) text() string {
	var text string
	if err := json.Unmarshal(r.Data, &text); err != nil {
		return ""
	}
	return text
}

// count is Data as the answer to a balance query: a number, which may stand in
// quotes.
func (r reply) count() (int64, error) {
	var text httpx.Scalar
	if len(r.Data) > 0 && json.Unmarshal(r.Data, &text) == nil {
		if count, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return count, nil
		}
	}
	return 0, errors.New("data: not a number of messages")
}

// hasMessage reports whether Data, as the answer to a lookup, tells of a
// message: an object, or a string that holds one, whose member message is its
// text. No other member is documented. How the service answers for a message
// that it does not know is not documented either; nothing, an empty object and
// words all count as that.
func (r reply) hasMessage() (bool, error) {
	data := strings.TrimSpace(string(r.Data))
	if strings.HasPrefix(data, `"`) {
		data = strings.TrimSpace(r.text())
		if !strings.HasPrefix(data, "{") {
			return false, nil
		}
	}
	if data == "" || data == "null" {
		return false, nil
	}
	var found struct {
		Message httpx.Scalar `json:"message"`
	}
	if err := httpx.DecodeJSON([]byte(data), &found); err != nil {
		return false, fmt.Errorf("data: %w", err)
	}
	return found.Message != "", nil
}
