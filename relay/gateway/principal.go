package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
)

// Principal is who makes a request: a site, a phone or an operator.
type Principal struct {
	// Name is the name of the site, the phone or the operator.
	Name string
	// Role is what it may do.
	Role Role
}

// knownToken is a token as it is compared.
type knownToken struct {
	Principal

	hash [sha256.Size]byte
}

func knownTokens(tokens []Token) []knownToken {
	var all []knownToken
	for _, token := range tokens {
		known := knownToken{Principal: Principal{Name: token.Name, Role: token.Role}}
		_, _ = hex.Decode(known.hash[:], []byte(token.Hash)) // Validate has checked it
		all = append(all, known)
	}
	return all
}

// Authenticate returns the holder of a token, or [ErrUnauthorized]. It compares with every
// token, so that the time that it takes reveals nothing.
func (g *Gateway) Authenticate(_ context.Context, token string) (Principal, error) {
	found, err := Principal{}, ErrUnauthorized
	hash := sha256.Sum256([]byte(token))
	for _, known := range g.tokens {
		if subtle.ConstantTimeCompare(hash[:], known.hash[:]) == 1 {
			found, err = known.Principal, nil
		}
	}
	return found, err
}

// as returns [ErrForbidden] unless the principal has one of the roles.
func (p Principal) as(roles ...Role) error {
	for _, role := range roles {
		if p.Role == role {
			return nil
		}
	}
	return &ForbiddenError{Role: p.Role}
}
