package acme

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// Default values of Config.
const (
	DefaultName    = "acme"
	DefaultBaseURL = "https://text.acme.example"
	DefaultTimeout = 10 * time.Second
)

// Config configures a Provider.
type Config struct {
	// Key is the account's key. Required.
	Key string
	// Secret is what requests are signed with. Required.
	Secret provider.Secret

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL.
	BaseURL string
	// Timeout bounds one exchange. Default: DefaultTimeout.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock that requests are signed with. Default: time.Now.
	Now func() time.Time
}

func (cfg Config) withDefaults() Config {
	if cfg.Name == "" {
		cfg.Name = DefaultName
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
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
	if cfg.Key == "" {
		problems = append(problems, errors.New("Key: must not be empty"))
	}
	if cfg.Secret == "" {
		problems = append(problems, errors.New("Secret: must not be empty"))
	}
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems, cfg.Templates.Validate(), cfg.validateTemplates(), cfg.validateBaseURL())
	if cfg.Timeout < 0 {
		problems = append(problems, errors.New("Timeout: must not be negative"))
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("acme: config: %w", err)
	}
	return nil
}

// validateTemplates refuses what Acme has no use for, so that nobody waits for
// it to have an effect.
func (cfg Config) validateTemplates() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		template := cfg.Templates[name]
		if template.ID == "" {
			problems = append(problems, fmt.Errorf("Templates[%q].ID: must not be empty", name))
		}
		if template.Sign != "" {
			problems = append(problems, fmt.Errorf("Templates[%q].Sign: Acme takes the signature from the template", name))
		}
	}
	return errors.Join(problems...)
}

func (cfg Config) validateBaseURL() error {
	base, err := url.Parse(cfg.BaseURL)
	switch {
	case err != nil:
		return errors.New("BaseURL: not a URL")
	case base.Scheme != "https" && base.Scheme != "http":
		return errors.New("BaseURL: want https:// (or http:// for a test server)")
	case base.Host == "" || base.Path != "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return errors.New("BaseURL: want a scheme and a host, perhaps a port, and nothing else")
	}
	return nil
}
