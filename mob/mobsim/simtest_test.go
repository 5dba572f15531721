package mobsim_test

import (
	"net/url"
	"testing"

	"github.com/cnsms/cnsms/internal/wiretest"
	"github.com/cnsms/cnsms/mob/mobsim"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/sim/simtest"
)

// strict is an application that has what can be told apart.
func strict() *mobsim.Service {
	return mobsim.New(mobsim.Config{AppKey: appKey, Zones: []string{"86", "1"}, Templates: map[string]string{"1001": "验证码{code}。"}})
}

// sent is the code of the first request, which is the same in every run.
func sent(t *testing.T, path string) string {
	t.Helper()
	s := sim.New(sim.Config{}, strict())
	post(t, s, path, fields())
	return wiretest.LastCode(s)
}

// TestSuite runs the suite for simulators on every call of both services.
func TestSuite(t *testing.T) {
	t.Parallel()
	send := func(name, path string, form url.Values) simtest.Request {
		return simtest.Request{Name: name, Path: path, Form: form, Texts: 1}
	}
	check := func(path, sender string) simtest.Request {
		return simtest.Request{
			Name: path, Path: path, Form: fields("code", sent(t, sender)), Before: []simtest.Request{send("send", sender, fields())},
			Named: map[string]string{"zone": "code"}, // another zone is another number, which was sent none
		}
	}
	abroad := send("abroad", sendmsg, fields("zone", "1", "phone", "2025550123"))
	abroad.Free = []string{"phone"}
	custom := send("custom", customMsg, customFields())
	custom.Free = []string{"zone", "code"} // no region is switched off
	inQuery := send("in the query", sendmsg, nil)
	inQuery.Query = fields()
	below := -1
	for name, h := range map[string]simtest.Harness{
		"codes": {
			New: func() sim.Service { return strict() },
			Requests: []simtest.Request{
				send("sendmsg", sendmsg, fields()), abroad, inQuery, send("SDK", mobsim.SDKPath, fields()),
				check(checkcode, sendmsg), check(verify, mobsim.SDKPath),
			},
			Impossible: map[string]func(){
				"AppKey":  func() { mobsim.New(mobsim.Config{}) },
				"Balance": func() { mobsim.New(mobsim.Config{AppKey: appKey, Balance: &below}) },
				"Zones":   func() { mobsim.New(mobsim.Config{AppKey: appKey, Zones: []string{"+86"}}) },
				"Blocked": func() { mobsim.New(mobsim.Config{AppKey: appKey, Blocked: []string{phone}}) },
			},
		},
		"custom": {New: func() sim.Service { return strict().Custom() }, Requests: []simtest.Request{custom}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h.Wordless, h.Secrets = true, []string{appKey}
			simtest.Run(t, h)
		})
	}
}
