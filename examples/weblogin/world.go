package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/examples/internal/stage"
	"github.com/cnsms/cnsms/failover"
	"github.com/cnsms/cnsms/otp"
	"github.com/cnsms/cnsms/otp/ledger"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

// Credentials of the simulated accounts and of the gateway.
const (
	aliyunKeyID     = "LTAIweblogin"
	aliyunKeySecret = "weblogin-secret-key"
	aliyunSign      = "速通互联验证码"
	aliyunTemplate  = "100001"

	tencentSecretID  = "AKIDweblogin"
	tencentSecretKey = "weblogin-secret-key"
	tencentAppID     = "1400000000"
	tencentSign      = "示例"
	tencentTemplate  = "1000001"

	siteToken  = "weblogin-site-token"  //nolint:gosec // nobody else's
	phoneToken = "weblogin-phone-token" //nolint:gosec // nobody else's
)

// world is everything: simulated services, a gateway with an old phone, the user's phone, and
// the site that verifies numbers. All of it listens on loopback and ends with close.
type world struct {
	clock *stage.Clock
	bell  *bell
	inbox *inbox

	aliyun   *aliyunsim.Verification
	tencent  *tencentsim.Service
	services *sim.Server
	relay    *stage.Relay
	old      *oldPhone
	books    *ledger.Ledger
	sender   *failover.Composer
	codes    *otp.Service
	bots     *bots
	web      *web

	carrying chan struct{} // closed when carry has ended
	stop     context.CancelFunc
}

// newWorld starts everything. On an error nothing is left running.
func newWorld(ctx context.Context) (w *world, err error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // close ends it
	w = &world{clock: &stage.Clock{}, bell: &bell{}, stop: stop}
	w.inbox = &inbox{clock: w.clock, bell: w.bell}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	w.startServices()
	if err := w.services.Listen(ctx, "127.0.0.1:0"); err != nil {
		return w, err
	}
	if err := w.startRelay(ctx); err != nil {
		return w, err
	}
	if err := w.startCodes(); err != nil {
		return w, err
	}
	if w.web, err = startWeb(ctx, w); err != nil {
		return w, err
	}
	w.carrying = make(chan struct{})
	go func() {
		defer close(w.carrying)
		w.carry(ctx)
	}()
	return w, nil
}

func (w *world) startServices() {
	w.aliyun = aliyunsim.New(aliyunsim.Config{
		AccessKeyID: aliyunKeyID, AccessKeySecret: aliyunKeySecret,
		Verification: aliyunsim.VerificationConfig{Signs: aliyunsim.GiftSigns(), Templates: aliyunsim.GiftTemplates()},
	}).Verification()
	w.tencent = tencentsim.New(tencentsim.Config{
		SecretID: tencentSecretID, SecretKey: tencentSecretKey, AppID: tencentAppID, Signs: []string{tencentSign},
		Templates: map[string]tencentsim.Template{tencentTemplate: {Text: strings.ReplaceAll(tencentText, "{code}", "{1}"), Code: true}},
	})
	w.services = sim.New(sim.Config{Keep: kept}, w.aliyun, w.tencent)
}

// startRelay starts the gateway, and the old phone that calls it.
func (w *world) startRelay(ctx context.Context) error {
	var err error
	w.relay, err = stage.Start(ctx, []gateway.Token{
		{Name: "website", Role: gateway.RoleSite, Hash: gateway.HashToken(siteToken)},
		{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken(phoneToken)},
	}, nil)
	if err != nil {
		return err
	}
	w.old = newOldPhone(w.relay, w.bell)
	// It promises as little as it may, so that it stays online when the clock is turned forward.
	_, err = w.relay.StartPhone(ctx, phone.Config{
		Token: phoneToken, Sender: radio{w.inbox}, Interval: relayapi.MaxInterval, Wait: 2 * time.Second,
	})
	return err
}

// startCodes starts what verifies numbers. The keys of a real site come from its secrets,
// and stay the same.
func (w *world) startCodes() error {
	m, err := w.newMembers()
	if err != nil {
		return err
	}
	if w.books, err = w.newBooks(m); err != nil {
		return err
	}
	if w.sender, err = w.newSender(m); err != nil {
		return err
	}
	var keys [3][]byte
	for i := range keys {
		keys[i] = make([]byte, otp.MinKey)
		_, _ = rand.Read(keys[i]) // never fails
	}
	w.codes, err = newCodes(w.sender, keys, w.clock.Now, func(ctx context.Context, e otp.Event) {
		w.books.Note(ctx, e)
		w.bell.ring()
	})
	w.bots = &bots{codes: w.codes}
	return err
}

// forward turns all clocks forward.
func (w *world) forward(d time.Duration) {
	w.clock.Forward(d)
	w.relay.Forward(d)
	w.bell.ring()
}

// close stops everything.
func (w *world) close() error {
	var err error
	if w.web != nil {
		err = w.web.close()
	}
	w.stop()
	if w.relay != nil {
		err = errors.Join(err, w.relay.Close())
	}
	if w.carrying != nil {
		<-w.carrying
	}
	w.services.Close()
	return err
}
