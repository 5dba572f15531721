package bmobsim

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// request is the body of a POST.
type request map[string]json.RawMessage

// open checks what every call wants and reads the body of a POST. It has refused
// when ok is false.
func (s *Service) open(c *sim.Call) (body request, ok bool) {
	if !s.authorized(c) {
		refuse(c, "401", "")
		return nil, false
	}
	if c.Request.Method == http.MethodGet {
		return nil, true
	}
	media, params, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if err != nil || media != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		c.Explain("Content-Type: want application/json")
		refuse(c, "107", "")
		return nil, false
	}
	if err := json.Unmarshal(c.Body, &body); err != nil || body == nil {
		c.Explain("body: want a JSON object")
		refuse(c, "107", "")
		return nil, false
	}
	return body, true
}

// openFor is open for the calls that concern a number.
func (s *Service) openFor(c *sim.Call) (body request, phone string, ok bool) {
	body, ok = s.open(c)
	if !ok {
		return nil, "", false
	}
	phone, ok = body.phone(c)
	return body, phone, ok
}

// text reads a member that is a string. It has refused when ok is false.
func (r request) text(c *sim.Call, name string, required bool) (value string, ok bool) {
	raw, present := r[name]
	if !present || isNull(raw) {
		if required {
			c.Explain("%s: missing", name)
			refuse(c, "118", name)
		}
		return "", !required
	}
	if json.Unmarshal(raw, &value) != nil {
		c.Explain("%s: want a string", name)
		refuse(c, "111", name)
		return "", false
	}
	return value, true
}

// number reads an optional member that is a number within limits. It has refused
// when ok is false.
func (r request) number(c *sim.Call, name string, normal, least, most int) (value int, ok bool) {
	raw, present := r[name]
	if !present {
		return normal, true
	}
	switch err := json.Unmarshal(raw, &value); {
	case err != nil || isNull(raw):
		c.Explain("%s: want a number", name)
		refuse(c, "111", name)
		return 0, false
	case value < least || value > most:
		c.Explain("%s: want %d to %d", name, least, most)
		refuseWith(c, "301", name+" is out of range.")
		return 0, false
	}
	return value, true
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// phone reads mobilePhoneNumber. It has refused when ok is false.
func (r request) phone(c *sim.Call) (value string, ok bool) {
	value, ok = r.text(c, "mobilePhoneNumber", true)
	if ok && (len(value) != 11 || value[0] != '1' || strings.Trim(value, "0123456789") != "") {
		c.Explain("mobilePhoneNumber: want 11 digits beginning with 1, without a country code")
		refuse(c, "301", "")
		return "", false
	}
	return value, ok
}

// scripted refuses as the script wants it.
func scripted(c *sim.Call) bool {
	row, ok := c.Refusal()
	if ok {
		c.Explain("scripted refusal")
		refuse(c, row.Code, "")
	}
	return ok
}

const jsonType = "application/json; charset=utf-8"

func done(c *sim.Call, answer any) { c.ReplyJSON(http.StatusOK, jsonType, answer) }

// refuse answers a failure of the table. detail fills the %s of its text.
func refuse(c *sim.Call, code, detail string) {
	row, _ := sim.FindRefusal(refusals, code)
	refuseWith(c, code, strings.ReplaceAll(row.Text, "%s", detail))
}

// refuseWith answers a failure with a text of its own. Those that are HTTP
// statuses have no code in the body.
func refuseWith(c *sim.Call, code, text string) {
	answer := struct {
		Code  json.Number `json:"code,omitempty"`
		Error string      `json:"error"`
	}{json.Number(code), text}
	status := http.StatusBadRequest
	switch code {
	case "401":
		answer.Code, status = "", http.StatusUnauthorized
	case "500":
		answer.Code, status = "", http.StatusInternalServerError
	}
	c.ReplyJSON(status, jsonType, answer)
}
