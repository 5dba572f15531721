// Package queuetest is the suite that every engine of the gateway's queue passes.
//
// An engine's test is a few lines:
//
//	func TestConformance(t *testing.T) {
//		queuetest.Run(t, func(t *testing.T) queuetest.Open { ... })
//	}
//
// [RunPrincipals] is the same for gateway.Principals.
//
// An engine that keeps its jobs in memory runs [RunInMemory], which leaves out the
// cases about a restart.
//
// Each case has a store of its own and runs in parallel with the others. A case that
// fails names the rule that it checks.
package queuetest

import (
	"slices"
	"testing"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Engine makes an empty store for one case and returns how to open it.
type Engine func(t *testing.T) Open

// Open opens the store, and close closes it. After that the suite calls Open again, and
// the queue must have kept everything but which phones are online.
type Open func(t *testing.T) (queue gateway.Queue, close func())

// suite are the cases for every engine, by topic.
var suite = []struct {
	topic string
	cases []testCase
}{
	{"Submit", submitCases},
	{"Presence", presenceCases},
	{"Quota", quotaCases},
	{"Offer", offerCases},
	{"StateReport", stateReportCases},
	{"Cancel", cancelCases},
	{"Expiry", expiryCases},
	{"Unasked", unaskedCases},
	{"Uncertain", uncertainCases},
	{"Failure", failureCases},
	{"Budget", append(budgetLateCases, budgetCases...)},
	{"Drain", drainCases},
	{"SIM", simCases},
	{"Order", orderCases},
	{"Busy", busyCases},
	{"List", listCases},
	{"Version", versionCases},
	{"Sweep", sweepCases},
	{"ClockAhead", aheadCases},
	{"Change", changeCases},
	{"Race", raceCases},
}

type testCase struct {
	name string
	run  func(b *bench)
}

// Run runs the whole suite on an engine.
func Run(t *testing.T, engine Engine) {
	t.Helper()
	runSuite(t, engine)
	runModel(t, engine, true)
	runCases(t, "Restart", slices.Concat(budgetRestartCases, budgetLateRestartCases, restartCases), engine)
}

// RunInMemory runs the suite on an engine that promises nothing beyond the life of its
// process: every case but those about a restart. newQueue returns an empty queue for
// one case, and closes it with the test.
func RunInMemory(t *testing.T, newQueue func(t *testing.T) gateway.Queue) {
	t.Helper()
	engine := func(*testing.T) Open {
		return func(t *testing.T) (gateway.Queue, func()) {
			t.Helper()
			return newQueue(t), func() {}
		}
	}
	runSuite(t, engine)
	runModel(t, engine, false)
}

func runSuite(t *testing.T, engine Engine) {
	t.Helper()
	for _, group := range suite {
		runCases(t, group.topic, group.cases, engine)
	}
}

func runCases(t *testing.T, topic string, cases []testCase, engine Engine) {
	t.Helper()
	t.Run(topic, func(t *testing.T) {
		t.Parallel()
		for _, tt := range cases {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				tt.run(newBench(t, engine))
			})
		}
	})
}
