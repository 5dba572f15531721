package bmobsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/sim"
)

// request is the body of a POST. Its members are read one after the other, and the
// first refusal counts.
type request struct {
	members map[string]json.RawMessage
	refusal sim.Outcome
}

// check keeps a refusal, unless there is an earlier one.
func (r *request) check(o sim.Outcome) {
	if !r.refusal.Refused() {
		r.refusal = o
	}
}

// read reads the body of a POST.
func (r *request) read(c *sim.Call) {
	if c.Request.Method == http.MethodGet {
		return
	}
	media, params, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type"))
	if err != nil || media != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		r.check(filled(sim.Refuse("107", "Content-Type: want application/json"), "Content-Type"))
	}
	if err := json.Unmarshal(c.Body, &r.members); err != nil || r.members == nil {
		r.check(filled(sim.Refuse("107", "body: want a JSON object"), "want an object"))
	}
}

// text reads a member that is a string.
func (r *request) text(name string, required bool) (value string) {
	raw, present := r.members[name]
	switch {
	case present && !isNull(raw):
		r.decode(name, raw, "string", &value)
	case required:
		r.check(filled(sim.Refuse("118", "%s: missing", name), name))
	}
	return value
}

// number reads an optional member that is a number within limits.
func (r *request) number(name string, normal, least, most int) int {
	value := normal
	if raw, present := r.members[name]; present {
		r.decode(name, raw, "number", &value)
	}
	if value < least || value > most {
		o := sim.Refuse("301", "%s: want %d to %d", name, least, most)
		o.Words = name + " is out of range."
		r.check(o)
	}
	return value
}

// decode reads a member into v, and refuses one of another type.
func (r *request) decode(name string, raw json.RawMessage, want string, v any) {
	err := json.Unmarshal(raw, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		r.check(wrongType(name, want, wrong.Value))
	case isNull(raw):
		r.check(wrongType(name, want, "null"))
	}
}

func wrongType(name, want, got string) sim.Outcome {
	key, _, _ := strings.Cut(name, ".")
	return filled(sim.Refuse("111", "%s: want a JSON %s, got %s", name, want, got), key, want, got)
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// phone reads mobilePhoneNumber.
func (r *request) phone() string {
	value := r.text("mobilePhoneNumber", true)
	if !sim.IsMainland(value) {
		r.check(sim.Refuse("301", "mobilePhoneNumber: want 11 digits beginning with 1, without a country code"))
	}
	return value
}

// variables reads the content of requestSms, an object of strings and numbers, in the order of their names.
func (r *request) variables() sim.Vars {
	var members map[string]json.RawMessage
	raw, present := r.members["content"]
	if !present {
		r.check(filled(sim.Refuse("118", "content: missing"), "content"))
		return sim.Vars{}
	}
	r.decode("content", raw, "object", &members)
	var variables sim.Vars
	for _, name := range slices.Sorted(maps.Keys(members)) {
		variables.Add(name, r.variable("content."+name, members[name]))
	}
	return variables
}

// variable is a string, or a number as it is written.
func (r *request) variable(name string, raw json.RawMessage) (value string) {
	var number json.Number // takes strings that look like one, too
	if !isNull(raw) && json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	r.decode(name, raw, "string", &value)
	return value
}

func e164(phone string) string { return "+86" + phone }

// Answer writes the reply of the call, or the refusal's code and words. The codes
// that are HTTP statuses have no code in the body.
func (s *Service) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	const contentType = "application/json; charset=utf-8"
	picture, isPicture := o.Data.(sim.Reply)
	switch refused := map[string]any{"error": words(o)}; {
	case o.Code == "401":
		return sim.JSON(http.StatusUnauthorized, contentType, refused)
	case o.Code == "500":
		return sim.JSON(http.StatusInternalServerError, contentType, refused)
	case o.Refused():
		refused["code"] = json.Number(o.Code)
		return sim.JSON(http.StatusBadRequest, contentType, refused)
	case isPicture:
		return picture
	}
	return sim.JSON(http.StatusOK, contentType, o.Data)
}

// words are those of the code, without places that nothing has filled: a scripted
// refusal has nothing to fill them with.
func words(o sim.Outcome) string {
	if row, _ := bmob.Codes().Lookup(o.Code); o.Words == row.Words {
		return strings.ReplaceAll(o.Words, "%s", "")
	}
	return o.Words
}
