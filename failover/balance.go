package failover

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cnsms/cnsms/provider"
)

// CheckBalances asks the services of the members that have a LowBalance, here
// and in composers inside, what is left on their accounts. A member with less
// than its LowBalance leaves the order until a later check finds enough; one
// whose balance cannot be read stays as it is. Where a member has several
// accounts, the fullest counts. The error joins what went wrong.
//
// Call it from a timer, about as often as an account could run low: nothing
// here does it by itself.
func (e *engine) CheckBalances(ctx context.Context) error {
	problems := []error{e.checkOwnBalances(ctx)}
	var checked []composer // no map: Go may not be able to compare what a composer is embedded in
	for _, m := range e.members {
		for inside := range provider.All(m.provider) {
			c, ok := inside.(composer)
			if !ok || slices.ContainsFunc(checked, func(other composer) bool { return isSame(other, c) }) {
				continue
			}
			checked = append(checked, c)
			problems = append(problems, c.checkOwnBalances(ctx))
		}
	}
	return errors.Join(problems...)
}

func (e *engine) checkOwnBalances(ctx context.Context) error {
	var problems []error
	for _, m := range e.members {
		if m.lowBalance == nil {
			continue
		}
		if err := m.checkBalance(ctx, *m.lowBalance); err != nil {
			problems = append(problems, fmt.Errorf("%s: %s: check balance: %w", e.name, m.name, err))
		}
	}
	return errors.Join(problems...)
}

func (m *member) checkBalance(ctx context.Context, threshold int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, m.timeout)
		defer cancel()
		ctx = limited
	}
	balances, err := provider.ReadBalances(ctx, m.provider)
	if err != nil {
		return err
	}
	low := true
	for _, balance := range balances {
		left, _, err := parseDecimal(balance.Amount)
		if err != nil {
			return fmt.Errorf("%s has a balance that is no decimal number", balance.Provider)
		}
		low = low && left < threshold
	}
	m.low.Store(low)
	return nil
}
