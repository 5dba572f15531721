package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/internal/baseurl"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Registration is what a phone without a token needs to get one.
type Registration struct {
	// BaseURL is the gateway's URL, without /v1. Required.
	BaseURL string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Code is the code that an operator has made for this phone. Required.
	Code provider.Secret
	// Name is the phone's name. Required unless the code has one.
	Name string

	// Timeout bounds the request. 0 means 10 seconds.
	Timeout time.Duration
	// Dial connects to the gateway, as in Config.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// HTTPClient gives the transport to use, as in Config.
	HTTPClient *http.Client
}

// Register posts the code, once, and returns the phone's token, of which there is no other copy.
// An error after which the code may be used up says so; the operator makes another one then.
func Register(ctx context.Context, r Registration) (relayapi.Registered, error) {
	if r.Code == "" {
		return relayapi.Registered{}, errors.New("phone: register: Code: must not be empty")
	}
	base, err := baseurl.ParseWithout(root, r.BaseURL, r.PlainHTTP)
	if err != nil {
		return relayapi.Registered{}, fmt.Errorf("phone: register: %w", err)
	}
	c := newClient(Config{Timeout: r.Timeout, Dial: r.Dial, HTTPClient: r.HTTPClient}.withDefaults(), base)
	c.header.Del("Authorization")
	body, err := json.Marshal(relayapi.Register{Code: relayapi.Credential(r.Code), Name: r.Name})
	if err != nil {
		return relayapi.Registered{}, err
	}
	got, err := c.post(ctx, relayapi.PathRegister, body)
	if err != nil {
		return relayapi.Registered{}, fmt.Errorf("phone: register: %w; the code may be used up", err)
	}
	if got.status != http.StatusCreated {
		return relayapi.Registered{}, fmt.Errorf("phone: register: %w", refusal(got))
	}
	var registered relayapi.Registered
	if err := decode(got.body, &registered); err != nil || registered.Token == "" {
		return relayapi.Registered{}, errors.New("phone: register: the gateway's response is unusable; the code may be used up")
	}
	return registered, nil
}
