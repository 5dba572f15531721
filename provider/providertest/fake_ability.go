package providertest

import (
	"context"
	"crypto/subtle"
	"sync"

	"github.com/cnsms/cnsms/provider"
)

// VerifyFake is a [Fake] that makes its own codes, as Mob and Bmob do, and
// checks them. The codes are 100001, 100002, and so on; CodeFor returns the last
// one of a phone. A code can be used once.
type VerifyFake struct{ Fake }

var _ provider.Verifier = (*VerifyFake)(nil)

// Send records m and answers as scripted. The receipt says that the provider
// made the code.
func (f *VerifyFake) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	return f.send(ctx, m, provider.CodeByProvider)
}

// Verify checks the code of the receipt's message.
func (f *VerifyFake) Verify(ctx context.Context, r provider.Receipt, code string) error {
	failure := &provider.Error{Provider: f.Name(), Op: provider.OpVerify}
	if err := ctx.Err(); err != nil {
		failure.Kind, failure.Err = provider.KindUnavailable, err
		return failure
	}
	record := f.record()
	record.mu.Lock()
	defer record.mu.Unlock()
	made, ok := record.made[r.ID]
	if !ok {
		failure.Kind, failure.Text = provider.KindCodeExpired, "this receipt has no code, or it was used"
		return failure
	}
	if subtle.ConstantTimeCompare([]byte(made), []byte(code)) != 1 {
		failure.Kind = provider.KindCodeMismatch
		return failure
	}
	delete(record.made, r.ID)
	return nil
}

// BalanceFake is a [Fake] that tells a balance.
type BalanceFake struct {
	Fake
	// Amount is what is left, as decimal text. Default: "0".
	Amount string
	// Unit is what Amount counts. Default: messages.
	Unit provider.BalanceUnit
	// BalanceErr is what ReadBalance fails with, or nil.
	BalanceErr error
}

var _ provider.BalanceReader = (*BalanceFake)(nil)

// ReadBalance returns Amount and Unit, or BalanceErr.
func (f *BalanceFake) ReadBalance(ctx context.Context) (provider.Balance, error) {
	if err := ctx.Err(); err != nil {
		return provider.Balance{}, &provider.Error{
			Provider: f.Name(), Op: provider.OpBalance, Kind: provider.KindUnavailable, Err: err,
		}
	}
	if f.BalanceErr != nil {
		return provider.Balance{}, f.BalanceErr
	}
	amount := f.Amount
	if amount == "" {
		amount = "0"
	}
	return provider.Balance{Provider: f.Name(), Amount: amount, Unit: f.Unit}, nil
}

// StatusFake is a [Fake] that tells what became of a message: pending, until
// SetStatus says something else.
type StatusFake struct {
	Fake

	mu       sync.Mutex
	statuses map[string]provider.Status
}

var _ provider.StatusReader = (*StatusFake)(nil)

// SetStatus says what became of the message with that receipt id.
func (f *StatusFake) SetStatus(id string, status provider.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.statuses == nil {
		f.statuses = map[string]provider.Status{}
	}
	f.statuses[id] = status
}

// ReadStatus returns what SetStatus said, StatePending for another accepted
// message, and StateUnknown for an id that the fake never gave out.
func (f *StatusFake) ReadStatus(ctx context.Context, r provider.Receipt) (provider.Status, error) {
	if err := ctx.Err(); err != nil {
		return provider.Status{}, &provider.Error{
			Provider: f.Name(), Op: provider.OpStatus, Kind: provider.KindUnavailable, Err: err,
		}
	}
	f.mu.Lock()
	status, ok := f.statuses[r.ID]
	f.mu.Unlock()
	if ok {
		return status, nil
	}
	for _, attempt := range f.Attempts() {
		if attempt.Err == nil && attempt.Receipt.ID == r.ID {
			return provider.Status{State: provider.StatePending, At: attempt.Receipt.At}, nil
		}
	}
	return provider.Status{State: provider.StateUnknown}, nil
}
