package providertest

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
	"github.com/cnsms/cnsms/sim"
)

func refusalCases() []testCase {
	return []testCase{
		{
			name: "refusals", wire: true, essential: true, run: listedRefusals,
			rule: "every failure in the service's table comes back as its kind and scope, with the service's code verbatim and " +
				"MayHaveSent, wait and words as the table says, after one request",
		},
		{
			name: "unlisted-code", wire: true, essential: true, run: unlistedCodes,
			rule: "a code that is in no table is never success: it is KindUnknown (or what its prefix says), with the code verbatim, " +
				"and MayHaveSent is true: only a code that the service documents says that nothing was sent",
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
			c.playRefusal(c.stage(), refusal)
		})
	}
}

// playRefusal has the service refuse with one row of its table.
func (c *check) playRefusal(s *stage, row facts.Code) {
	c.Helper()
	c.inject(s, sim.Fault{Effect: sim.EffectRefuse, Code: row.Code, Times: sim.Forever})
	situation := "refused with code " + row.Code
	_, err := c.send(c.Context(), c.provider(s), c.message(), situation)
	if !s.said(row.Words) {
		row.Words = "" // few services say something with every code
	}
	c.refused(err, row, situation)
	c.requestsOfFailure(s, situation)
}

// said reports whether the last reply holds those words.
func (s *stage) said(words string) bool {
	exchanges := s.sim.Exchanges()
	return len(exchanges) > 0 && bytes.Contains(exchanges[len(exchanges)-1].Reply, []byte(words))
}

// anyOfFamily stands behind the dot in the place of what a family ends with.
const anyOfFamily = "Providertest"

// refusals are the codes that a send can be refused with: of a run the first and the
// last, of a family one that is listed nowhere else.
func (c *check) refusals() []facts.Code {
	var refusals []facts.Code
	for row := range c.codes().All() {
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
	c.inject(s, sim.Fault{Effect: sim.EffectRefuse, Code: code, Text: text, Unlisted: true, Times: sim.Forever})
}

func unlistedCodes(c *check) {
	for _, code := range c.unlisted() {
		c.sub(code, func(c *check) {
			s := c.stage()
			c.refuse(s, code, "providertest: a code in no table")
			_, err := c.send(c.Context(), c.provider(s), c.message(), "the service answers with a code in no table")
			situation := "the unlisted code " + code
			row, listed := c.codes().Lookup(code)
			c.refused(err, facts.Code{Code: code, Kind: row.Kind, Scope: row.Scope, MayHaveSent: row.MayHaveSent || !listed}, situation)
			c.requestsOfFailure(s, situation)
		})
	}
}

// codes are the codes of a send.
func (c *check) codes() facts.Codes { return c.h.Service(c.TB).Codes() }

// unlisted are codes that are in no row of the table: one that no service has, and
// near misses of the codes for success.
func (c *check) unlisted() []string {
	candidates := []string{"987654"}
	for row := range c.codes().All() {
		if row.OK {
			candidates = append(candidates, nearMisses(row.Code)...)
		}
	}
	slices.Sort(candidates)
	return slices.DeleteFunc(slices.Compact(candidates), func(code string) bool {
		row, listed := c.codes().Lookup(code)
		return listed && !row.IsFamily()
	})
}

// nearMisses are codes that a careless comparison takes for this one. Those of a
// number are numbers, so that they fit where the service writes numbers.
func nearMisses(code string) []string {
	if strings.Trim(code, digits) != "" {
		return []string{strings.ToLower(code), strings.ToUpper(code), code + "x", code[:1]}
	}
	misses := []string{"1" + code}
	switch {
	case code[0] != '0':
		misses = append(misses, code+"0", code[:1])
	case len(code) > 1:
		misses = append(misses, "0", code[1:]) // as text: such a code is no number
	}
	return misses
}

// refused checks that some failure in err tells of the refusal.
func (c *check) refused(err error, want facts.Code, situation string) {
	c.Helper()
	c.failed(err, wanted{sent: &want.MayHaveSent}, situation)
	tells := func(e *provider.Error) bool {
		return e.Kind == want.Kind && e.Scope == want.Scope && e.Code == want.Code && e.MayHaveSent == want.MayHaveSent &&
			strings.Contains(e.Text, want.Words) && asksFor(want, e.RetryAfter)
	}
	if !slices.ContainsFunc(slices.Collect(provider.Failures(err)), tells) {
		c.broken("%s: want kind %q, scope %q, code %q, wait %v, text %q; got%s",
			situation, want.Kind, want.Scope, want.Code, want.Wait, want.Words, listFailures(err))
	}
}

// asksFor reports whether an error's RetryAfter is what the code asks for. The suite does
// not know the provider's clock, by which a midnight is at most a day away.
func asksFor(code facts.Code, retryAfter time.Duration) bool {
	const day = 24 * time.Hour
	if code.UntilMidnight {
		return retryAfter > 0 && retryAfter <= day
	}
	return code.Wait == 0 || retryAfter == code.Wait
}
