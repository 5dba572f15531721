// Package providertest is the conformance suite for implementations of
// [provider.Provider], and the double for the unit tests of programs that use
// one.
//
// # The suite
//
// [Run] checks a provider against everything that package provider promises.
// The provider may live in another module: the suite needs nothing but a
// [Harness], which says how to build the provider and its simulated service.
//
//	func TestConformance(t *testing.T) {
//		t.Parallel()
//		providertest.Run(t, providertest.Harness{
//			Service: func(testing.TB) sim.Service { return acmesim.New(…) },
//			New: func(e providertest.Endpoint) (provider.Provider, error) {
//				return acme.New(acme.Config{
//					APIKey: "conformance-key", Templates: e.Templates,
//					BaseURL: e.BaseURL, Timeout: e.Timeout, HTTPClient: e.HTTPClient, Now: e.Now,
//				})
//			},
//			Message:   provider.Message{To: phone, Template: "login", Params: provider.Params{"code": "042137"}},
//			Templates: provider.Templates{"login": {ID: "1", Params: []string{"code"}}},
//			Secrets:   []string{"conformance-key"},
//		})
//	}
//
// Each case is a parallel subtest with a name that does not change. A failure
// says what happened and which rule the case guards. Wrappers and composers
// are run through the same suite: build them around one adapter in Harness.New.
//
// Cases that a service cannot satisfy go into Harness.Skip with a reason, which
// is printed. Cases without which a provider is not safe to use cannot be
// skipped.
//
// # The double
//
// [Fake] is a provider for unit tests: it sends nothing, records every message,
// and answers as scripted.
//
// The package uses the standard library, package provider and package sim.
package providertest
