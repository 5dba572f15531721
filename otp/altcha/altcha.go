// Package altcha is a challenge for package guard that needs no service: the browser
// does a short proof of work. It is a cost for whoever asks often, and no proof that
// a person asks.
//
// A page fetches what [Challenger.Issue] returns, solves it with the ALTCHA widget and
// sends the widget's payload as the token. [Challenger.Verify] checks it; the guard
// spends it once.
package altcha

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	lib "github.com/altcha-org/altcha-lib-go"
)

// Config says how a challenger is made.
type Config struct {
	// Key signs the challenges; 32 bytes or more, the same for all who share a site.
	Key []byte
	// Site is the host that challenges are for, such as "example.com". Sites that share
	// a key, but no store of the guard, each need a name of their own: the store of one
	// does not know what was spent at the other. Default: none.
	Site string
	// MaxNumber is how much work a challenge is at most, in hashes. Default: 100,000.
	MaxNumber int64
	// Lifetime is how long a challenge may be answered. Default: 5 minutes; at most 24
	// hours, because a store remembers spent tokens for longer than that.
	Lifetime time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Challenger makes and checks challenges. Safe for concurrent use.
type Challenger struct{ config Config }

// ErrToken is the error for every token that is not good: forged, altered, expired, or
// of another site.
var ErrToken = errors.New("altcha: the token is not good")

// New returns a challenger.
func New(c Config) (*Challenger, error) {
	if len(c.Key) < 32 {
		return nil, fmt.Errorf("altcha: Key: has %d bytes; want 32 random ones at least", len(c.Key))
	}
	if c.MaxNumber == 0 {
		c.MaxNumber = 100_000
	}
	if c.Lifetime == 0 {
		c.Lifetime = 5 * time.Minute
	}
	if c.MaxNumber < 1 || c.Lifetime < time.Second || c.Lifetime > 24*time.Hour {
		return nil, errors.New("altcha: want a positive MaxNumber, and a Lifetime between a second and a day")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Challenger{c}, nil
}

// Issue returns the JSON of a new challenge, as the widget wants it. It makes a
// Challenger a guard.Issuer.
func (c *Challenger) Issue(context.Context) (json.RawMessage, error) {
	end := c.config.Now().Add(c.config.Lifetime)
	challenge, err := lib.CreateChallenge(lib.ChallengeOptions{
		Algorithm: lib.SHA256, MaxNumber: c.config.MaxNumber, HMACKey: string(c.config.Key), Expires: &end,
		Params: url.Values{"site": {c.config.Site}},
	})
	if err != nil {
		return nil, err
	}
	// The widget calls it maxnumber, with small letters.
	return json.Marshal(map[string]any{
		"algorithm": challenge.Algorithm, "challenge": challenge.Challenge, "maxnumber": challenge.MaxNumber,
		"salt": challenge.Salt, "signature": challenge.Signature,
	})
}

// Verify checks a token, which is the widget's payload, and returns what identifies
// its challenge. Two tokens for one challenge are the same to it.
func (c *Challenger) Verify(_ context.Context, token string) (string, error) {
	if len(token) > 4096 {
		return "", ErrToken
	}
	data, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return "", ErrToken
	}
	var p lib.Payload
	if json.Unmarshal(data, &p) != nil || p.Algorithm != string(lib.SHA256) || p.Number < 0 {
		return "", ErrToken
	}
	if good, err := lib.VerifySolutionSafe(p, string(c.config.Key), false); err != nil || !good {
		return "", ErrToken
	}
	site, end, err := terms(p)
	if err != nil || site != c.config.Site || !c.config.Now().Before(end) {
		return "", ErrToken
	}
	return p.Challenge, nil
}
