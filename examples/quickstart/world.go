package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/ihuyi/ihuyisim"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
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

// phoneInterval is how often the phone promises to call the gateway.
const phoneInterval = 30 * time.Second

// world is everything the story needs beside the library's client side: three
// simulated services, a gateway with its queue in memory, and an old phone. All of it
// listens on loopback and ends with close. A gateway that sites rely on would have
// sqlitequeue for its queue, which keeps jobs when the process ends.
type world struct {
	services *sim.Server
	queue    *memqueue.Queue
	gateway  *gateway.Gateway
	stop     context.CancelFunc // ends the server and the gateway
	served   chan error
	relayURL string
	phone    *phone.Fake
	clock    *clock

	stopPhone   context.CancelFunc
	phoneOff    chan struct{} // closed when the phone has stopped
	phoneSwitch *phoneSwitch
	background  sync.WaitGroup
}

// newWorld starts everything. On an error nothing is left running.
func newWorld(ctx context.Context) (w *world, err error) {
	w = &world{phone: &phone.Fake{}, clock: &clock{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if err := w.startServices(ctx); err != nil {
		return w, err
	}
	if err := w.startGateway(ctx); err != nil {
		return w, err
	}
	return w, w.startPhone(ctx)
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

func (w *world) startGateway(ctx context.Context) error {
	var err error
	w.queue = memqueue.New()
	w.gateway, err = gateway.New(gateway.Config{
		Queue: w.queue,
		Tokens: []gateway.Token{
			{Name: "website", Role: gateway.RoleSite, Hash: gateway.HashToken(siteToken)},
			{Name: "old-phone", Role: gateway.RolePhone, Hash: gateway.HashToken(phoneToken)},
		},
		Now: w.clock.Now,
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.phoneSwitch = &phoneSwitch{gateway: relaydoor.New(w.gateway)}
	w.relayURL = "http://" + listener.Addr().String()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx)) // close ends it, after the phone
	w.stop, w.served = stop, make(chan error, 1)
	go func() {
		w.served <- relaydoor.Serve(serving, listener, w.gateway, relaydoor.ServeOptions{Handler: w.phoneSwitch})
	}()
	return nil
}

// startPhone starts the phone's agent, once the gateway knows of the phone.
func (w *world) startPhone(ctx context.Context) error {
	if err := w.announcePhone(ctx); err != nil {
		return err
	}
	agent, err := phone.New(phone.Config{
		BaseURL: w.relayURL, Token: phoneToken, Sender: w.phone, Interval: phoneInterval,
	})
	if err != nil {
		return err
	}
	ctx, w.stopPhone = context.WithCancel(ctx)
	w.phoneOff = make(chan struct{})
	w.background.Go(func() {
		defer close(w.phoneOff)
		_ = agent.Run(ctx)
	})
	return nil
}

// announcePhone makes a first call for the phone. The agent's own calls last
// until there is work, so that nobody could tell when it has come online.
func (w *world) announcePhone(ctx context.Context) error {
	call, err := json.Marshal(relayapi.Pull{IntervalMS: int(phoneInterval.Milliseconds())})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.relayURL+relayapi.PathPull, bytes.NewReader(call))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+phoneToken)
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the gateway answers the phone with HTTP %d", response.StatusCode)
	}
	return errors.Join(err, response.Body.Close())
}

// switchPhoneOff stops the phone, and turns the gateway's clock forward until
// the gateway has noticed: after twice the interval in which the phone promised
// to call.
func (w *world) switchPhoneOff() {
	w.stopPhone()
	<-w.phoneOff
	w.phoneSwitch.turnOff()
	w.clock.forward(2*phoneInterval + time.Second)
}

// close stops everything.
func (w *world) close() error {
	if w.stopPhone != nil {
		w.stopPhone()
	}
	var problems []error
	if w.stop != nil {
		w.stop()
		problems = append(problems, <-w.served)
	} else if w.gateway != nil {
		problems = append(problems, w.gateway.Close())
	}
	w.background.Wait()
	if w.queue != nil {
		problems = append(problems, w.queue.Close())
	}
	if w.services != nil {
		w.services.Close()
	}
	return errors.Join(problems...)
}

// clock is the gateway's clock. The story turns it forward instead of waiting.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the time of day, and what the clock has been turned forward.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
