package zhenzisim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// form is a request's fields.
type form struct {
	appID, appSecret, message, templateID, number, messageID string
	// params is the array in templateParams; badParams says that there is none.
	params    []string
	badParams bool
}

// readForm reads the body as a form, whatever its content type says.
func readForm(c *sim.Call) (form, error) {
	values, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return form{}, err
	}
	f := form{
		appID: values.Get("appId"), appSecret: values.Get("appSecret"),
		number: values.Get("number"), messageID: values.Get("messageId"),
	}
	if strings.HasSuffix(c.Request.URL.Path, templatePath) {
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
	err := json.Unmarshal([]byte(list), &params)
	return params, err != nil || params == nil
}

// textOf is the text without the signature. A call of version 2 has no whole
// text, and one of version 1 no template.
func (s *Service) textOf(f form) string {
	if f.templateID == "" {
		return f.message
	}
	return fill(s.cfg.Templates[f.templateID], f.params)
}

// message is what the phone would show.
func (s *Service) message(f form) sim.Text {
	return sim.Text{
		Mailbox: s.cfg.AppID, Ref: f.messageID, To: "+86" + f.number, Sign: s.cfg.Sign,
		Template: f.templateID, Params: f.params, Text: "【" + s.cfg.Sign + "】" + s.textOf(f),
	}
}

// place is where a value goes in a template.
var place = regexp.MustCompile(`\{[^{}]*\}`)

// fill puts the values into a template's places; without a template the text is
// the values.
func fill(text string, values []string) string {
	if text == "" {
		return strings.Join(values, " ")
	}
	next := 0
	return place.ReplaceAllStringFunc(text, func(string) string {
		next++
		return values[next-1]
	})
}

// answer is the reply to every call.
type answer struct {
	Code int `json:"code"`
	Data any `json:"data"`
}

// found is a message in the reply to a lookup.
type found struct {
	Message string `json:"message"`
}

// plenty is what an account without an end says that it has left.
const plenty = 1_000_000

func (s *Service) replyBalance(c *sim.Call) {
	left := plenty
	if s.cfg.Balance != nil {
		left = max(s.balance, 0)
	}
	if s.cfg.DataAsText {
		reply(c, 0, strconv.Itoa(left))
		return
	}
	reply(c, 0, left)
}

func (s *Service) replyLookup(c *sim.Call, f form) {
	text, known := s.texts[f.messageID]
	switch {
	case !known:
		reply(c, 0, nil)
	case s.cfg.DataAsText:
		object, _ := json.Marshal(found{text}) // a struct of one string
		reply(c, 0, string(object))
	default:
		reply(c, 0, found{text})
	}
}

func replyRefusal(c *sim.Call, r sim.Refusal) {
	code, _ := strconv.Atoi(r.Code) // codes are those of the table
	reply(c, code, r.Text)
}

func reply(c *sim.Call, code int, data any) {
	c.ReplyJSON(http.StatusOK, "application/json; charset=utf-8", answer{code, data})
}
