package providertest

import (
	"maps"
	"slices"

	"github.com/cnsms/cnsms/provider"
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
	refusals := c.h.Service(c.TB).Refusals()
	if len(refusals) == 0 {
		c.Skip("Service.Refusals is empty: the service never refuses")
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

func unlistedCodes(c *check) {
	for _, code := range slices.Sorted(maps.Keys(c.h.Unlisted)) {
		c.sub(code, func(c *check) {
			s := c.stage()
			c.reply(s, c.h.RefusalReply(code, "providertest: a code in no table"))
			_, err := c.send(c.Context(), c.provider(s), c.message(), "the service answers with a code in no table")
			situation := "the unlisted code " + code
			c.refused(err, sim.Refusal{Code: code, Kind: c.h.Unlisted[code]}, situation)
			c.requestsOfFailure(s, situation)
		})
	}
}

// refused checks that some failure in err tells of the refusal.
func (c *check) refused(err error, want sim.Refusal, situation string) {
	c.Helper()
	c.failed(err, wanted{sent: &want.MayHaveSent}, situation)
	tells := func(e *provider.Error) bool {
		return e.Kind == want.Kind && e.Scope == want.Scope && e.Code == want.Code && e.MayHaveSent == want.MayHaveSent
	}
	if !slices.ContainsFunc(slices.Collect(provider.Failures(err)), tells) {
		c.broken("%s: want kind %q, scope %q, code %q; got%s", situation, want.Kind, want.Scope, want.Code, listFailures(err))
	}
}
