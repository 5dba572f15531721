package providertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

// toyKey is the credential of the toy service, toyCode the code that it makes
// when a request brings no template.
const (
	toyKey  = "toy-secret-key"
	toyCode = "135790"
)

// toyRequest is what the toy service takes.
type toyRequest struct {
	Key      string   `json:"key"`
	To       []string `json:"to"`
	Template string   `json:"template,omitempty"`
	Params   []string `json:"params,omitempty"`
	Names    []string `json:"names,omitzero"` // of the params, where the toy knows them
	Code     string   `json:"code,omitempty"` // to check, at /toy/verify
}

// toyReply is what it answers.
type toyReply struct {
	Result  string `json:"result"`
	ID      string `json:"id,omitempty"`
	Message string `json:"message,omitempty"`
}

// toyService simulates a service that does not exist.
type toyService struct{}

func (toyService) Name() string              { return "toy" }
func (toyService) Owns(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/toy/") }

func (toyService) Codes() facts.Codes {
	return facts.MustParseCodes(`
		OK        | ok
		NO_MONEY  | balance | no money left
		TOO_OFTEN | throttled by phone | too often for this phone
		BUSY      | unavailable, may have been sent | try later
	`)
}

func (toyService) Judge(c *sim.Call) sim.Outcome {
	var request toyRequest
	if err := json.Unmarshal(c.Body, &request); err != nil || request.Key != toyKey {
		return sim.Refuse("BAD_KEY", "key: is not the one of the account")
	}
	if c.Request.URL.Path == "/toy/verify" {
		if request.Code != toyCode {
			return sim.Refuse("WRONG_CODE", "code: wrong")
		}
		return sim.Grant("checked")
	}
	m := sim.Text{ID: fmt.Sprintf("toy-%d", c.Seq), Template: request.Template, Params: request.Params, Names: request.Names}
	if m.Template == "" {
		m.Code = toyCode
	}
	o := sim.Grant(m.ID)
	for _, to := range request.To {
		m.To = to
		o.Texts = append(o.Texts, m)
	}
	return o
}

func (toyService) Answer(_ *sim.Call, o sim.Outcome) sim.Reply {
	answer := toyReply{Result: o.Code, Message: o.Words}
	if !o.Refused() {
		answer.Result = "OK"
		answer.ID, _ = o.Data.(string)
	}
	return sim.JSON(http.StatusOK, "application/json", answer)
}

var toyMessage = provider.Message{
	To: provider.MustParsePhone("13800138000"), Template: "login",
	Params: provider.Params{provider.ParamCode: "042137"},
}
