package relay

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Config configures a Provider.
type Config struct {
	// Token is a site's token at the gateway. Required.
	Token provider.Secret
	// Lane chooses among the phones. Default: relayapi.DefaultLane.
	Lane string
	// Wait is how long Send waits for a phone, at most relayapi.MaxWait; it waits
	// less when its context ends earlier. Default: 0, which does not wait: Send
	// returns when the gateway has stored the text.
	Wait time.Duration
	// TTL is how long a phone may take the text, from relayapi.MinTTL to
	// relayapi.MaxTTL. Default: as long as Send waits, or relayapi.DefaultTTL when it
	// does not.
	TTL time.Duration
	// Codes checks the codes of a lane whose app has a vendor make them. Receipts then
	// say CodeByProvider. Default: the caller makes the codes.
	Codes provider.Verifier
	// International lets numbers outside mainland China through.
	International bool

	// Templates maps logical names to texts. Required.
	Templates provider.Templates
	// Rand is where idempotency keys come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the gateway is. Required.
	BaseURL string
	// Timeout bounds one exchange, beyond Wait. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts. Default: time.Now.
	Now func() time.Time
}

func (cfg Config) withDefaults() Config {
	if cfg.Lane == "" {
		cfg.Lane = relayapi.DefaultLane
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Name == "" {
		cfg.Name = DefaultName
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = httpx.DefaultTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	cfg = cfg.withDefaults()
	var problems []error
	report := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if cfg.Token == "" {
		report("Token: must not be empty")
	}
	if !relayapi.ValidLane(cfg.Lane) {
		report("Lane: %s", relayapi.LaneForm)
	}
	if cfg.Wait < 0 || cfg.Wait > relayapi.MaxWait {
		report("Wait: must be between 0 and %v", relayapi.MaxWait)
	}
	if cfg.TTL != 0 && (cfg.TTL < relayapi.MinTTL || cfg.TTL > relayapi.MaxTTL) {
		report("TTL: must be between %v and %v, or 0", relayapi.MinTTL, relayapi.MaxTTL)
	}
	if client := cfg.HTTPClient; client != nil && client.Timeout > 0 && client.Timeout <= cfg.Wait {
		report("HTTPClient: its Timeout must be longer than Wait")
	}
	if len(cfg.Templates) == 0 {
		report("Templates: must not be empty")
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		template := cfg.Templates[name]
		if template.Text == "" {
			report("Templates[%q].Text: must not be empty, a phone sends whole texts", name)
		}
		if template.Sign != "" {
			report("Templates[%q].Sign: a phone has no signature; write it into Text", name)
		}
	}
	problems = append(problems, cfg.Templates.Validate(), cfg.http().Validate())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("relay: config: %w", err)
	}
	return nil
}

func (cfg Config) http() httpx.Config {
	timeout := cfg.Timeout
	if timeout > 0 {
		timeout += cfg.Wait
	}
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: timeout, HTTPClient: cfg.HTTPClient}
}
