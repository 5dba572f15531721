package memqueue

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// Principals are [gateway.Principals] in memory, for demos and tests. Make them with
// [NewPrincipals]. They are safe for concurrent use.
type Principals struct {
	mu            sync.Mutex
	byToken       map[gateway.Hash]gateway.Principal
	registrations map[gateway.Hash]gateway.Registration
}

var _ gateway.Principals = (*Principals)(nil)

// NewPrincipals returns principals of which there are none yet.
func NewPrincipals() *Principals {
	return &Principals{byToken: map[gateway.Hash]gateway.Principal{}, registrations: map[gateway.Hash]gateway.Registration{}}
}

// Format prints none of them, whatever the verb.
func (p *Principals) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("memqueue.Principals")) }

// lock locks, unless the context has ended.
func (p *Principals) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	return nil
}

// Find returns the principal of a token.
func (p *Principals) Find(ctx context.Context, token gateway.Hash) (gateway.Principal, error) {
	if err := p.lock(ctx); err != nil {
		return gateway.Principal{}, err
	}
	defer p.mu.Unlock()
	found, ok := p.byToken[token]
	if !ok {
		return gateway.Principal{}, gateway.ErrUnknownToken
	}
	return copied(found), nil
}

// Put stores a principal.
func (p *Principals) Put(ctx context.Context, one gateway.Principal) error {
	if err := one.Validate(); err != nil {
		return err
	}
	if err := p.lock(ctx); err != nil {
		return err
	}
	defer p.mu.Unlock()
	if !p.byToken[one.Token].Revoked.IsZero() {
		return gateway.ErrTokenRevoked
	}
	p.byToken[one.Token] = copied(one)
	return nil
}

// Revoke revokes a token.
func (p *Principals) Revoke(ctx context.Context, token gateway.Hash, at time.Time) error {
	if err := p.lock(ctx); err != nil {
		return err
	}
	defer p.mu.Unlock()
	found, ok := p.byToken[token]
	if !ok {
		return gateway.ErrUnknownToken
	}
	if found.Revoked.IsZero() {
		found.Revoked = at
		p.byToken[token] = found
	}
	return nil
}

// List returns all principals.
func (p *Principals) List(ctx context.Context) ([]gateway.Principal, error) {
	if err := p.lock(ctx); err != nil {
		return nil, err
	}
	defer p.mu.Unlock()
	var all []gateway.Principal
	for _, one := range p.byToken {
		all = append(all, copied(one))
	}
	slices.SortFunc(all, func(a, b gateway.Principal) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Role, b.Role), slices.Compare(a.Token[:], b.Token[:]))
	})
	return all, nil
}

// AddRegistration stores a registration.
func (p *Principals) AddRegistration(ctx context.Context, r gateway.Registration, now time.Time) error {
	if err := p.lock(ctx); err != nil {
		return err
	}
	defer p.mu.Unlock()
	for code, old := range p.registrations {
		if old.Ends.Before(now.Add(-gateway.KeepRegistrations)) {
			delete(p.registrations, code)
		}
	}
	r.Lanes, r.Countries = slices.Clone(r.Lanes), slices.Clone(r.Countries)
	p.registrations[r.Code] = r
	return nil
}

// Redeem uses a registration up and stores its principal.
func (p *Principals) Redeem(ctx context.Context, d gateway.Redemption) (gateway.Principal, error) {
	if err := p.lock(ctx); err != nil {
		return gateway.Principal{}, err
	}
	defer p.mu.Unlock()
	r, ok := p.registrations[d.Code]
	if !ok {
		return gateway.Principal{}, gateway.ErrRegistrationUnknown
	}
	r, device, err := r.Redeemed(d, p.taken)
	if err != nil {
		return gateway.Principal{}, err
	}
	p.registrations[d.Code], p.byToken[d.Token] = r, copied(device)
	return device, nil
}

func (p *Principals) taken(role gateway.Role, name string) bool {
	for _, one := range p.byToken {
		if one.Role == role && one.Name == name {
			return true
		}
	}
	return false
}

// copied shares no list with the principal.
func copied(p gateway.Principal) gateway.Principal {
	p.Lanes, p.Countries = slices.Clone(p.Lanes), slices.Clone(p.Countries)
	return p
}
