package ledger_test

import (
	"context"
	"errors"
	"time"

	"github.com/cnsms/cnsms/provider"
)

const (
	waits = 5 * time.Second
	tick  = time.Millisecond
)

// panics is a provider that panics.
type panics struct{}

func (panics) Name() string { return "paid" }
func (panics) Send(context.Context, provider.Message) (provider.Receipt, error) {
	panic("a bug")
}

// teller is a provider whose receipts say more.
type teller struct {
	provider.Provider
	extra map[string]string
}

func (p teller) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	receipt, err := p.Provider.Send(ctx, m)
	receipt.Extra = p.extra
	return receipt, err
}

var errPlain = errors.New("no error of the contract")

// plain is a provider whose errors say nothing.
type plain struct{}

func (plain) Name() string { return "plain" }
func (plain) Send(context.Context, provider.Message) (provider.Receipt, error) {
	return provider.Receipt{}, errPlain
}

// failing is a handler of reports that fails.
type failing struct{}

func (*failing) handle(context.Context, []provider.Report) error { return errPlain }
