package provider

import (
	"context"
)

// BalanceUnit is what a balance counts.
type BalanceUnit int

const (
	// UnitMessages counts messages.
	UnitMessages BalanceUnit = iota
	// UnitYuan counts Chinese yuan.
	UnitYuan
)

var balanceUnitNames = [...]string{UnitMessages: "messages", UnitYuan: "yuan"}

// String returns "messages" or "yuan".
func (u BalanceUnit) String() string { return enumName(u, "BalanceUnit", balanceUnitNames[:]) }

// Balance is what is left on an account.
type Balance struct {
	// Provider is the name of the provider whose account it is.
	Provider string
	// Amount is a decimal number as text, such as "1024" or "12.50": money does
	// not go through floating point.
	Amount string
	// Unit is what Amount counts.
	Unit BalanceUnit
}

// BalanceReader knows what is left on its account.
type BalanceReader interface {
	// ReadBalance asks the service.
	ReadBalance(ctx context.Context) (Balance, error)
}

// ReadBalances asks every provider inside p that can tell. It returns the
// balances that came and the joined errors of those that did not. Where nobody
// can tell, the error matches [errors.ErrUnsupported].
func ReadBalances(ctx context.Context, p Provider) ([]Balance, error) {
	return askAll(p, OpBalance, "nobody here reads balances", func(reader BalanceReader) ([]Balance, error) {
		balance, err := reader.ReadBalance(ctx)
		if err != nil {
			return nil, err
		}
		return []Balance{balance}, nil
	})
}
