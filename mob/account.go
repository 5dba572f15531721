package mob

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/internal/codemaker"
	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// account is what a Provider and an SDKVerifier share: the credentials and the
// way to the service.
type account struct {
	// The settings sit behind a pointer because fmt, when it prints a struct that
	// holds an account in an unexported field, shows the fields without asking
	// Format. It does not follow the pointers among them.
	cfg    *Config
	client *httpx.Client
}

// newAccount takes a Config that was validated.
func newAccount(cfg Config) (account, error) {
	cfg = cfg.withDefaults()
	cfg.Templates = cfg.Templates.Clone()
	client, err := httpx.New(cfg.http())
	if err != nil {
		return account{}, fmt.Errorf("mob: config: %w", err)
	}
	return account{cfg: &cfg, client: client}, nil
}

// exchange posts a form and reads the reply.
func (a account) exchange(ctx context.Context, op string, address *url.URL, f form) (reply, error) {
	answer, err := a.client.Do(ctx, httpx.Request{Op: op, Method: http.MethodPost, URL: address, Header: formHeader, Body: f.encode()})
	if err != nil {
		return reply{}, err
	}
	if answer.Status != http.StatusOK {
		return reply{}, a.client.BadReply(op, answer, "HTTP status")
	}
	decoded, err := decode(answer.Body)
	if err != nil {
		return reply{}, a.client.BadReply(op, answer, err.Error())
	}
	return decoded, nil
}

// redaction strikes what the caller has sent, and the given secrets, out of a text.
type redaction func(text string, secrets ...string) string

// refusal turns a status into an error. The service's words may repeat the
// number or the code, hence the redaction; what stands in the place of a status,
// and is none that is known, may be one of them too.
func (a account) refusal(op string, statuses table, r reply, redact redaction) error {
	status, key := string(r.Status), string(a.cfg.AppKey)
	meaning, listed := statuses[status]
	if !listed {
		status = redact(status, key)
	}
	return &provider.Error{
		Provider: a.cfg.Name, Op: op, Kind: meaning.kind, Scope: meaning.scope, RetryAfter: meaning.retryAfter,
		MayHaveSent: meaning.mayHaveSent && op == provider.OpSend,
		Code:        status, Text: redact(string(r.Error), key), HTTPStatus: http.StatusOK,
	}
}

// verify asks one of the two calls that check codes.
func (a account) verify(ctx context.Context, address *url.URL, r provider.Receipt, code string) error {
	if err := codemaker.CheckReceipt(r, code); err != nil {
		return httpx.Named(err, a.cfg.Name)
	}
	f := a.newForm("appkey", r.To)
	f.code = code
	reply, err := a.exchange(ctx, provider.OpVerify, address, f)
	if err != nil {
		return err
	}
	if reply.Status != statusDone {
		redact := func(text string, secrets ...string) string {
			return provider.Redact(text, append(secrets, r.To.National(), code)...)
		}
		return a.refusal(provider.OpVerify, smsStatuses, reply, redact)
	}
	return nil
}
