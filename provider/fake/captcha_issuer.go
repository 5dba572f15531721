package fake

import (
	"context"
	"strconv"

	"github.com/cnsms/cnsms/provider"
)

// CaptchaIssuer is a [Provider] that hands out picture puzzles. It sends with and
// without a solved one: a test reads the token of a message in Message.Captcha.
type CaptchaIssuer struct {
	Provider
	// Answer is the right answer to every puzzle. Default: "1234".
	Answer string
	// CaptchaErr is what IssueCaptcha and SolveCaptcha fail with, or nil.
	CaptchaErr error
}

var _ provider.CaptchaIssuer = (*CaptchaIssuer)(nil)

const defaultAnswer = "1234"

// IssueCaptcha makes a new puzzle. No picture is at its ImageURL.
func (c *CaptchaIssuer) IssueCaptcha(ctx context.Context) (provider.Captcha, error) {
	if err := c.unanswered(ctx, provider.OpCaptcha, c.CaptchaErr); err != nil {
		return provider.Captcha{}, err
	}
	token := c.record().newPuzzle(c.Name())
	return provider.Captcha{Token: token, ImageURL: "https://captcha.invalid/" + token + ".png"}, nil
}

// newPuzzle makes the token of a puzzle, such as fake-captcha-1.
func (r *record) newPuzzle(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.puzzled++
	token := name + "-captcha-" + strconv.Itoa(r.puzzled)
	r.puzzles[token] = true
	return token
}

// SolveCaptcha returns the token for Message.Captcha when the answer is right. A
// puzzle can be solved once.
func (c *CaptchaIssuer) SolveCaptcha(ctx context.Context, token, answer string) (string, error) {
	if err := c.unanswered(ctx, provider.OpCaptcha, c.CaptchaErr); err != nil {
		return "", err
	}
	right := c.Answer
	if right == "" {
		right = defaultAnswer
	}
	failure := &provider.Error{Provider: c.Name(), Op: provider.OpCaptcha}
	r := c.record()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.puzzles[token]:
		failure.Kind, failure.Text = provider.KindCodeExpired, "token: IssueCaptcha did not return it, or the puzzle was solved"
	case answer != right:
		failure.Kind, failure.Text = provider.KindCodeMismatch, "answer: wrong"
	default:
		delete(r.puzzles, token)
		return token + "-solved", nil
	}
	return "", failure
}
