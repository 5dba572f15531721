// Package admin makes, lists and revokes the tokens of a gateway on the machine that it runs
// on: through a socket beside its data file while it runs, and in the file itself otherwise.
// Whoever may open the file may do so; the socket has the same rights.
package admin

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
)

// Tokens are the tokens of one gateway.
type Tokens interface {
	// Create makes a token and returns it, for the only time.
	Create(ctx context.Context, t Token) (provider.Secret, error)
	// Code makes a code by which one phone gets its token, once.
	Code(ctx context.Context, i Invitation) (provider.Secret, error)
	// List returns all tokens that are stored, revoked ones too.
	List(ctx context.Context) ([]Token, error)
	// Revoke revokes the token of an ID, or every token of a name that is not revoked yet, and
	// returns those that it has revoked.
	Revoke(ctx context.Context, which string) ([]Token, error)
}

// Token says who has a token, and what it was given.
type Token struct {
	// ID is the beginning of the token's SHA-256 in hexadecimal.
	ID        string         `json:"id,omitempty"`
	Name      string         `json:"name"`
	Role      string         `json:"role"`
	Lanes     []string       `json:"lanes,omitempty"`
	Countries []string       `json:"countries,omitempty"`
	Limits    gateway.Limits `json:"limits,omitzero"`
	Revoked   time.Time      `json:"revoked,omitzero"`
}

// Invitation is what a code is for.
type Invitation struct {
	// App says that the code is for the Android app, by its door; otherwise it is for
	// "cnsms phone".
	App   bool          `json:"app,omitempty"`
	Name  string        `json:"name,omitempty"`
	Lanes []string      `json:"lanes,omitempty"`
	For   time.Duration `json:"for,omitempty"`
}

// idLength is how many hexadecimal digits an ID has.
const idLength = 12

// Local manages the tokens of a gateway in this process.
type Local struct {
	// Gateway is the gateway, and Principals those of its Config.
	Gateway    *gateway.Gateway
	Principals gateway.Principals
	// Operator is a token of role operator that Gateway knows.
	Operator string
	// AppCode makes codes for the Android app; nil when there is no door for it.
	AppCode func(ctx context.Context, operator gateway.Principal, i gateway.Invitation) (provider.Secret, error)
}

// NewOperator returns a token for Local.Operator, and its entry in gateway.Config.Tokens.
func NewOperator() (token string, entry gateway.Token) {
	token = random()
	return token, gateway.Token{Name: "local", Role: gateway.RoleOperator, Hash: gateway.HashToken(token)}
}

func random() string {
	var bytes [32]byte
	_, _ = rand.Read(bytes[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(bytes[:])
}

// ParseRole reads a role's name.
func ParseRole(name string) (gateway.Role, error) {
	for _, role := range []gateway.Role{gateway.RoleSite, gateway.RolePhone, gateway.RoleOperator} {
		if role.String() == name {
			return role, nil
		}
	}
	return 0, errors.New("want site, phone or operator")
}

// Create makes a token.
func (l Local) Create(ctx context.Context, t Token) (provider.Secret, error) {
	role, err := ParseRole(t.Role)
	if err != nil {
		return "", fmt.Errorf("role: %w", err)
	}
	token := random()
	hash, err := gateway.ParseHash(gateway.HashToken(token))
	if err != nil {
		return "", err
	}
	return provider.Secret(token), l.Principals.Put(ctx, gateway.Principal{
		Name: t.Name, Role: role, Lanes: t.Lanes, Countries: t.Countries, Limits: t.Limits, Token: hash,
	})
}

// Code makes a code.
func (l Local) Code(ctx context.Context, i Invitation) (provider.Secret, error) {
	operator, err := l.Gateway.Authenticate(ctx, l.Operator, gateway.RoleOperator)
	if err != nil {
		return "", err
	}
	invitation := gateway.Invitation{Name: i.Name, Lanes: i.Lanes, For: i.For}
	if !i.App {
		return l.Gateway.NewRegistration(ctx, operator, invitation)
	}
	if l.AppCode == nil {
		return "", errors.New("codes for the app are kept by the running gateway: start it with its door for the app (app.enabled)")
	}
	return l.AppCode(ctx, operator, invitation)
}

// List returns all tokens.
func (l Local) List(ctx context.Context) ([]Token, error) {
	stored, err := l.Principals.List(ctx)
	all := make([]Token, 0, len(stored))
	for _, p := range stored {
		all = append(all, describe(p))
	}
	return all, err
}

func describe(p gateway.Principal) Token {
	return Token{
		ID: p.Token.Hex()[:idLength], Name: p.Name, Role: p.Role.String(), Lanes: p.Lanes, Countries: p.Countries,
		Limits: p.Limits, Revoked: p.Revoked,
	}
}

// Revoke revokes tokens.
func (l Local) Revoke(ctx context.Context, which string) ([]Token, error) {
	operator, err := l.Gateway.Authenticate(ctx, l.Operator, gateway.RoleOperator)
	if err != nil {
		return nil, err
	}
	stored, err := l.Principals.List(ctx)
	if err != nil {
		return nil, err
	}
	var revoked []Token
	for _, p := range stored {
		if !p.Revoked.IsZero() || p.Name != which && p.Token.Hex()[:idLength] != strings.ToLower(which) {
			continue
		}
		if err := l.Gateway.Revoke(ctx, operator, p.Token); err != nil {
			return revoked, err
		}
		p.Revoked = l.Gateway.Now()
		revoked = append(revoked, describe(p))
	}
	if len(revoked) == 0 {
		return nil, fmt.Errorf("no token that is not revoked yet has the ID or the name %q", cmp.Or(which, "(empty)"))
	}
	return revoked, nil
}
