package fake

import (
	"context"

	"github.com/cnsms/cnsms/provider"
)

// BalanceReader is a [Provider] that tells a balance.
type BalanceReader struct {
	Provider
	// Amount is what is left, as decimal text. Default: "0".
	Amount string
	// Unit is what Amount counts. Default: messages.
	Unit provider.BalanceUnit
	// BalanceErr is what ReadBalance fails with, or nil.
	BalanceErr error
}

var _ provider.BalanceReader = (*BalanceReader)(nil)

// ReadBalance returns Amount and Unit, or BalanceErr.
func (b *BalanceReader) ReadBalance(ctx context.Context) (provider.Balance, error) {
	if err := b.unanswered(ctx, provider.OpBalance, b.BalanceErr); err != nil {
		return provider.Balance{}, err
	}
	amount := b.Amount
	if amount == "" {
		amount = "0"
	}
	return provider.Balance{Provider: b.Name(), Amount: amount, Unit: b.Unit}, nil
}
