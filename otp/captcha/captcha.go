// Package captcha makes a challenge for package guard out of the picture puzzles that a
// service hands out, such as Bmob's.
//
// A page fetches what [Challenger.Issue] returns, shows the picture, and sends [Token] of the
// puzzle and of what the user read as the token. [Challenger.Verify] gives both to the
// service, which is the only one that knows the answer. So a challenge costs the service's
// two calls, and while the service cannot be asked nobody passes: prefer package altcha,
// which needs nobody, unless somebody must look at the page.
//
// What the service answers is spent here and not given to a send: a service that wants a
// puzzle of its own before each text gets it in Message.Captcha. Where the service takes an
// answer once, a token that the guard refused for another reason needs a new puzzle.
package captcha

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

// Challenger hands out puzzles and checks answers. It is a guard.Challenger and a
// guard.Issuer. Safe for concurrent use when its issuer is.
type Challenger struct{ issuer provider.CaptchaIssuer }

// ErrToken is the error for a token that [Token] did not write. A wrong answer is an error
// of provider.KindCodeMismatch.
var ErrToken = errors.New("captcha: want a token of a puzzle and its answer")

// New returns a challenger with the puzzles of an issuer. The issuer of a provider is
// found by provider.As.
func New(issuer provider.CaptchaIssuer) (*Challenger, error) {
	if issuer == nil {
		return nil, errors.New("captcha: want an issuer; no provider given here hands out puzzles")
	}
	return &Challenger{issuer}, nil
}

// Puzzle is what Issue returns, as JSON.
type Puzzle struct {
	// Type is "picture".
	Type string `json:"type"`
	// Puzzle identifies the puzzle in the token.
	Puzzle string `json:"puzzle"`
	// Image is the address of the picture, at the service.
	Image string `json:"image"`
}

// Issue asks the service for a puzzle.
func (c *Challenger) Issue(ctx context.Context) (json.RawMessage, error) {
	captcha, err := c.issuer.IssueCaptcha(ctx)
	if err != nil {
		return nil, err
	}
	return json.Marshal(Puzzle{Type: "picture", Puzzle: captcha.Token, Image: captcha.ImageURL})
}

// Token is the token for a puzzle that was answered: both with a colon between. A page
// writes it by itself.
func Token(puzzle, answer string) string { return puzzle + ":" + answer }

// longest is how many bytes a token may have.
const longest = 1024

// Verify gives the answer to the service. The error is for a wrong answer as well as for a
// service that cannot be asked. What it returns identifies the puzzle, whoever answers
// it, so that the guard spends each puzzle once.
func (c *Challenger) Verify(ctx context.Context, token string) (string, error) {
	at := strings.LastIndexByte(token, ':')
	if at < 1 || at == len(token)-1 || len(token) > longest {
		return "", ErrToken
	}
	puzzle := token[:at]
	if _, err := c.issuer.SolveCaptcha(ctx, puzzle, token[at+1:]); err != nil {
		return "", err
	}
	return puzzle, nil
}
