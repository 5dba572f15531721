package alarm

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/cnsms/cnsms/provider"
)

// SignatureHeader has the signature of a webhook's request: "sha256=" and, in hex, the
// HMAC-SHA256 of the body under the secret. The body has the time.
const SignatureHeader = "X-Cnsms-Signature"

// Webhook posts an [Event] as JSON. Any status of 200 to 299 accepts it. It follows no
// redirects.
type Webhook struct {
	// URL is where to post. Required. It appears in no error and in no log.
	URL string
	// Secret signs the requests; empty means that they are not signed.
	Secret provider.Secret
	// HTTPClient makes the requests. nil means one of its own.
	HTTPClient *http.Client
}

// Validate reports whether the URL is one.
func (h *Webhook) Validate() error {
	u, err := url.Parse(h.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("URL: want https://host/path or http://host/path")
	}
	return nil
}

// Format prints what may be seen: not the URL, which may hold a key.
func (h Webhook) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "webhook") }

// MarshalText writes what Format prints, for loggers and dumps. It is never read back.
func (h Webhook) MarshalText() ([]byte, error) { return []byte("webhook"), nil }

// Notify posts an event.
func (h *Webhook) Notify(ctx context.Context, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("alarm: the webhook's URL is none")
	}
	r.Header.Set("Content-Type", "application/json")
	if h.Secret != "" {
		mac := hmac.New(sha256.New, []byte(h.Secret))
		_, _ = mac.Write(body)
		r.Header.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	client := h.HTTPClient
	if client == nil {
		client = &http.Client{}
	}
	one := *client
	one.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := one.Do(r)
	if err != nil {
		return h.failed(ctx, err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("alarm: the webhook responded with status %d", response.StatusCode)
	}
	return nil
}

// failed is an error of the exchange without the address of the webhook: neither its URL nor its
// host, which can hold a key too, nor what a proxy or a certificate says of them.
func (h *Webhook) failed(ctx context.Context, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("alarm: the webhook: %w", ended)
	}
	hidden := []string{h.URL}
	if u, err := url.Parse(h.URL); err == nil {
		hidden = append(hidden, u.Host, u.Hostname(), u.RequestURI(), u.RawQuery)
	}
	return errors.New("alarm: the webhook: " + provider.Redact(err.Error(), hidden...))
}
