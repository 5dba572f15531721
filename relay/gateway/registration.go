package gateway

import (
	"cmp"
	"errors"
	"time"
)

// Registration lets one device become a principal: a code that is used once.
type Registration struct {
	// Code is the hash of the code.
	Code Hash
	// Name is the name that the device gets, which may have tokens already. Empty lets the
	// device choose one that nobody of its role has.
	Name string
	// Role, Lanes, Countries and Limits are what the device gets.
	Role             Role
	Lanes, Countries []string
	Limits           Limits
	// By is who made the code.
	By string
	// Ends is when the code ends.
	Ends time.Time
	// Used is when a device used it; zero when none has.
	Used time.Time
}

// Redemption is a device's attempt to become a principal.
type Redemption struct {
	// Code is the hash of the code.
	Code Hash
	// Name is the name that the device has chosen; empty for that of the registration.
	Name string
	// Token is the hash of the token that the device gets.
	Token Hash
	// Taken says whether somebody that the engine does not know has a name; nil means nobody.
	Taken func(role Role, name string) bool
	// Now is the time.
	Now time.Time
}

// The errors of a registration. None uses the code up.
var (
	// ErrRegistrationUnknown: there is no such code.
	ErrRegistrationUnknown = errors.New("gateway: unknown registration code")
	// ErrRegistrationUsed: a device has used the code.
	ErrRegistrationUsed = errors.New("gateway: the registration code was used")
	// ErrRegistrationExpired: the time of the code is over.
	ErrRegistrationExpired = errors.New("gateway: the registration code has expired")
	// ErrNameTaken: somebody has the name that the device chose. It can try another.
	ErrNameTaken = errors.New("gateway: somebody has this name")
)

// Redeemed returns the registration as used, and the principal that a device becomes by
// it. taken says whether the engine has a principal of that role and name, revoked or not.
// It is a rule, as those of [Job] are: engines store what it returns.
func (r Registration) Redeemed(d Redemption, taken func(role Role, name string) bool) (Registration, Principal, error) {
	switch {
	case !r.Used.IsZero():
		return r, Principal{}, ErrRegistrationUsed
	case !d.Now.Before(r.Ends):
		return r, Principal{}, ErrRegistrationExpired
	case r.Name != "" && d.Name != "" && d.Name != r.Name:
		return r, Principal{}, invalid("name", "the registration is for another name")
	}
	p := Principal{
		Name: cmp.Or(r.Name, d.Name), Role: r.Role, Lanes: r.Lanes, Countries: r.Countries, Limits: r.Limits, Token: d.Token,
	}
	if err := p.Validate(); err != nil {
		return r, Principal{}, err
	}
	if r.Name == "" && (taken(p.Role, p.Name) || d.Taken != nil && d.Taken(p.Role, p.Name)) {
		return r, Principal{}, ErrNameTaken
	}
	r.Used = d.Now
	return r, p, nil
}
