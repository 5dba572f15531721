package providertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/provider/providertest"
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

// toyHarness runs the suite on toys with that flaw; the zero flaw is none.
func toyHarness(f flaw) providertest.Harness {
	return providertest.Harness{
		Service:   func(testing.TB) sim.Service { return toyService{} },
		New:       func(e providertest.Endpoint) (provider.Provider, error) { return newToy(e, f), nil },
		Message:   toyMessage,
		Templates: provider.Templates{"login": {ID: "t1", Params: []string{provider.ParamCode}}},
		Secrets:   []string{toyKey},
	}
}

// verifyHarness is toyHarness for a toy whose codes are made by the service.
func verifyHarness(f flaw) providertest.Harness {
	h := toyHarness(f)
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &verifyingToy{newToy(e, f)}, nil
	}
	h.Message.Params = nil
	h.Templates = provider.Templates{"login": {ID: codeOfService}}
	h.Skip = map[string]string{"missing-parameter": "the service makes the code, so that there is no parameter"}
	return h
}

// batchHarness is toyHarness for a toy that sends batches.
func batchHarness(f flaw) providertest.Harness {
	h := toyHarness(f)
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &batchToy{newToy(e, f)}, nil
	}
	return h
}

func TestToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, toyHarness(flaw{}))
}

func TestVerifyingToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, verifyHarness(flaw{}))
}

func TestBatchToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, batchHarness(flaw{}))
}

// A toy that names its values passes in whatever order they are.
func TestNamedToy(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{named: func(names, values []string) {
		slices.Reverse(names)
		slices.Reverse(values)
	}})
	h.Message.Params = provider.Params{provider.ParamCode: "042137", "minutes": "10"}
	h.Templates = provider.Templates{"login": {ID: "t1", Params: []string{"minutes", provider.ParamCode}}}
	providertest.Run(t, h)
}

// A wrapper and a composer around the toy pass like the toy itself.
func TestComposedToy(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &inTurn{members: []provider.Provider{&passOn{newToy(e, flaw{})}, newToy(e, flaw{})}}, nil
	}
	h.Members = 2
	providertest.Run(t, h)
}
