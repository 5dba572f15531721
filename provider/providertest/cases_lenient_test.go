package providertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/provider/providertest"
	"github.com/cnsms/cnsms/sim"
)

// Adapters that are too strict with what a service answers, or with what a user types.
func TestR1R2R3R4R6TooStrictAdaptersAreCaught(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenLeniency())
}

// zeroService is the toy service, but its code of success is the number 0.
type zeroService struct{ toyService }

func (zeroService) Codes() facts.Codes {
	return facts.MustParseCodes("0 | ok\n1 | balance | no money left")
}

func (s zeroService) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	reply := s.toyService.Answer(c, o)
	code := "0"
	if o.Refused() {
		code = o.Code
	}
	reply.Body = fmt.Appendf(nil, `{"code":%s,"id":"toy-%d"}`, code, c.Seq)
	return reply
}

func zeroHarness(f flaw) providertest.Harness {
	h := toyHarness(f)
	h.Service = func(testing.TB) sim.Service { return zeroService{} }
	return h
}

// literalZero takes nothing but the text 0 for success.
func literalZero(body []byte, _ int) (string, bool) {
	var reply struct {
		Code json.Number
		ID   string
	}
	err := json.Unmarshal(body, &reply)
	return reply.ID, err == nil && reply.Code == "0"
}

func brokenLeniency() []each {
	return []each{
		{
			name: "sends without a code", caught: "empty-code", says: "success",
			flaw: onRequest(func(_ *toy, m provider.Message) toyRequest {
				return toyRequest{Template: "t1", Params: []string{m.Params[provider.ParamCode]}}
			}),
		},
		{name: "wants every type", caught: "other-types", says: "Send failed", flaw: flaw{strict: true}},
		{name: "knows no mark", caught: "byte-order-mark", says: "Send failed", flaw: flaw{strict: true}},
		{
			name: "wants an id", caught: "no-id", says: "Send failed",
			flaw: flaw{send: func(ctx context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
				r, err := t.deliver(ctx, m)
				if err == nil && r.ID == "" {
					return r, named(failure(provider.KindUnavailable, "accepted, but without an id"))
				}
				return r, err
			}},
		},
		{name: "compares the text of numbers", caught: "spelling-of-numbers", says: "Send failed", harness: zeroHarness, flaw: flaw{judge: literalZero}},
		{name: "does not wait", caught: "retry-after", says: "RetryAfter is 0s", flaw: flaw{impatient: true}},
	}
}
