// Package stage is what examples with a relay share: a gateway with its queue in memory and
// old phones that call it, in one process, on loopback.
package stage

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/memqueue"
	"github.com/cnsms/cnsms/relay/gateway/relaydoor"
	"github.com/cnsms/cnsms/relay/phone"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Interval is how often a phone promises to call the gateway, unless its Config says otherwise.
const Interval = 30 * time.Second

// Relay is a gateway with its door, and the phones that call it. A gateway that sites rely
// on would have sqlitequeue for its queue, which keeps jobs when the process ends.
type Relay struct {
	// URL is where the gateway is.
	URL string

	queue   *memqueue.Queue
	gateway *gateway.Gateway
	clock   *Clock
	doors   *phoneSwitch
	stop    context.CancelFunc // ends the server and the gateway
	served  chan error

	mu     sync.Mutex
	phones []*oldPhone
}

// oldPhone is a phone's agent.
type oldPhone struct {
	cfg  phone.Config
	stop func() // stops it and returns when it has stopped; it may be called again
}

// Start starts a gateway on a loopback address. front, if there is one, makes the handler
// of all requests from the gateway's own.
func Start(ctx context.Context, tokens []gateway.Token, front func(http.Handler) http.Handler) (*Relay, error) {
	r := &Relay{queue: memqueue.New(), clock: &Clock{}}
	var err error
	r.gateway, err = gateway.New(gateway.Config{Queue: r.queue, Tokens: tokens, Now: r.clock.Now})
	if err != nil {
		return nil, errors.Join(err, r.queue.Close())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, r.gateway.Close(), r.queue.Close())
	}
	r.doors = &phoneSwitch{gateway: relaydoor.New(r.gateway)}
	r.URL = "http://" + listener.Addr().String()
	var handler http.Handler = r.doors
	if front != nil {
		handler = front(handler)
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx)) // Close ends it, after the phones
	r.stop, r.served = stop, make(chan error, 1)
	go func() {
		r.served <- relaydoor.Serve(serving, listener, r.gateway, relaydoor.ServeOptions{Handler: handler})
	}()
	return r, nil
}

// StartPhone starts a phone's agent, once the gateway knows of the phone. Of cfg it needs
// the token and the sender. The function stops the agent and returns when it has stopped;
// for the gateway the phone stays online for a while.
func (r *Relay) StartPhone(ctx context.Context, cfg phone.Config) (stop func(), err error) {
	cfg.BaseURL, cfg.Interval = r.URL, cmp.Or(cfg.Interval, Interval)
	one := &oldPhone{cfg: cfg}
	if err := r.run(ctx, one); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.phones = append(r.phones, one)
	return one.stop, nil
}

// run has a phone call the gateway until ctx ends or it is stopped.
func (r *Relay) run(ctx context.Context, one *oldPhone) error {
	if err := r.announce(ctx, one.cfg); err != nil {
		return err
	}
	agent, err := phone.New(one.cfg)
	if err != nil {
		return err
	}
	running, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = agent.Run(running)
	}()
	one.stop = func() {
		cancel()
		<-ended
	}
	return nil
}

// announce makes a first call for a phone. The agent's own calls last until there is work,
// so that nobody could tell when it has come online.
func (r *Relay) announce(ctx context.Context, cfg phone.Config) error {
	call, err := json.Marshal(relayapi.Pull{IntervalMS: int(cfg.Interval.Milliseconds()), Lanes: cfg.Lanes})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+relayapi.PathPull, bytes.NewReader(call))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+string(cfg.Token))
	request.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the gateway answers the phone with HTTP %d", response.StatusCode)
	}
	return errors.Join(err, response.Body.Close())
}

func (r *Relay) stopPhones() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.phones {
		one.stop()
	}
}

// SwitchPhonesOff stops all phones, and turns the gateway's clock forward until the
// gateway has noticed: after twice the interval in which they promised to call.
func (r *Relay) SwitchPhonesOff() {
	r.stopPhones()
	r.doors.turnOff()
	longest := Interval
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.phones {
		longest = max(longest, one.cfg.Interval)
	}
	r.clock.Forward(2*longest + time.Second)
}

// SwitchPhonesOn starts all phones again after SwitchPhonesOff. They call until ctx ends.
func (r *Relay) SwitchPhonesOn(ctx context.Context) error {
	r.doors.turnOn()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.phones {
		if err := r.run(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// Forward turns the gateway's clock forward. A phone whose Interval is less than half of d
// is offline after that, until its next call.
func (r *Relay) Forward(d time.Duration) { r.clock.Forward(d) }

// Close stops everything.
func (r *Relay) Close() error {
	r.stopPhones()
	r.stop()
	return errors.Join(<-r.served, r.queue.Close())
}
