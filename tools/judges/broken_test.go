package judges

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// spoiled is a simulator with one thing broken on purpose.
type spoiled struct {
	sim.Service
	*sim.Account // the server looks for it
	reply        func(sim.Reply) sim.Reply
	request      func(r *http.Request)
}

// Judge lets the simulator see a changed request.
func (s spoiled) Judge(c *sim.Call) sim.Outcome {
	if s.request != nil {
		s.request(c.Request)
	}
	return s.Service.Judge(c)
}

// Answer changes what the simulator answers.
func (s spoiled) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	reply := s.Service.Answer(c, o)
	if s.reply != nil {
		reply = s.reply(reply)
	}
	return reply
}

// insteadOf writes one thing in the place of another in every reply.
func insteadOf(old, replacement string) func(sim.Reply) sim.Reply {
	return func(r sim.Reply) sim.Reply {
		r.Body = bytes.ReplaceAll(r.Body, []byte(old), []byte(replacement))
		return r
	}
}

// TestBrokenSimulator breaks one thing at a time. A judge that cannot refuse is none.
func TestBrokenSimulator(t *testing.T) {
	t.Parallel()
	for _, tt := range slicesOf(brokenTencent(), brokenBmob()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			needNode(t, tt.judge)
			for _, hearing := range tt.judge.Hearings {
				err := hearing.Try(t.Context(), sim.Start(t, tt.simulator))
				if tt.fault == "" {
					require.NoError(t, err)
					continue
				}
				require.ErrorContains(t, err, tt.fault)
			}
		})
	}
}

// broken is a simulator and the fault that the judge has to find: none where nothing
// but the wrapping differs from a good one.
type broken struct {
	name      string
	judge     Judge
	simulator sim.Service
	fault     string
}

func brokenTencent() []broken {
	spoil := func(reply func(sim.Reply) sim.Reply) sim.Service {
		service := tencentsim.New(tencentAccount())
		return spoiled{Service: service, Account: service.Account, reply: reply}
	}
	knowsNoHost := tencentAccount()
	knowsNoHost.ServiceFromHost = false
	return []broken{
		{"tencent with nothing broken", tencentNode, spoil(nil), ""},
		{"tencent knows the service by its name only", tencentNode, tencentsim.New(knowsNoHost), "Config.ServiceFromHost of the simulator accepts them"},
		{"tencent spells success OK", tencentNode, spoil(insteadOf(`"Code":"Ok"`, `"Code":"OK"`)), `Code:"OK"`},
		{"tencent has the request's id beside the response", tencentNode, spoil(insteadOf(`{"Response":`, `{"Reply":`)), "Cannot read properties of undefined"},
		{"tencent refuses with HTTP 400", tencentNode, spoil(func(r sim.Reply) sim.Reply {
			if bytes.Contains(r.Body, []byte(`"Error"`)) {
				r.Status = http.StatusBadRequest
			}
			return r
		}), `"status":400`},
	}
}

func brokenBmob() []broken {
	spoil := func(reply func(sim.Reply) sim.Reply, request func(r *http.Request)) sim.Service {
		service := bmobsim.New(bmobAccount())
		return spoiled{Service: service, Account: service.Account, reply: reply, request: request}
	}
	return []broken{
		{"bmob with nothing broken", bmobNode, spoil(nil, nil), ""},
		{"bmob has no error beside the code", bmobNode, spoil(insteadOf(`"error":`, `"message":`), nil), "did not throw"},
		{"bmob says OK in capitals", bmobNode, spoil(insteadOf(`"msg":"ok"`, `"msg":"OK"`), nil), `: "OK"`},
		{"bmob signs another path than the one that came", bmobNode, spoil(nil, func(r *http.Request) { r.URL.Path = "/1" + r.URL.Path }), "X-Bmob-Safe-Sign: "},
	}
}

func slicesOf(lists ...[]broken) []broken {
	var all []broken
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
