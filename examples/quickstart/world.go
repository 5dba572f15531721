package main

import (
	"context"
	"errors"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// Credentials of the simulated accounts and of the gateway.
const (
	aliyunKeyID     = "LTAIquickstart"
	aliyunKeySecret = "quickstart-secret-key"
	aliyunSign      = "速通互联验证码"

	tencentSecretID  = "AKIDquickstart"
	tencentSecretKey = "quickstart-secret-key"
	tencentAppID     = "1400000000"
	tencentSign      = "示例"
	tencentTemplate  = "1000001"

	ihuyiAccount = "C00000000"
	ihuyiAPIKey  = "quickstart-api-key"

	siteToken  = "quickstart-site-token"
	phoneToken = "quickstart-phone-token"
)

// world is everything the story needs beside the library's client side: three
// simulated services, a gateway with its queue in memory, and an old phone. All of it
// listens on loopback and ends with close.
type world struct {
	services *sim.Server
	relay    *stage.Relay
	relayURL string
	phone    *phone.Fake
}

// newWorld starts everything. On an error nothing is left running.
func newWorld(ctx context.Context) (w *world, err error) {
	w = &world{phone: &phone.Fake{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err := w.startServices(ctx); err != nil {
		return w, err
	}
	w.relay, err = stage.Start(ctx, []gateway.Token{
		{Name: "website", Role: gateway.RoleSite, Hash: gateway.HashToken(siteToken)},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken(phoneToken)},
	}, nil)
	if err != nil {
		return w, err
	}
	w.relayURL = w.relay.URL
	_, err = w.relay.StartPhone(ctx, phone.Config{Token: phoneToken, Sender: w.phone})
	return w, err
}

func (w *world) startServices(ctx context.Context) error {
	w.services = sim.New(sim.Config{},
		aliyunsim.New(aliyunsim.Config{
			AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret,
			Verification: aliyunsim.VerificationConfig{Signs: aliyunsim.GiftSigns(), Templates: aliyunsim.GiftTemplates()},
		}).Verification(),
		tencentsim.New(tencentsim.Config{
			SecretID: tencentSecretID, SecretKey: tencentSecretKey, AppID: tencentAppID, Signs: []string{tencentSign},
			Templates: map[string]tencentsim.Template{tencentTemplate: {Text: "您的验证码是{1}，5分钟内有效。", Code: true}},
		}),
		ihuyisim.New(ihuyisim.Config{Account: ihuyiAccount, APIKey: ihuyiAPIKey}),
	)
	return w.services.Listen(ctx, "127.0.0.1:0")
}

// close stops everything.
func (w *world) close() error {
	var err error
	if w.relay != nil {
		err = w.relay.Close()
	}
	if w.services != nil {
		w.services.Close()
	}
	return err
}
