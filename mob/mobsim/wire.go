package mobsim

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/cnsms/cnsms/sim"
)

// statusDone is the status of success.
const statusDone = "200"

// form holds the fields of a request.
type form struct {
	key, zone, phone, code string
	// customKey and template are custom/msg's, variables its other fields.
	customKey, template string
	variables           map[string]string
	// broken says that a part of the body is no form, where one is.
	broken string
}

// readForm takes the fields from the body, or from the query of a GET. A pair
// that is no form, such as one after "&amp;", is dropped.
func readForm(c *sim.Call) form {
	encoded := string(c.Body)
	if c.Request.Method == http.MethodGet {
		encoded = c.Request.URL.RawQuery
	}
	values, err := url.ParseQuery(encoded)
	f := form{
		key: values.Get("appkey"), zone: values.Get("zone"), phone: values.Get("phone"), code: values.Get("code"),
		customKey: values.Get("appKey"), template: values.Get("templateCode"), variables: map[string]string{},
	}
	if err != nil {
		f.broken = " (a part of the body is no form: " + err.Error() + ")"
	}
	for name := range values {
		if !slices.Contains([]string{"appKey", "templateCode", "zone", "phone"}, name) {
			f.variables[name] = values.Get(name)
		}
	}
	return f
}

// number is the recipient in E.164 form.
func (f form) number() string { return "+" + f.zone + f.phone }

// values are the variables' values, ordered by name.
func (f form) values() []string {
	var values []string
	for _, name := range slices.Sorted(maps.Keys(f.variables)) {
		values = append(values, f.variables[name])
	}
	return values
}

// reply answers as the service does, whatever happened: HTTP 200 and JSON under
// the name of plain text.
func reply(c *sim.Call, status, words string) {
	c.ReplyJSON(http.StatusOK, "text/plain; charset=utf-8", struct {
		Status json.Number `json:"status"`
		Error  string      `json:"error,omitempty"`
	}{json.Number(status), words})
	c.ReplyHeader("Expires", "0")
}
