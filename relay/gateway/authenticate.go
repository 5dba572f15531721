package gateway

import (
	"context"
	"errors"
	"time"
)

// lookup says when a principal was looked up: how long after the gateway began, and
// after how many revocations.
type lookup struct {
	at          time.Duration
	revocations uint64
}

// trustFor is how long a principal counts that was looked up. A revocation by this gateway
// ends it at once; this is for one that another process has stored.
const trustFor = time.Second

// Authenticate returns the holder of a token, or [ErrUnauthorized] when the gateway does not
// know the token or it was revoked, or a [*ForbiddenError] when the holder has none of the
// roles; no roles means any. A door asks for each request, or once for a connection: the
// other methods look again when a principal was looked up more than a second ago.
//
// It looks a token up by its SHA-256, whose bits nobody can choose: how long that takes
// tells at most how the hash of the token that was tried compares with those that are
// known, and from a hash nobody gets to the token.
func (g *Gateway) Authenticate(ctx context.Context, token string, roles ...Role) (Principal, error) {
	who, err := g.find(ctx, hashOf(token))
	if err == nil && len(roles) > 0 {
		err = who.as(roles...)
	}
	if err != nil {
		g.noteRefused(ctx, who, err)
		return Principal{}, err
	}
	return who, nil
}

// find returns the holder of a token. Beside ErrUnauthorized it returns that of a token
// that was revoked.
func (g *Gateway) find(ctx context.Context, token Hash) (Principal, error) {
	found := lookup{g.elapsed(), g.revocations.Load()}
	if who, ok := g.tokens[token]; ok {
		who.found = found
		return who, nil
	}
	if g.cfg.Principals == nil {
		return Principal{}, ErrUnauthorized
	}
	who, err := g.cfg.Principals.Find(ctx, token)
	switch {
	case errors.Is(err, ErrUnknownToken):
		return Principal{}, ErrUnauthorized
	case err != nil:
		return Principal{}, g.failed(ctx, "authenticate", err)
	case !who.Revoked.IsZero():
		return who, ErrUnauthorized
	}
	who.found = found
	return who, nil
}

// current returns a principal as it is now.
func (g *Gateway) current(ctx context.Context, who Principal) (Principal, error) {
	age := g.elapsed() - who.found.at
	fresh := who.found.revocations == g.revocations.Load() && age >= 0 && age < trustFor
	if fresh || who.Token.IsZero() {
		return who, nil
	}
	return g.find(ctx, who.Token)
}

// allow returns the principal as it is now, or why it may not make a request that is for
// these roles.
func (g *Gateway) allow(ctx context.Context, who Principal, roles ...Role) (Principal, error) {
	now, err := g.current(ctx, who)
	if err == nil {
		err = now.as(roles...)
	}
	if err == nil {
		err = g.usage.request(now, g.elapsed())
	}
	if err != nil {
		return who, err
	}
	return now, nil
}

// Revoke revokes a stored token: from now on it opens nothing, and the pulls that wait under
// it end with [ErrUnauthorized] at once. After a revocation that this gateway was not asked
// for, such as one by Revoke of the engine, they end when they look again, which they do within
// the length of a lease. A token of [Config.Tokens] is unknown here.
func (g *Gateway) Revoke(ctx context.Context, operator Principal, token Hash) (err error) {
	defer func() { g.noteRefused(ctx, operator, err) }()
	if operator, err = g.allow(ctx, operator, RoleOperator); err != nil {
		return err
	}
	end, err := g.beginChange()
	if err != nil {
		return err
	}
	defer end()
	err = g.cfg.Principals.Revoke(ctx, token, g.Now())
	g.revocations.Add(1)
	g.revoked.tell(token.Hex())
	if err != nil {
		return g.failed(ctx, "revoke", err)
	}
	g.watches.endOf(token)
	g.logger.Info("relay: token revoked", "operator", operator.Name, "token", token)
	return nil
}

// hasToken reports whether Config.Tokens has a holder of that role and name.
func (g *Gateway) hasToken(role Role, name string) bool {
	for _, known := range g.tokens {
		if known.Role == role && known.Name == name {
			return true
		}
	}
	return false
}

// knownTokens are the principals of a configuration.
func knownTokens(tokens []Token) map[Hash]Principal {
	all := map[Hash]Principal{}
	for _, token := range tokens {
		p := token.principal()
		all[p.Token] = p
	}
	return all
}
