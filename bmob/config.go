package bmob

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/internal/codemaker"
	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Default values of Config.
const (
	DefaultName    = "bmob"
	DefaultBaseURL = "https://api2.bmob.cn"
)

// Config configures a Provider. It wants AppID and RESTKey, or SecretKey and
// SafeCode.
type Config struct {
	// AppID is the Application ID.
	AppID string
	// RESTKey is the REST API Key.
	RESTKey provider.Secret
	// SecretKey is the Secret Key, which travels with signed requests.
	SecretKey provider.Secret
	// SafeCode is the API safety code, which requests are signed with.
	SafeCode provider.Secret
	// VerifyInBody sends the code that is to be checked in the body, as the newest
	// documents have it. By default it is a part of the path, as all others have
	// it, where proxies may log it.
	VerifyInBody bool
	// Captcha says what the puzzles of IssueCaptcha look like.
	Captcha CaptchaConfig

	// Templates maps logical names to templates. Required.
	Templates provider.Templates
	// Rand is where the nonces of signed requests come from. It must be safe for
	// concurrent use. Default: crypto/rand.Reader.
	Rand io.Reader

	// Name stands in receipts and errors. Default: DefaultName.
	Name string
	// BaseURL is where the service is, without /1. Default: DefaultBaseURL.
	BaseURL string
	// Timeout bounds one exchange. Default: 10 s.
	Timeout time.Duration
	// HTTPClient gives the transport to use. Default: a transport of its own.
	HTTPClient *http.Client
	// Now is the clock of receipts and signatures. Default: time.Now.
	Now func() time.Time
}

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

func (cfg Config) withDefaults() Config {
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
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

func (cfg Config) http() httpx.Config {
	return httpx.Config{Provider: cfg.Name, BaseURL: cfg.BaseURL, Timeout: cfg.Timeout, HTTPClient: cfg.HTTPClient}
}

// signs reports whether requests are signed.
func (cfg Config) signs() bool { return cfg.SecretKey != "" || cfg.SafeCode != "" }

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	problems := cfg.validateCredentials()
	problems = append(problems, cfg.Captcha.validate()...)
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems, codemaker.ValidateTemplates("Bmob", cfg.Templates), cfg.withDefaults().http().Validate())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("bmob: config: %w", err)
	}
	return nil
}

func (cfg Config) validateCredentials() []error {
	wanted := []credential{{"AppID", cfg.AppID}, {"RESTKey", string(cfg.RESTKey)}}
	var problems []error
	if cfg.signs() {
		wanted = []credential{{"SecretKey", string(cfg.SecretKey)}, {"SafeCode", string(cfg.SafeCode)}}
		if cfg.AppID != "" || cfg.RESTKey != "" {
			problems = append(problems, errors.New("AppID, RESTKey: not together with SecretKey and SafeCode, with which requests are signed"))
		}
	} else if cfg.AppID == "" && cfg.RESTKey == "" {
		return []error{errors.New("AppID, RESTKey: must not be empty (or give SecretKey and SafeCode, to sign requests)")}
	}
	for _, c := range wanted {
		problems = append(problems, c.validate())
	}
	return problems
}

// credential is a value that stands in a header, or is signed with.
type credential struct{ field, value string }

func (c credential) validate() error {
	switch {
	case c.value == "":
		return errors.New(c.field + ": must not be empty")
	case strings.ContainsFunc(c.value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New(c.field + ": has a space, a line end or another character that no credential of Bmob's has")
	}
	return nil
}

func (c CaptchaConfig) validate() []error {
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
	return problems
}
