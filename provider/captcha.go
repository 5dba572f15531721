package provider

import "context"

// Captcha is a picture puzzle that a service wants solved before it sends.
type Captcha struct {
	// Token identifies the puzzle when it is answered.
	Token string
	// ImageURL is where the user's browser loads the picture from.
	ImageURL string
}

// CaptchaIssuer hands out puzzles. Find it with [As].
type CaptchaIssuer interface {
	// IssueCaptcha asks the service for a new puzzle.
	IssueCaptcha(ctx context.Context) (Captcha, error)
	// SolveCaptcha gives the user's answer to the service and returns the token
	// that goes into Message.Captcha. A wrong answer is an error of
	// KindCodeMismatch.
	SolveCaptcha(ctx context.Context, token, answer string) (string, error)
}
