package main

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/tencent"
)

// sendForReal sends a code to the number of --to, sends it again as often as the
// user presses Enter, and checks what the user types. A retry that fails ends
// nothing: the first text may yet arrive, and has the same code.
func sendForReal(ctx context.Context, o options, in io.Reader, out io.Writer) error {
	sender, err := newRealSender(ctx, o, &narrator{out: out})
	if err != nil {
		return err
	}
	v, err := newVerification()
	if err != nil {
		return err
	}
	user := keyboard{bufio.NewReader(in)}
	onItsWay := false
	for attempt := 1; ; attempt++ {
		fmt.Fprintf(out, "Attempt %d, to %s:\n", attempt, o.to)
		_, err := sender.Send(ctx, loginMessage(o.to, v.code, attempt))
		onItsWay = onItsWay || err == nil || provider.MayHaveSent(err)
		if !onItsWay {
			return err
		}
		fmt.Fprint(out, "Type the code, or press Enter to send it again: ")
		typed, err := user.line(ctx)
		if err != nil {
			fmt.Fprintln(out)
			return err
		}
		if typed != "" {
			fmt.Fprintln(out, "verified", yesNo(v.check(typed)))
			return nil
		}
	}
}

// newRealSender builds the composer from the providers whose flags are given.
// Without a relay, the paid providers take the first attempt too.
func newRealSender(ctx context.Context, o options, n *narrator) (provider.Provider, error) {
	paid, err := newPaidProviders(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.relayURL == "" {
		return failover.NewChain(failover.ChainConfig{Name: "paid", OnAttempt: n.attempt}, paid...)
	}
	// The composer hears of the chain's attempts too: one narrator is enough.
	chain, err := failover.NewChain(failover.ChainConfig{Name: "paid"}, paid...)
	if err != nil {
		return nil, err
	}
	token, err := secret(ctx, "CNSMS_RELAY_TOKEN")
	if err != nil {
		return nil, err
	}
	free, err := relay.New(relay.Config{
		BaseURL: o.relayURL, Token: token, Wait: phonePatience,
		Templates: provider.Templates{templateLogin: {Text: o.ihuyiText}},
	})
	if err != nil {
		return nil, err
	}
	return newComposer(free, chain, n)
}

// newPaidProviders builds those whose flags are given, in the order in which they are
// asked.
func newPaidProviders(ctx context.Context, o options) ([]failover.Member, error) {
	var members []failover.Member
	for _, paid := range []struct {
		account, secret string
		build           func(o options, secret provider.Secret) (provider.Provider, error)
	}{
		{o.aliyunKeyID, "CNSMS_ALIYUN_ACCESS_KEY_SECRET", newAliyun},
		{o.tencentSecretID, "CNSMS_TENCENT_SECRET_KEY", newTencent},
		{o.ihuyiAccount, "CNSMS_IHUYI_API_KEY", newIhuyi},
	} {
		if paid.account == "" {
			continue
		}
		key, err := secret(ctx, paid.secret)
		if err != nil {
			return nil, err
		}
		p, err := paid.build(o, key)
		if err != nil {
			return nil, err
		}
		members = append(members, failover.Member{Provider: p})
	}
	return members, nil
}

func newAliyun(o options, key provider.Secret) (provider.Provider, error) {
	return aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: o.aliyunKeyID, AccessKeySecret: key, Sign: o.aliyunSign, BaseURL: o.aliyunURL,
		Templates: provider.Templates{templateLogin: {ID: o.aliyunTemplate, Params: []string{provider.ParamCode}}},
	})
}

func newTencent(o options, key provider.Secret) (provider.Provider, error) {
	return tencent.New(tencent.Config{
		SecretID: provider.Secret(o.tencentSecretID), SecretKey: key, AppID: o.tencentAppID, Sign: o.tencentSign, BaseURL: o.tencentURL,
		Templates: provider.Templates{templateLogin: {ID: o.tencentTemplate, Params: []string{provider.ParamCode}}},
	})
}

func newIhuyi(o options, key provider.Secret) (provider.Provider, error) {
	return ihuyi.New(ihuyi.Config{
		Account: o.ihuyiAccount, APIKey: key, BaseURL: o.ihuyiURL,
		Templates: provider.Templates{templateLogin: {Text: o.ihuyiText}},
	})
}
