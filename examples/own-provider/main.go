// The program own-provider sends through a provider that is not part of the
// module: Acme Text, a service that does not exist, written by following
// docs/adding-a-provider.md. It stands in a failover chain beside a provider of
// the module, and its simulator beside that one's, all on loopback.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cnsms/cnsms/examples/own-provider/acme"
	"github.com/cnsms/cnsms/examples/own-provider/acme/acmesim"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "own-provider:", err)
		os.Exit(1)
	}
}

// run sends two texts. Acme has the money for one, so the second goes out
// through Ihuyi.
func run(ctx context.Context, out io.Writer) error {
	money := 9 // fen; a text costs 5
	server := sim.New(
		sim.Config{},
		acmesim.New(acmesim.Config{Key: "key", Secret: "secret", Templates: map[string]string{"T1": "Your code is {1}."}, Balance: &money}),
		ihuyisim.New(ihuyisim.Config{Account: "C00000000", APIKey: "key"}),
	)
	defer server.Close()
	if err := server.Listen(ctx, "127.0.0.1:0"); err != nil {
		return err
	}
	chain, err := newChain(server.URL(), out)
	if err != nil {
		return err
	}
	for _, code := range []string{"042137", "730519"} {
		receipt, err := chain.Send(ctx, provider.Message{
			To: provider.MustParsePhone("13800138000"), Template: "login", Params: provider.Params{provider.ParamCode: code},
		})
		if err != nil {
			return err
		}
		messages := server.Texts()
		fmt.Fprintf(out, "%s got, through %s: %s\n", receipt.To, receipt.Provider, messages[len(messages)-1].Text)
	}
	return printLeft(ctx, out, chain)
}

// newChain asks Acme first. Against the real services, leave BaseURL out.
func newChain(baseURL string, out io.Writer) (*failover.Chain, error) {
	own, err := acme.New(acme.Config{
		Key: "key", Secret: "secret", BaseURL: baseURL,
		Templates: provider.Templates{"login": {ID: "T1", Params: []string{"code"}}},
	})
	if err != nil {
		return nil, err
	}
	other, err := ihuyi.New(ihuyi.Config{
		Account: "C00000000", APIKey: "key", BaseURL: baseURL,
		Templates: provider.Templates{"login": {Text: "您的验证码是：{code}。请不要把验证码泄露给其他人。"}},
	})
	if err != nil {
		return nil, err
	}
	return failover.NewChain(failover.ChainConfig{
		OnAttempt: func(_ context.Context, a failover.Attempt) {
			if a.Err != nil {
				fmt.Fprintf(out, "%s refused: %s (%s)\n", a.Provider, a.Kind, a.Code)
			}
		},
	}, failover.Member{Provider: own}, failover.Member{Provider: other})
}

// printLeft finds the account inside the chain by its provider's name.
func printLeft(ctx context.Context, out io.Writer, chain provider.Provider) error {
	own, ok := provider.Find(chain, acme.DefaultName)
	if !ok {
		return errors.New("acme: not in the chain")
	}
	balances, err := provider.ReadBalances(ctx, own)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s has %s %s left\n", balances[0].Provider, balances[0].Amount, balances[0].Unit)
	return nil
}
