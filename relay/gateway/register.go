package gateway

import (
	"cmp"
	"context"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Invitation is what an operator gives to a device that is to register.
type Invitation struct {
	// Name is the device's name. Then the device may be one that has a token already. Empty
	// lets the device choose a name that nobody of its role has or had.
	Name string
	// Role is RolePhone, which 0 means too, or RoleSite.
	Role Role
	// Lanes, Countries and Limits are what the device gets, as a [Principal] has them.
	Lanes, Countries []string
	Limits           Limits
	// For is how long the code lives: a day at most. 0 means 15 minutes.
	For time.Duration
}

const (
	defaultInvitation = 15 * time.Minute
	longestInvitation = 24 * time.Hour
	// failedRegistrations is how many codes may be refused in a minute. Codes have 128 random
	// bits, so that this bounds the work and not the luck of those who guess.
	failedRegistrations = 60
)

// NewRegistration makes a code by which one device becomes a principal, once. Only
// operators make codes, and never for an operator. The gateway keeps a hash of the code;
// what it returns is the only copy.
func (g *Gateway) NewRegistration(ctx context.Context, operator Principal, i Invitation) (code provider.Secret, err error) {
	defer func() { g.noteRefused(ctx, operator, err) }()
	if operator, err = g.allow(ctx, operator, RoleOperator); err != nil {
		return "", err
	}
	i.Role, i.For = cmp.Or(i.Role, RolePhone), cmp.Or(i.For, defaultInvitation)
	if err := i.check(); err != nil {
		return "", err
	}
	end, err := g.beginChange()
	if err != nil {
		return "", err
	}
	defer end()
	var random [16]byte
	if err := g.fill(random[:]); err != nil {
		return "", g.failed(ctx, "new registration", err)
	}
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
	now := g.Now()
	err = g.cfg.Principals.AddRegistration(ctx, Registration{
		Code: hashOf(text), Name: i.Name, Role: i.Role, Lanes: i.Lanes, Countries: i.Countries, Limits: i.Limits,
		By: operator.Name, Ends: now.Add(i.For),
	}, now)
	if err != nil {
		return "", g.failed(ctx, "new registration", err)
	}
	g.registering.add(hashOf(text), g.elapsed(), g.elapsed()+i.For)
	g.logger.Info("relay: registration code made", "operator", operator.Name, "role", i.Role, "for", i.For)
	return provider.Secret(text), nil
}

func (i Invitation) check() error {
	if i.Role != RolePhone && i.Role != RoleSite {
		return invalid("role", "want RolePhone or RoleSite")
	}
	if err := checkTime("for", i.For, time.Second, longestInvitation); err != nil {
		return err
	}
	return Principal{
		Name: cmp.Or(i.Name, "any"), Role: i.Role, Lanes: i.Lanes, Countries: i.Countries, Token: hashOf("any"),
	}.Validate()
}

// beginChange is Begin for what changes the stored principals.
func (g *Gateway) beginChange() (end func(), err error) {
	if g.cfg.Principals == nil {
		return nil, ErrNoPrincipals
	}
	return g.Begin()
}

// Register makes a device a principal by a code of [Gateway.NewRegistration], under a name
// that it chooses unless the code has one. It returns the device's token, of which the
// gateway keeps a hash only: a device that loses it registers again, with another code. A
// refused code stays as it was. When 60 codes were refused in a minute, it refuses for a while
// every code but those that this gateway has made since its start.
func (g *Gateway) Register(ctx context.Context, code provider.Secret, name string) (token provider.Secret, device Principal, err error) {
	defer func() { g.noteRefused(ctx, Principal{}, err) }()
	hash := hashOf(typed(string(code)))
	if err := g.registering.room(hash, g.elapsed()); err != nil {
		return "", Principal{}, err
	}
	end, err := g.beginChange()
	if err != nil {
		return "", Principal{}, err
	}
	defer end()
	var random [32]byte
	if err := g.fill(random[:]); err != nil {
		return "", Principal{}, g.failed(ctx, "register", err)
	}
	token = provider.Secret(base64.RawURLEncoding.EncodeToString(random[:]))
	device, err = g.cfg.Principals.Redeem(ctx, Redemption{
		Code: hash, Name: name, Token: hashOf(string(token)), Taken: g.hasToken, Now: g.Now(),
	})
	g.registering.note(hash, err, g.elapsed())
	if err != nil {
		return "", Principal{}, g.failed(ctx, "register", err)
	}
	g.logger.Info("relay: device registered", "role", device.Role, "name", device.Name, "token", device.Token)
	return token, device, nil
}

// typed is a code as it was made, of one that somebody has typed.
func typed(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
}
