package ihuyi

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Default values of Config.
const (
	DefaultName          = "ihuyi"
	DefaultBaseURL       = "https://106.ihuyi.com"
	DefaultBaseURLIntl   = "https://api.isms.ihuyi.com"
	DefaultBaseURLNewer  = "https://api.ihuyi.com"
	DefaultVariableLimit = 8
)

// Config configures a Provider.
type Config struct {
	// Account is the APIID. Required.
	Account string
	// APIKey is the APIKEY. Required.
	APIKey provider.Secret
	// International says that the account is one for international texts.
	International bool
	// API is the interface to use. Default: APIClassic.
	API API
	// VariableLimit is how many characters a value may have in template mode, as
	// the console has it for the account: the vendor's own examples show longer
	// ones than the default. Default: DefaultVariableLimit, which is the service's.
	// A negative number leaves the check to the service.
	VariableLimit int

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL, DefaultBaseURLIntl
	// with International, or DefaultBaseURLNewer with APINewer.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock that the dynamic password is made with. Default: time.Now.
	Now func() time.Time
}

func (cfg Config) withDefaults() Config {
	if cfg.VariableLimit == 0 {
		cfg.VariableLimit = DefaultVariableLimit
	}
	if cfg.Name == "" {
		cfg.Name = DefaultName
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = cfg.calls().baseURL
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
	if cfg.Account == "" {
		problems = append(problems, errors.New("Account: must not be empty"))
	}
	if cfg.APIKey == "" {
		problems = append(problems, errors.New("APIKey: must not be empty"))
	}
	if cfg.API != APIClassic && cfg.API != APINewer {
		problems = append(problems, fmt.Errorf("API: no such interface: %d", int(cfg.API)))
	}
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems, cfg.Templates.Validate(), cfg.validateTemplates(), cfg.http().Validate())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("ihuyi: config: %w", err)
	}
	return nil
}

// validateTemplates checks what only Ihuyi asks of templates.
func (cfg Config) validateTemplates() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		template := cfg.Templates[name]
		if template.Sign != "" {
			problems = append(problems, fmt.Errorf("Templates[%q].Sign: Ihuyi takes the signature from the account", name))
		}
		if strings.Trim(template.ID, "0123456789") != "" {
			problems = append(problems, fmt.Errorf("Templates[%q].ID: want digits only", name))
		}
		if cfg.International && template.ID != "" && template.Text == "" {
			problems = append(problems, fmt.Errorf("Templates[%q].Text: must not be empty: international texts are sent whole", name))
		}
	}
	return errors.Join(problems...)
}

func (cfg Config) http() httpx.Config {
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient}
}
