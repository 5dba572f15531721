package providertest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/fake"
	"github.com/cnsms/cnsms/provider/providertest"
)

func brokenAbilities() []each {
	fakeHarness := func(newFake func() provider.Provider) func(flaw) providertest.Harness {
		return func(flaw) providertest.Harness {
			return providertest.Harness{
				Message: toyMessage,
				New:     func(providertest.Endpoint) (provider.Provider, error) { return newFake(), nil },
			}
		}
	}
	return []each{
		{
			name: "composer that declares", caught: "composer-declares-nothing", says: "declares BalanceReader itself",
			harness: fakeHarness(func() provider.Provider { return &declaring{inTurn{[]provider.Provider{&fake.Provider{}}}} }),
		},
		{name: "composer in receipts behind a wrapper", caught: "abilities-behind-wrapper", says: "composer", harness: selfishHarness},
		{name: "composer in receipts behind a composer", caught: "abilities-behind-group", says: "composer", harness: selfishHarness},
		{
			name: "amount with a unit", caught: "balance", says: "want a decimal number",
			harness: fakeHarness(func() provider.Provider { return &fake.BalanceReader{Amount: "12 yuan"} }),
		},
		{
			name: "balance that fails", caught: "balance", says: "could not be read",
			harness: fakeHarness(func() provider.Provider { return &fake.BalanceReader{BalanceErr: errors.New("no")} }),
		},
		{
			name: "says that it has sent", caught: "verify", says: "the service took 0 texts", harness: verifyHarness,
			flaw: flaw{send: func(_ context.Context, t *toy, m provider.Message) (provider.Receipt, error) {
				return provider.Receipt{Provider: t.Name(), ID: "1", To: m.To, Code: provider.CodeByProvider}, nil
			}},
		},
		{
			name: "unknown id is an error", caught: "status", says: "want StateUnknown and no error",
			harness: fakeHarness(func() provider.Provider { return &strictStatus{} }),
		},
		{
			name: "a reason without a failure", caught: "status", says: "of a message that did not fail",
			harness: fakeHarness(func() provider.Provider { return &hastyStatus{} }),
		},
		{
			name: "verifies anything", caught: "verify", says: "a wrong code", harness: verifyHarness,
			flaw: flaw{verify: func(string) error { return nil }},
		},
		{
			name: "verifies nothing", caught: "verify", says: "the right code was refused", harness: verifyHarness,
			flaw: flaw{verify: func(string) error { return &provider.Error{Kind: provider.KindCodeMismatch} }},
		},
		{
			name: "batch out of order", caught: "batch", says: "result 0 is for", harness: batchHarness,
			flaw: flaw{batch: func(_ context.Context, _ *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				results[0], results[1] = results[1], results[0]
				return results, nil
			}},
		},
		{
			name: "batch with one id", caught: "batch", says: "same id", harness: batchHarness,
			flaw: flaw{batch: func(_ context.Context, _ *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				for i := range results {
					results[i].Receipt.ID = "toy-1"
				}
				return results, nil
			}},
		},
		{
			name: "batch one by one", caught: "batch", says: "took 3 requests", harness: batchHarness,
			flaw: flaw{batch: func(ctx context.Context, t *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				for range len(results) - 1 {
					_, _, _ = t.exchange(ctx, "/toy/send", toyRequest{Key: toyKey})
				}
				return results, nil
			}},
		},
		{
			name: "batch that forgets failures", caught: "batch", says: "success", harness: batchHarness,
			flaw: flaw{batch: func(_ context.Context, t *batchToy, results []provider.BatchResult) ([]provider.BatchResult, error) {
				for i := range results {
					results[i].Err = nil
					results[i].Receipt.Provider, results[i].Receipt.ID = "toy", fmt.Sprint("toy-", i)
					results[i].Receipt.To, results[i].Receipt.At = results[i].To, t.endpoint.Now()
				}
				return results, nil
			}},
		},
	}
}

// declaring is a composer that answers for its members.
type declaring struct{ inTurn }

func (*declaring) ReadBalance(context.Context) (provider.Balance, error) {
	return provider.Balance{}, nil
}

// strictStatus takes an unknown message for a failure.
type strictStatus struct{ fake.StatusReader }

func (s *strictStatus) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	status, err := s.StatusReader.ReadStatus(ctx, r)
	if err == nil && status.State == provider.StateUnknown {
		return status, errors.New("no such message")
	}
	return status, err
}

// hastyStatus says why a message failed that is on its way.
type hastyStatus struct{ fake.StatusReader }

func (s *hastyStatus) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	status, err := s.StatusReader.ReadStatus(ctx, r)
	status.Kind = provider.KindSignature
	return status, err
}
