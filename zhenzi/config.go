package zhenzi

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
)

// Default values of Config.
const (
	DefaultName           = "zhenzi"
	DefaultBaseURL        = "https://sms_developer.zhenzikj.com"
	DefaultBaseURLCompany = "https://sms.zhenzikj.com"
)

// Config configures a Provider.
type Config struct {
	// AppID is the application's appId. Required.
	AppID string
	// AppSecret is the application's appSecret. Required.
	AppSecret provider.Secret
	// Company says that the account is a company's.
	Company bool

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates
	// Rand is where messageIds come from. It must be safe for concurrent use.
	// Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL, or
	// DefaultBaseURLCompany with Company.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts. Default: time.Now.
	Now func() time.Time
}

func (cfg Config) withDefaults() Config {
	if cfg.Name == "" {
		cfg.Name = DefaultName
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
		if cfg.Company {
			cfg.BaseURL = DefaultBaseURLCompany
		}
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
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
	if cfg.AppID == "" {
		problems = append(problems, errors.New("AppID: must not be empty"))
	}
	if cfg.AppSecret == "" {
		problems = append(problems, errors.New("AppSecret: must not be empty"))
	}
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems, cfg.Templates.Validate(), cfg.validateSigns(), cfg.http().Validate())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("zhenzi: config: %w", err)
	}
	return nil
}

func (cfg Config) validateSigns() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		if cfg.Templates[name].Sign != "" {
			problems = append(problems, fmt.Errorf("Templates[%q].Sign: Zhenzi has no field for a signature", name))
		}
	}
	return errors.Join(problems...)
}

func (cfg Config) http() httpx.Config {
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient}
}
