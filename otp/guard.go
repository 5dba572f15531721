package otp

import (
	"context"
	"crypto/sha256"
	"net/netip"

	"github.com/cnsms/cnsms/otp/guard"
)

// Guard decides before each text whether it may be sent and whether it may cost money,
// and learns what became of it. A *guard.Guard is one. Implementations are safe for
// concurrent use.
//
// What a guard makes that is a guard.Issuer becomes Error.Challenge.
type Guard interface {
	// Reserve charges one text against all limits, or none at all. An error is a guard that
	// does not work, and nothing is sent.
	Reserve(ctx context.Context, r guard.Request) (guard.Decision, error)
	// Verified tells that the verification of a text succeeded; it is told of each of its texts.
	Verified(ctx context.Context, ticket string) error
	// Failed tells that a wrong code came; it is told of one text of the verification.
	Failed(ctx context.Context, ticket string) error
	// Released tells that every service refused a text, and that at least one had something
	// against the number or the text.
	Released(ctx context.Context, ticket string) error
	// Withdrawn tells that a text was never given to a service, that the services do not work,
	// or that it goes another way with another ticket. All is as before Reserve.
	Withdrawn(ctx context.Context, ticket string) error
}

// NoGuard lets every text through, when it is Config.Guard. It is for programs whose own
// limits stand before Start: whoever can reach that has texts sent to any number at your cost.
var NoGuard Guard = noGuard{}

type noGuard struct{}

func (noGuard) Reserve(context.Context, guard.Request) (guard.Decision, error) {
	return guard.Decision{Paid: true}, nil
}

func (noGuard) Verified(context.Context, string) error { return nil }
func (noGuard) Failed(context.Context, string) error   { return nil }
func (noGuard) Released(context.Context, string) error { return nil }

func (noGuard) Withdrawn(context.Context, string) error { return nil }

// ownGuard is the guard of a service that was given none.
func ownGuard(cfg Config) (Guard, error) {
	key := newDigester([]byte(cfg.Key)).digest("cnsms otp", "guard", cfg.App)
	return guard.New(guard.Config{Key: key, Now: cfg.Now})
}

// deviceOf is what a guard knows a browser by. It does not depend on the service's keys, so
// that a rotation takes nobody's history; a guard has a key of its own.
func deviceOf(secret string) string {
	sum := sha256.Sum256([]byte("cnsms otp device\x00" + secret))
	return text(sum[:])
}

const badClient = "Client: want an address such as 203.0.113.7, or nothing when it is not known"

// readClient reads an address, with or without a port. An empty text is an address that is
// not known.
func readClient(text string) (netip.Addr, bool) {
	if text == "" {
		return netip.Addr{}, true
	}
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr(), true
	}
	address, err := netip.ParseAddr(text)
	return address, err == nil
}
