package gateway

import (
	"context"
	"errors"
	"time"
)

// Principals keep who may make requests, beside [Config.Tokens], so that tokens come and
// go while the gateway runs. They hold hashes of tokens and of registration codes only.
// Engines: memqueue.NewPrincipals, and Principals of a sqlitequeue.Queue. Package
// queuetest has the suite that every engine passes.
//
// A nil error promises that the engine has stored what was asked, for as long as it
// promises to keep jobs. Every method is atomic and safe for concurrent use. An error
// that is none of this package's own means that the engine failed.
type Principals interface {
	// Find returns the principal of a token, revoked or not, or [ErrUnknownToken].
	Find(ctx context.Context, token Hash) (Principal, error)
	// Put stores the principal of p.Token, new or in place of an older one. It refuses what
	// [Principal.Validate] refuses, and a token that was revoked with [ErrTokenRevoked].
	Put(ctx context.Context, p Principal) error
	// Revoke revokes a token, or returns [ErrUnknownToken]. Revoking it again changes nothing.
	// [Gateway.Revoke] does so and ends what waits.
	Revoke(ctx context.Context, token Hash, at time.Time) error
	// List returns all principals, revoked ones too, ordered by name, role and token.
	List(ctx context.Context) ([]Principal, error)
	// AddRegistration stores a registration. It may delete those that ended more than
	// [KeepRegistrations] ago; now is the time.
	AddRegistration(ctx context.Context, r Registration, now time.Time) error
	// Redeem uses a registration up, by the rule of [Registration.Redeemed], and stores the
	// principal that the rule returns, both or neither.
	Redeem(ctx context.Context, r Redemption) (Principal, error)
}

// KeepRegistrations is how long a registration is kept after its end, so that a device
// that comes late hears why its code is refused.
const KeepRegistrations = 30 * 24 * time.Hour

// The errors of [Principals] beside those of a registration.
var (
	// ErrUnknownToken: nobody has this token.
	ErrUnknownToken = errors.New("gateway: nobody has this token")
	// ErrTokenRevoked: the token was revoked, and stays so.
	ErrTokenRevoked = errors.New("gateway: the token was revoked")
)
