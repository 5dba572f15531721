package bmob

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

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
	look := p.cfg.Captcha
	body := requestCaptchaBody{look.Width, look.Height, look.Size, int(look.Life / time.Second)}
	reply, err := p.exchange(ctx, call{op: provider.OpCaptcha, path: requestCaptchaPath, body: encode(body), redact: provider.Redact})
	switch {
	case err != nil:
		return provider.Captcha{}, err
	case reply.CaptchaToken == "":
		return provider.Captcha{}, p.client.BadReply(provider.OpCaptcha, httpx.Reply{Status: http.StatusOK}, "captcha_token: missing")
	case reply.CaptchaURL == "":
		return provider.Captcha{}, p.client.BadReply(provider.OpCaptcha, httpx.Reply{Status: http.StatusOK}, "captcha_url: missing")
	}
	return provider.Captcha{Token: reply.CaptchaToken, ImageURL: reply.CaptchaURL}, nil
}

// SolveCaptcha exchanges the user's answer for the token that goes into
// Message.Captcha, for one send. No page says how Bmob refuses a wrong answer: a
// refusal whose code explains nothing else counts as one.
func (p *Provider) SolveCaptcha(ctx context.Context, token, answer string) (string, error) {
	if err := p.solvable(token, answer); err != nil {
		return "", err
	}
	reply, err := p.exchange(ctx, call{
		op: provider.OpCaptcha, path: verifyCaptchaPath, body: encode(verifyCaptchaBody{Code: answer, Token: token}), redact: hide(token, answer),
	})
	if err != nil {
		return "", asWrongAnswer(err)
	}
	if reply.ValidateToken == "" {
		return "", p.client.BadReply(provider.OpCaptcha, httpx.Reply{Status: http.StatusOK}, "validate_token: missing")
	}
	return reply.ValidateToken, nil
}

// solvable reports what cannot be right without asking.
func (p *Provider) solvable(token, answer string) error {
	failure := &provider.Error{Provider: p.cfg.Name, Op: provider.OpCaptcha}
	switch {
	case token == "":
		failure.Kind, failure.Text = provider.KindConfig, "token: must not be empty"
	case answer == "":
		failure.Kind, failure.Text = provider.KindCodeMismatch, "answer: empty"
	default:
		return nil
	}
	return failure
}

// asWrongAnswer turns the kinds that say nothing, or speak of a number that the
// request does not have, into a wrong answer.
func asWrongAnswer(err error) error {
	var failure *provider.Error
	if errors.As(err, &failure) && (failure.Kind == provider.KindUnknown || failure.Kind == provider.KindRecipient) {
		wrong := *failure
		wrong.Kind = provider.KindCodeMismatch
		return &wrong
	}
	return err
}
