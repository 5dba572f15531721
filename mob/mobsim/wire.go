package mobsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// statusDone is the status of success.
const statusDone = "200"

// form holds the fields of a request.
type form struct {
	key, zone, phone, code string
	// customKey and template are custom/msg's, variables its other fields.
	customKey, template string
	variables           sim.Vars // ordered by name
	// broken says that a part of the body is no form, where one is.
	broken string
}

// customFields are those of custom/msg. The others are the template's variables.
var customFields = []string{"appKey", "templateCode", "zone", "phone"}

// readForm takes the fields from the query and the body. A pair that is no form,
// such as one after "&amp;", is dropped.
func readForm(c *sim.Call) form {
	values, err := c.Form()
	f := form{
		key: values.Get("appkey"), zone: values.Get("zone"), phone: values.Get("phone"), code: values.Get("code"),
		customKey: values.Get("appKey"), template: values.Get("templateCode"),
	}
	if err != nil {
		part, problem, _ := strings.Cut(err.Error(), ": ")
		f.broken = " (a part of the " + part + " is no form: " + problem + ")"
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(customFields, name) {
			f.variables.Add(name, values.Get(name))
		}
	}
	return f
}

// number is the recipient in E.164 form.
func (f form) number() string { return "+" + f.zone + f.phone }

// text is a code's text as the phone shows it.
func (s *Service) text(c *sim.Call, f form, store store) sim.Text {
	digits := s.newCode(c, f, store)
	shown := fmt.Sprintf("验证码：%s，%.0f分钟内有效。", digits, s.cfg.CodeLife.Minutes())
	return sim.Text{
		Mailbox: s.cfg.AppKey, To: f.number(), Sign: s.cfg.AppName, Code: digits, Text: sim.Signed(s.cfg.AppName, shown),
	}
}

// reply answers as the service does, whatever happened: HTTP 200 and JSON under
// the name of plain text.
func reply(codes facts.Codes, o sim.Outcome) sim.Reply {
	answer := struct {
		Status json.Number `json:"status"`
		Error  string      `json:"error,omitempty"`
	}{statusDone, ""}
	if o.Refused() {
		answer.Status, answer.Error = json.Number(o.Code), said(codes, o)
	}
	r := sim.JSON(http.StatusOK, "text/plain; charset=utf-8", answer)
	r.Header = http.Header{"Expires": {"0"}}
	return r
}

// said are the words that go out with a refusal: those of 471, which were seen on the
// wire, and those that a script has in the place of the table's.
func said(codes facts.Codes, o sim.Outcome) string {
	row, _ := codes.Lookup(o.Code)
	switch {
	case o.Words != row.Words:
		return o.Words
	case o.Code == "471":
		return "Request ip is error."
	}
	return ""
}
