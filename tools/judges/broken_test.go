package judges

import (
	"bytes"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// spoiled is a simulator with one thing broken on purpose.
type spoiled struct {
	sim.Service
	*sim.Account // the server looks for it
	broken
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

// broken is what is broken in a judge's simulators, and the fault that it has to find:
// none where nothing but the wrapping differs from a good one.
type broken struct {
	name  string
	judge Judge
	fault string
	// One of these is set: replies or requests are changed, or the services are others.
	reply    func(sim.Reply) sim.Reply
	request  func(r *http.Request)
	services func() []sim.Service
}

// wrap breaks services.
func (b broken) wrap(services []sim.Service) []sim.Service {
	var list []sim.Service
	for _, service := range services {
		s := spoiled{Service: service, broken: b}
		switch own := service.(type) {
		case *aliyunsim.Service:
			s.Account = own.Account
		case *aliyunsim.Verification:
			s.Account = own.Account
		case *bmobsim.Service:
			s.Account = own.Account
		case *tencentsim.Service:
			s.Account = own.Account
		}
		list = append(list, s)
	}
	return list
}

// TestBrokenSimulator breaks one thing at a time. A judge that cannot refuse is none.
func TestBrokenSimulator(t *testing.T) {
	t.Parallel()
	for _, b := range slices.Concat(nothingBroken(), brokenAliyun(), brokenBmob(), brokenTencent()) {
		for _, hearing := range b.judge.Hearings {
			t.Run(b.judge.name()+" "+hearing.Name+": "+b.name, func(t *testing.T) {
				t.Parallel()
				needNode(t, b.judge)
				services := hearing.Simulator
				if b.services != nil {
					services = b.services
				}
				err := hearing.Try(t.Context(), sim.Start(t, b.wrap(services())...))
				if b.fault == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, b.fault)
				}
			})
		}
	}
}

// nothingBroken shows that it is not the wrapping which is refused.
func nothingBroken() []broken {
	var list []broken
	for _, judge := range []Judge{aliyunGoV1, bmobNode, tencentNode} {
		list = append(list, broken{name: "nothing is broken", judge: judge})
	}
	return list
}

func brokenAliyun() []broken {
	camelCase := func(r sim.Reply) sim.Reply {
		r.Body = regexp.MustCompile(`"[A-Z]\w*":`).ReplaceAllFunc(r.Body, func(key []byte) []byte {
			return slices.Concat([]byte(`"`), bytes.ToLower(key[1:2]), key[2:])
		})
		return r
	}
	always200 := func(r sim.Reply) sim.Reply {
		r.Status = http.StatusOK
		return r
	}
	unknown200 := func() []sim.Service {
		cfg := aliyunAccount()
		cfg.Verification.Unknown200 = true
		return bothProducts(cfg)
	}
	return []broken{
		{name: "replies have keys such as bizId", judge: aliyunGoV1, reply: camelCase, fault: `"OK"`},
		{name: "replies have keys such as bizId", judge: dysmsNode, reply: camelCase, fault: `"OK"`},
		{name: "blank parameters do not count for the signature", judge: aliyunGoV1, request: dropBlank, fault: "SignatureDoesNotMatch"},
		{name: "the host is signed without its port", judge: aliyunGoV3, request: dropPort, fault: "SignatureDoesNotMatch"},
		{name: "the host is signed without its port", judge: dypnsNode, request: dropPort, fault: "SignatureDoesNotMatch"},
		{name: "the gateway refuses with HTTP 200", judge: dysmsNode, reply: always200, fault: "did not throw"},
		{name: "a wrong code is answered as in the documents", judge: dypnsNode, services: unknown200, fault: "did not throw"},
	}
}

// dropBlank takes parameters without a value out of the query.
func dropBlank(r *http.Request) {
	query := r.URL.Query()
	for name := range query {
		if query.Get(name) == "" {
			query.Del(name)
		}
	}
	r.URL.RawQuery = query.Encode()
}

// dropPort takes the port off the host.
func dropPort(r *http.Request) {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		r.Host = host
	}
}

func brokenBmob() []broken {
	otherPath := func(r *http.Request) { r.URL = &url.URL{Path: "/1" + r.URL.Path} }
	return []broken{
		{name: "a refusal has no error beside its code", judge: bmobNode, reply: insteadOf(`"error":`, `"message":`), fault: "did not throw"},
		{name: "a right code is answered OK", judge: bmobNode, reply: insteadOf(`"msg":"ok"`, `"msg":"OK"`), fault: `: "OK"`},
		{name: "another path is signed than the one that came", judge: bmobNode, request: otherPath, fault: "X-Bmob-Safe-Sign: "},
	}
}

func brokenTencent() []broken {
	refusesWith400 := func(r sim.Reply) sim.Reply {
		if bytes.Contains(r.Body, []byte(`"Error"`)) {
			r.Status = http.StatusBadRequest
		}
		return r
	}
	byItsName := func() []sim.Service { return []sim.Service{tencentsim.New(tencentAccount(false))} }
	return []broken{
		{name: "the service has to be called by its name", judge: tencentNode, services: byItsName, fault: "Config.ServiceFromHost of the simulator accepts them"},
		{name: "success is spelled OK", judge: tencentNode, reply: insteadOf(`"Code":"Ok"`, `"Code":"OK"`), fault: `Code:"OK"`},
		{name: "success is spelled OK", judge: tencentGo, reply: insteadOf(`"Code":"Ok"`, `"Code":"OK"`), fault: `Code:"OK"`},
		{name: "there is no Response around the reply", judge: tencentNode, reply: insteadOf(`{"Response":`, `{"Reply":`), fault: "Cannot read properties of undefined"},
		{name: "the fee is a text", judge: tencentGo, reply: insteadOf(`"Fee":1`, `"Fee":"1"`), fault: "ClientError.ParseJsonError"},
		{name: "a refusal has HTTP 400", judge: tencentNode, reply: refusesWith400, fault: `"status":400`},
	}
}

// insteadOf writes one thing in the place of another in every reply.
func insteadOf(old, replacement string) func(sim.Reply) sim.Reply {
	return func(r sim.Reply) sim.Reply {
		r.Body = bytes.ReplaceAll(r.Body, []byte(old), []byte(replacement))
		return r
	}
}
