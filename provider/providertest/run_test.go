package providertest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/provider/providertest"
)

func TestToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, toyHarness(flaw{}))
}

func TestVerifyingToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, verifyHarness(flaw{}))
}

func TestBatchToy(t *testing.T) {
	t.Parallel()
	providertest.Run(t, batchHarness(flaw{}))
}

// A wrapper and a composer around the toy pass like the toy itself.
func TestComposedToy(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.New = func(e providertest.Endpoint) (provider.Provider, error) {
		return &inTurn{members: []provider.Provider{&passOn{newToy(e, flaw{})}, newToy(e, flaw{})}}, nil
	}
	h.Members = 2
	providertest.Run(t, h)
}

func TestSkippedCasesPrintReasons(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.Skip = map[string]string{"surplus-parameter": "the service ignores them"}
	r := record(t, func(r *recorder) { providertest.StartCase(r, h, "surplus-parameter", 0) })
	require.Equal(t, "skipped by the harness: the service ignores them", r.skipped)

	noService := providertest.Harness{
		Message: toyMessage,
		New:     func(providertest.Endpoint) (provider.Provider, error) { return &fake.Provider{}, nil },
	}
	r = record(t, func(r *recorder) { providertest.StartCase(r, noService, "redirect", 0) })
	require.Equal(t, "needs a service to talk to: Harness.Service is nil", r.skipped)
	require.Empty(t, r.text())
}

// A failure against a simulator quotes what the simulator has found wrong.
func TestFailureQuotesTheSimulator(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{request: func(_ *toy, m provider.Message) (toyRequest, error) {
		return toyRequest{Key: "wrong", To: []string{m.To.E164()}}, nil
	}})
	r := record(t, func(r *recorder) { providertest.StartCase(r, h, "receipt", 0) })
	require.Contains(t, r.text(), "a valid message was not accepted: toy: send: unknown: BAD_KEY")
	require.Contains(t, r.text(), "simulator: request 1, POST: key: is not the one of the account")
}

func TestNilProvider(t *testing.T) {
	t.Parallel()
	h := toyHarness(flaw{})
	h.New = func(providertest.Endpoint) (provider.Provider, error) { return nil, nil }
	r := record(t, func(r *recorder) { providertest.StartCase(r, h, "receipt", 0) })
	require.Equal(t, "Harness.New returned nil", r.text())
}

// The names are what people put into Skip and into -run: they do not change.
func TestCaseNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"receipt", "one-request", "receipt-json", "name", "foreign",
		"what-goes-out", "order-of-values",
		"no-recipient", "no-template", "unmapped-template", "missing-parameter", "surplus-parameter", "empty-code",
		"refusals", "unlisted-code",
		"malformed-reply", "wrong-types", "truncated-reply", "error-status", "content-type", "oversized-reply",
		"other-types", "no-id", "spelling-of-numbers", "byte-order-mark", "retry-after",
		"success-status", "trailing-garbage", "unexpected-status",
		"cancelled-before", "expired-before", "cancelled-in-flight", "deadline-in-flight", "cancelled-while-reading",
		"timeout", "timeout-while-reading",
		"dial-failure", "untrusted-certificate", "connection-reset", "reset-on-kept-connection", "redirect", "http-client",
		"http2", "http2-reset",
		"secrecy-receipt", "secrecy-input", "secrecy-refusal", "secrecy-reply", "secrecy-no-http", "secrecy-network", "secrecy-provider",
		"concurrent-sends", "caller-maps", "receipt-maps", "goroutines",
		"abilities-behind-wrapper", "abilities-behind-group", "composer-declares-nothing", "verify", "balance", "status", "batch",
	}, providertest.CaseNames())
}

func allBroken() []each {
	return slices.Concat(
		brokenReceipts(), brokenInput(), brokenReplies(), brokenContext(), brokenNetwork(), brokenSecrecy(), brokenSharing(),
		brokenAbilities(), brokenContents(), brokenReadings(), brokenWords(), brokenOverHTTP2(),
		brokenLeniency(),
	)
}

// Every case of the suite is able to fail.
func TestEveryCaseCatchesSomething(t *testing.T) {
	t.Parallel()
	catches := map[string]bool{}
	for _, one := range allBroken() {
		catches[one.caught] = true
	}
	for _, name := range providertest.CaseNames() {
		require.True(t, catches[name], "no broken adapter shows that the case %q can fail", name)
	}
}

func TestBrokenAdapters(t *testing.T) {
	t.Parallel()
	mustCatch(t, allBroken())
}

// Adapters that send something else than what they were asked for once passed.
func TestU1WhatGoesOutIsCompared(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenContents())
}

// So did adapters that took a status of success, or the first value of a reply, for
// the whole truth.
func TestU2RepliesAreReadWhole(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenReadings())
}

// And so did errors that wrote the number or the code in another way.
func TestU3WritingsOfANumberAreFound(t *testing.T) {
	t.Parallel()
	mustCatch(t, brokenWords())
}
