package sqlitequeue

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/cnsms/cnsms/relay/gateway"
)

// principals are the gateway's principals, in the file of a queue.
type principals struct{ queue *Queue }

// Principals returns the principals that the file has beside its jobs. They are as durable
// as the jobs, and can be used until the queue is closed.
func (q *Queue) Principals() gateway.Principals { return principals{q} }

// Find returns the principal of a token.
func (p principals) Find(ctx context.Context, token gateway.Hash) (gateway.Principal, error) {
	var one gateway.Principal
	err := p.read(ctx, func() (err error) {
		one, err = scanPrincipal(p.queue.byToken.QueryRowContext(ctx, token[:]))
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return gateway.Principal{}, gateway.ErrUnknownToken
	}
	return one, err
}

// List returns all principals.
func (p principals) List(ctx context.Context) ([]gateway.Principal, error) {
	var all []gateway.Principal
	err := p.read(ctx, func() error {
		rows, err := p.queue.readers.QueryContext(ctx, selectPrincipals)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			one, err := scanPrincipal(rows)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return rows.Err()
	})
	return all, err
}

// read runs a call that reads, and says what its error is.
func (p principals) read(ctx context.Context, call func() error) error {
	if p.queue.writer.stopping() {
		return gateway.ErrClosed
	}
	return p.queue.answered(ctx, call())
}

// Put stores a principal.
func (p principals) Put(ctx context.Context, one gateway.Principal) error {
	if err := one.Validate(); err != nil {
		return err
	}
	_, err := write(ctx, p.queue.writer, func(tx *session) (struct{}, error) {
		if old, ok := tx.principal(one.Token); ok && !old.Revoked.IsZero() {
			return struct{}{}, gateway.ErrTokenRevoked
		}
		tx.put(one)
		return struct{}{}, nil
	})
	return err
}

// Revoke revokes a token.
func (p principals) Revoke(ctx context.Context, token gateway.Hash, at time.Time) error {
	_, err := write(ctx, p.queue.writer, func(tx *session) (struct{}, error) {
		old, ok := tx.principal(token)
		switch {
		case !ok:
			return struct{}{}, gateway.ErrUnknownToken
		case old.Revoked.IsZero():
			old.Revoked = at
			tx.put(old)
		}
		return struct{}{}, nil
	})
	return err
}

// AddRegistration stores a registration.
func (p principals) AddRegistration(ctx context.Context, r gateway.Registration, now time.Time) error {
	_, err := write(ctx, p.queue.writer, func(tx *session) (struct{}, error) {
		tx.exec(deleteRegistrations, millis(now.Add(-gateway.KeepRegistrations)))
		tx.putRegistration(r)
		return struct{}{}, nil
	})
	return err
}

// Redeem uses a registration up and stores its principal.
func (p principals) Redeem(ctx context.Context, d gateway.Redemption) (gateway.Principal, error) {
	return write(ctx, p.queue.writer, func(tx *session) (gateway.Principal, error) {
		r, ok := tx.registration(d.Code)
		if !ok {
			return gateway.Principal{}, gateway.ErrRegistrationUnknown
		}
		r, device, err := r.Redeemed(d, tx.taken)
		if err != nil {
			return gateway.Principal{}, err
		}
		tx.putRegistration(r)
		tx.put(device)
		return device, nil
	})
}

// principal returns the principal of a token, if there is one.
func (s *session) principal(token gateway.Hash) (one gateway.Principal, ok bool) {
	s.query(selectPrincipal, func(from scanner) (err error) {
		one, err = scanPrincipal(from)
		ok = err == nil
		return err
	}, token[:])
	return one, ok
}

func (s *session) put(one gateway.Principal) {
	values, err := principalValues(one)
	if err != nil {
		s.fail(err)
		return
	}
	s.exec(putPrincipal, values...)
}

func (s *session) registration(code gateway.Hash) (one gateway.Registration, ok bool) {
	s.query(selectRegistration, func(from scanner) (err error) {
		one, err = scanRegistration(from)
		ok = err == nil
		return err
	}, code[:])
	return one, ok
}

func (s *session) putRegistration(r gateway.Registration) {
	values, err := registrationValues(r)
	if err != nil {
		s.fail(err)
		return
	}
	s.exec(putRegistration, values...)
}

func (s *session) taken(role gateway.Role, name string) (taken bool) {
	s.query(selectName, func(from scanner) error {
		taken = true
		var one int
		return from.Scan(&one)
	}, int(role), name)
	return taken
}
