package bmob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// CaptchaConfig says what a puzzle looks like. Zero values leave it to Bmob.
type CaptchaConfig struct {
	// Width and Height are the picture's size in pixels: 60 to 200 and 30 to 100.
	// Bmob's defaults: 85 and 30.
	Width, Height int
	// Size is how many characters there are to read: 3 to 6. Bmob's default: 4.
	Size int
	// Life is how long the puzzle can be answered, in whole seconds: 60 s to 180 s.
	// Bmob's default: 60 s.
	Life time.Duration
}

func (c CaptchaConfig) validate() error {
	var problems []error
	for _, f := range []struct {
		name               string
		value, least, most int
	}{
		{"Width", c.Width, 60, 200},
		{"Height", c.Height, 30, 100},
		{"Size", c.Size, 3, 6},
	} {
		if f.value != 0 && (f.value < f.least || f.value > f.most) {
			problems = append(problems, fmt.Errorf("Captcha.%s: want %d to %d", f.name, f.least, f.most))
		}
	}
	if c.Life != 0 && (c.Life < time.Minute || c.Life > 3*time.Minute || c.Life%time.Second != 0) {
		problems = append(problems, errors.New("Captcha.Life: want whole seconds, 60 s to 180 s"))
	}
	return errors.Join(problems...)
}

type requestCaptchaBody struct {
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	Size   int `json:"size,omitempty"`
	TTL    int `json:"ttl,omitempty"`
}

type verifyCaptchaBody struct {
	Code  string `json:"captcha_code"`
	Token string `json:"captcha_token"`
}

// IssueCaptcha asks for a new puzzle, as Config.Captcha describes it. The address
// of its picture is Bmob's own; it carries a secretKey that Bmob puts there.
func (p *Provider) IssueCaptcha(ctx context.Context) (provider.Captcha, error) {
	call, look := p.client.NewCall(provider.OpCaptcha), p.config().Captcha
	body := requestCaptchaBody{look.Width, look.Height, look.Size, int(look.Life / time.Second)}
	answer, err := p.exchange(ctx, call, http.MethodPost, requestCaptchaPath, body)
	switch {
	case err != nil:
		return provider.Captcha{}, err
	case answer.CaptchaToken == "":
		return provider.Captcha{}, call.Unusable("captcha_token: missing")
	case answer.CaptchaURL == "":
		return provider.Captcha{}, call.Unusable("captcha_url: missing")
	}
	return provider.Captcha{Token: string(answer.CaptchaToken), ImageURL: string(answer.CaptchaURL)}, nil
}

// SolveCaptcha exchanges the user's answer for the token that goes into
// Message.Captcha, for one send. No page says how Bmob refuses a wrong answer: a
// refusal whose code explains nothing else counts as one.
func (p *Provider) SolveCaptcha(ctx context.Context, token, answer string) (string, error) {
	call := p.client.NewCall(provider.OpCaptcha)
	call.Hide(token, answer)
	switch {
	case token == "":
		return "", call.Fail(provider.KindConfig, "token: must not be empty")
	case answer == "":
		return "", call.Fail(provider.KindCodeMismatch, "answer: empty")
	}
	solved, err := p.exchange(ctx, call, http.MethodPost, verifyCaptchaPath, verifyCaptchaBody{Code: answer, Token: token})
	switch {
	case isWrongAnswer(err):
		return "", withMeaning(err, facts.Code{Kind: provider.KindCodeMismatch})
	case err != nil:
		return "", err
	case solved.ValidateToken == "":
		return "", call.Unusable("validate_token: missing")
	}
	return string(solved.ValidateToken), nil
}

// isWrongAnswer tells the kinds that say nothing, or speak of a number that the
// request does not have.
func isWrongAnswer(err error) bool {
	return errors.Is(err, provider.KindUnknown) || errors.Is(err, provider.KindRecipient)
}
