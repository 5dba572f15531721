package providertest

import (
	"testing"
)

// testCase is one rule of the contract and how it is checked.
type testCase struct {
	name string
	// rule is what is promised. Every failure of the case quotes it.
	rule string
	// wire is set where the case needs a service to talk to.
	wire bool
	// essential is set where a provider that fails is not safe to use.
	essential bool
	run       func(c *check)
}

// Run checks the provider that h builds. Each case is a parallel subtest.
func Run(t *testing.T, h Harness) {
	t.Helper()
	h, err := h.complete()
	if err != nil {
		t.Fatalf("providertest: the harness is not usable:\n%v", err)
	}
	for _, one := range allCases() {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			one.start(t, h)
		})
	}
}

// start runs the case, or skips it and says why.
func (one testCase) start(tb testing.TB, h Harness) {
	tb.Helper()
	if reason, skipped := h.Skip[one.name]; skipped {
		tb.Skip("skipped by the harness: " + reason)
	}
	if one.wire && h.Service == nil {
		tb.Skip("needs a service to talk to: Harness.Service is nil")
	}
	one.run(&check{TB: tb, h: h, rule: one.rule})
}

// allCases lists every case, in the order in which a new adapter gets through
// them.
func allCases() []testCase {
	var all []testCase
	for _, group := range [][]testCase{
		receiptCases(), sentCases(), inputCases(), refusalCases(), replyCases(), lenientCases(), contradictionCases(), contextCases(),
		networkCases(), http2Cases(), secrecyCases(), sharingCases(), abilityCases(),
	} {
		all = append(all, group...)
	}
	return all
}

func findCase(name string) (testCase, bool) {
	for _, one := range allCases() {
		if one.name == name {
			return one, true
		}
	}
	return testCase{}, false
}
