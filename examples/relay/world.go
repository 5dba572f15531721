package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/aliyun"
	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/sim"
)

// What the gateway and the simulated service know the cast by.
const (
	siteToken = "relay-example-site-token"

	aliyunKeyID     = "LTAIrelayexample"
	aliyunKeySecret = "relay-example-secret-key"
	aliyunSign      = "速通互联验证码"
	aliyunTemplate  = "100001"
)

// pace is how long a phone rests after a text; a SIM card wants that.
const pace = time.Minute

// templateLogin is the logical name of the text.
const templateLogin = "login"

// oldPhone is one of the two phones.
type oldPhone struct {
	name   string
	token  provider.Secret
	sender phone.Fake
}

// world is the gateway, the phones and the simulated paid service.
type world struct {
	services *sim.Server
	relay    *stage.Relay
	phones   [2]*oldPhone
}

func newWorld(ctx context.Context, p *printer) (*world, error) {
	w := &world{phones: [2]*oldPhone{
		{name: "phone-1", token: "relay-example-phone-1-token"},
		{name: "phone-2", token: "relay-example-phone-2-token"},
	}}
	tokens := []gateway.Token{{Name: "website", Role: gateway.RoleSite, Hash: gateway.HashToken(siteToken)}}
	front := &endpoints{printer: p, holders: map[string]string{siteToken: "website"}}
	for _, one := range w.phones {
		token := string(one.token)
		tokens = append(tokens, gateway.Token{Name: one.name, Role: gateway.RolePhone, Hash: gateway.HashToken(token)})
		front.holders[token] = one.name
	}
	w.services = sim.New(sim.Config{}, aliyunsim.New(aliyunsim.Config{
		AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret,
		Verification: aliyunsim.VerificationConfig{Signs: aliyunsim.GiftSigns(), Templates: aliyunsim.GiftTemplates()},
	}).Verification())
	if err := w.services.Listen(ctx, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	var err error
	w.relay, err = stage.Start(ctx, tokens, func(gateway http.Handler) http.Handler {
		front.gateway = gateway
		return front
	})
	if err != nil {
		w.services.Close()
		return nil, err
	}
	return w, nil
}

// switchOn starts the agent of a phone.
func (w *world) switchOn(ctx context.Context, one *oldPhone) error {
	_, err := w.relay.StartPhone(ctx, phone.Config{Token: one.token, Sender: &one.sender, Pace: pace})
	return err
}

// newSender is what the website sends through: first attempts go to the phones, every
// other one is paid. It makes the codes itself, so both texts carry the same one.
func (w *world) newSender(attempt failover.AttemptFunc) (*failover.Composer, error) {
	free, errFree := relay.New(relay.Config{
		BaseURL: w.relay.URL, Token: siteToken, Wait: 8 * time.Second,
		Templates: provider.Templates{templateLogin: {Text: "您的验证码是{code}，5分钟内有效。"}},
	})
	paid, errPaid := aliyun.NewVerification(aliyun.VerificationConfig{
		AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret, Sign: aliyunSign, BaseURL: w.services.URL(),
		Templates: provider.Templates{templateLogin: {ID: aliyunTemplate, Params: []string{provider.ParamCode}}},
	})
	if err := errors.Join(errFree, errPaid); err != nil {
		return nil, err
	}
	return failover.NewComposer(failover.ComposerConfig{
		First:     failover.Member{Provider: free},
		Retry:     failover.Member{Provider: paid, Price: price},
		OnAttempt: attempt,
	})
}

func (w *world) close() error {
	err := w.relay.Close()
	w.services.Close()
	return err
}
