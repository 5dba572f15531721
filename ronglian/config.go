package ronglian

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

// Default values of Config, and the address of the older sandbox.
const (
	DefaultName    = "ronglian"
	DefaultBaseURL = "https://app.cloopen.com:8883"
	SandboxBaseURL = "https://sandboxapp.cloopen.com:8883"
)

// trialTemplate is the one template of a trial account.
const trialTemplate = "1"

// longestSubAppend is how many digits SubAppend may have.
const longestSubAppend = 4

// Config configures a Provider.
type Config struct {
	// AccountSID is the ACCOUNT SID. Required.
	AccountSID string
	// AuthToken is the AUTH TOKEN. Required.
	AuthToken provider.Secret
	// AppID is the APP ID. Required.
	AppID string
	// SubAccount says that AccountSID and AuthToken are those of a sub-account.
	SubAccount bool
	// SubAppend is the extension that is appended to the sender's number: up to
	// four digits. Default: none.
	SubAppend string
	// Trial says that the account is a trial account, so that what such accounts
	// cannot send fails before any request: values other than one to four digits,
	// and templates other than 1.
	Trial bool

	// Templates maps logical names to approved templates. Required.
	Templates provider.Templates

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is. Default: DefaultBaseURL.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
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
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	cfg = cfg.withDefaults()
	var problems []error
	switch {
	case cfg.AccountSID == "":
		problems = append(problems, errors.New("AccountSID: must not be empty"))
	case !isAlphanumeric(cfg.AccountSID):
		// It stands in the path, and before a colon in the Authorization.
		problems = append(problems, errors.New("AccountSID: want letters and digits only"))
	}
	if cfg.AuthToken == "" {
		problems = append(problems, errors.New("AuthToken: must not be empty"))
	}
	if cfg.AppID == "" {
		problems = append(problems, errors.New("AppID: must not be empty"))
	}
	if cfg.SubAppend != "" && (len(cfg.SubAppend) > longestSubAppend || !isDigits(cfg.SubAppend)) {
		problems = append(problems, errors.New("SubAppend: want one to four digits"))
	}
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems, cfg.Templates.Validate(), cfg.validateTemplates(), cfg.http().Validate())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("ronglian: config: %w", err)
	}
	return nil
}

// validateTemplates checks what only Ronglian asks of templates.
func (cfg Config) validateTemplates() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		template := cfg.Templates[name]
		if template.Sign != "" {
			problems = append(problems, fmt.Errorf("Templates[%q].Sign: Ronglian takes the signature from the approved template", name))
		}
		switch {
		case template.ID == "":
		case !isDigits(template.ID):
			problems = append(problems, fmt.Errorf("Templates[%q].ID: want digits only", name))
		case cfg.Trial && template.ID != trialTemplate:
			problems = append(problems, fmt.Errorf("Templates[%q].ID: a trial account has template %s only", name, trialTemplate))
		}
	}
	return errors.Join(problems...)
}

func (cfg Config) http() httpx.Config {
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient}
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// isAlphanumeric reports whether text is made of ASCII letters and digits.
func isAlphanumeric(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return text != ""
}
