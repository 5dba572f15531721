package providertest

import (
	"maps"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

func refusalCases() []testCase {
	return []testCase{
		{
			name: "refusals", wire: true, essential: true, run: listedRefusals,
			rule: "every failure in the service's table comes back as its kind and scope, with the service's code verbatim and " +
				"MayHaveSent as the table says, after one request",
		},
		{
			name: "unlisted-code", wire: true, essential: true, run: unlistedCodes,
			rule: "a code that is in no table is never success: it is KindUnknown (or what its prefix says), with the code verbatim",
		},
	}
}

func listedRefusals(c *check) {
	refusals := c.refusals()
	if len(refusals) == 0 {
		c.Skip("Service.Codes has no refusal: the service never refuses")
	}
	for _, refusal := range refusals {
		c.sub(refusal.Code, func(c *check) {
			s := c.stage()
			c.inject(s, sim.Fault{Effect: sim.EffectRefuse, Code: refusal.Code, Times: sim.Forever})
			_, err := c.send(c.Context(), c.provider(s), c.message(), "the service refuses")
			situation := "refused with code " + refusal.Code
			c.refused(err, refusal, situation)
			c.requestsOfFailure(s, situation)
		})
	}
}

// anyOfFamily stands behind the dot in the place of what a family ends with.
const anyOfFamily = "Providertest"

// refusals are the codes that a send can be refused with: of a run the first and the
// last, of a family one that is listed nowhere else.
func (c *check) refusals() []facts.Code {
	var refusals []facts.Code
	for row := range sim.CodesOf(c.h.Service(c.TB)).All() {
		if row.OK {
			continue
		}
		if row.IsFamily() {
			row.Code = strings.TrimSuffix(row.Code, "*") + anyOfFamily
			row.Last = row.Code
		}
		refusals = append(refusals, row)
		if row.Last != row.Code {
			row.Code = row.Last
			refusals = append(refusals, row)
		}
	}
	return refusals
}

// refuse scripts a refusal with any code and text, for every request.
func (c *check) refuse(s *stage, code, text string) {
	c.Helper()
	if c.h.RefusalReply != nil {
		c.reply(s, c.h.RefusalReply(code, text))
		return
	}
	c.inject(s, sim.Fault{Effect: sim.EffectRefuse, Code: code, Text: text, Unlisted: true, Times: sim.Forever})
}

func unlistedCodes(c *check) {
	for _, code := range slices.Sorted(maps.Keys(c.h.Unlisted)) {
		c.sub(code, func(c *check) {
			s := c.stage()
			c.refuse(s, code, "providertest: a code in no table")
			_, err := c.send(c.Context(), c.provider(s), c.message(), "the service answers with a code in no table")
			situation := "the unlisted code " + code
			c.refused(err, facts.Code{Code: code, Kind: c.h.Unlisted[code]}, situation)
			c.requestsOfFailure(s, situation)
		})
	}
}

// refused checks that some failure in err tells of the refusal.
func (c *check) refused(err error, want facts.Code, situation string) {
	c.Helper()
	c.failed(err, wanted{sent: &want.MayHaveSent}, situation)
	tells := func(e *provider.Error) bool {
		return e.Kind == want.Kind && e.Scope == want.Scope && e.Code == want.Code && e.MayHaveSent == want.MayHaveSent
	}
	if !slices.ContainsFunc(slices.Collect(provider.Failures(err)), tells) {
		c.broken("%s: want kind %q, scope %q, code %q; got%s", situation, want.Kind, want.Scope, want.Code, listFailures(err))
	}
}
