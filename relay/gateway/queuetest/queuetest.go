// Package queuetest is the suite that every engine of the gateway's queue passes.
//
// An engine's test is a few lines:
//
//	func TestConformance(t *testing.T) {
//		queuetest.Run(t, func(t *testing.T) queuetest.Open { ... })
//	}
//
// Each case gets a store of its own and runs in parallel with the others. A case that
// fails names the rule that it guards.
package queuetest

import (
	"testing"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Engine makes an empty store for one case and returns how to open it.
type Engine func(t *testing.T) Open

// Open opens the store. close gives it up in an orderly way; after that Open is
// called again, and the queue must have kept everything but the presence of phones.
type Open func(t *testing.T) (queue gateway.Queue, close func())

// suite are the cases by topic.
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
	{"Sweep", sweepCases},
	{"Change", changeCases},
	{"Race", raceCases},
	{"Restart", restartCases},
}

type testCase struct {
	name string
	run  func(b *bench)
}

// Run runs the suite on an engine.
func Run(t *testing.T, engine Engine) {
	t.Helper()
	for _, group := range suite {
		t.Run(group.topic, func(t *testing.T) {
			t.Parallel()
			for _, tt := range group.cases {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					tt.run(newBench(t, engine))
				})
			}
		})
	}
}
