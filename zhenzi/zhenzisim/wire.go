package zhenzisim

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/cnsms/cnsms/sim"
)

// form is a request's fields. A call of version 2 has no message, and one of version 1
// no template.
type form struct {
	appID, appSecret, message, templateID, number, messageID string
	// params is the array in templateParams; badParams says that there is none.
	params    []string
	badParams bool
}

// readForm reads the body as a form. The error is a verdict.
func readForm(c *sim.Call) (form, error) {
	values, err := c.BodyForm()
	if err != nil {
		return form{}, err
	}
	f := form{
		appID: values.Get("appId"), appSecret: values.Get("appSecret"),
		number: values.Get("number"), messageID: values.Get("messageId"),
	}
	if is(c.Request, templatePath) {
		f.templateID = values.Get("templateId")
		f.params, f.badParams = readParams(values.Get("templateParams"))
		return f, nil
	}
	f.message = values.Get("message")
	return f, nil
}

// readParams reads a JSON array of strings. One of the vendor's clients sends an
// empty field for a template without values, the others leave it out.
func readParams(list string) (params []string, bad bool) {
	if list == "" {
		return nil, false
	}
	var values []any
	if json.Unmarshal([]byte(list), &values) != nil || values == nil {
		return nil, true
	}
	params = []string{}
	for _, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, true
		}
		params = append(params, text)
	}
	return params, false
}

// words is the text without the signature.
func (s *Service) words(f form) string {
	if f.templateID == "" {
		return f.message
	}
	return places.Fill(s.cfg.Templates[f.templateID], f.params)
}

// text is what the phone shows.
func (s *Service) text(f form) sim.Text {
	return sim.Text{
		Mailbox: s.cfg.AppID, Ref: f.messageID, To: "+86" + f.number, Sign: s.cfg.Sign,
		Template: f.templateID, Params: f.params, Text: sim.Signed(s.cfg.Sign, s.words(f)),
	}
}

// found is a message in the reply to a lookup.
type found struct {
	Message string `json:"message"`
}

// foundData is null for an unknown messageId.
func (s *Service) foundData(messageID string) any {
	words, known := s.sent[messageID]
	if !known {
		return nil
	}
	return s.data(found{words})
}

// data is v, or a string that holds its JSON.
func (s *Service) data(v any) any {
	if !s.cfg.DataAsText {
		return v
	}
	text, _ := json.Marshal(v) // a number, or a struct of one string
	return string(text)
}

// answer is the reply to every call.
type answer struct {
	Code any `json:"code"`
	Data any `json:"data"`
}

// reply writes the code as a number. One that is none can only come from a script.
func reply(code string, data any) sim.Reply {
	a := answer{Code: code, Data: data}
	if number, err := strconv.Atoi(code); err == nil {
		a.Code = number
	}
	return sim.JSON(http.StatusOK, "application/json; charset=utf-8", a)
}
