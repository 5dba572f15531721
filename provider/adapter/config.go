package adapter

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/cnsms/cnsms/internal/baseurl"
	"github.com/cnsms/cnsms/internal/credential"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/facts"
)

// DefaultTimeout bounds a whole exchange when an adapter's Config sets none. The
// services answer within a second; their own SDKs wait 10 to 60.
const DefaultTimeout = 10 * time.Second

// Config is what an adapter's own Config hands on. Its fields have the names that
// they have there, and problems are reported by these names.
type Config struct {
	// Service is the name of the adapter's package, such as "ihuyi".
	Service string
	// Title is the service's name in sentences, such as "Ihuyi".
	Title string
	// Codes is the service's table of codes.
	Codes facts.Codes

	// Name stands in receipts and errors. Default: Service.
	Name string
	// BaseURL is where the service is. Its path, if any, stands before the path of
	// each request.
	BaseURL string
	// Root is how each path of the service begins, such as "/v1". A BaseURL that ends in
	// it is refused: it would stand in each address twice. Optional.
	Root string
	// PlainHTTP lets BaseURL be http:// on another machine.
	PlainHTTP bool
	// Credentials are the fields that the service knows the account by. They must be
	// set, unless they are Optional, and errors do not repeat them.
	Credentials []Credential
	// Templates maps logical names to templates. Required, unless NoTemplates is set.
	Templates provider.Templates
	// NoTemplates says that the adapter sends nothing.
	NoTemplates bool
	// OwnText says that the service has a text of its own, which carries a code of its
	// own and which a Template without an ID stands for.
	OwnText bool
	// Timeout bounds a whole exchange. Default: DefaultTimeout.
	Timeout time.Duration
	// HTTPClient gives the transport to use, and a Timeout if that is shorter.
	HTTPClient *http.Client
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Rand is where ids and nonces come from; see Call.NewID. It must be safe for
	// concurrent use. Default: crypto/rand.Reader.
	Rand io.Reader
}

// Credential is a field of an adapter's Config that the service knows the account by.
type Credential struct {
	// Field is the name of the field.
	Field string
	// Value is what the user has set.
	Value string
	// Optional lets Value be empty.
	Optional bool
}

// Identity is the part of a provider that says who it is. Adapters embed it.
type Identity struct{ name, what string }

// Name returns Config.Name.
func (i Identity) Name() string { return i.name }

// Format prints the type and the name only, whatever the verb that fmt passes on: a
// provider holds credentials. For those that it does not (%p, a misplaced %w, a field
// that is not exported) an adapter keeps its settings behind a function.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s(%s)", i.what, i.name) }

// Client makes calls at one service. It is safe for concurrent use.
type Client struct {
	// A function, because fmt prints the unexported fields of a struct that holds a
	// Client without asking it.
	made func() *settings
}

// settings panics for a Client that New has not made: a provider that is used without
// them has nowhere to send to.
func (c *Client) settings() *settings {
	if c == nil || c.made == nil {
		panic("this provider was not made: use its package's New, and check the error")
	}
	return c.made()
}

// settings are a Config with its defaults, and what is made of it once.
type settings struct {
	Config
	base     *url.URL
	exchange *exchanger
}

// New returns a Client, or an error that names every faulty field. What an adapter
// has found in the fields of its own goes into problems.
func New(cfg Config, problems ...error) (*Client, error) {
	cfg.Name = cmp.Or(cfg.Name, cfg.Service)
	cfg.Timeout = cmp.Or(cfg.Timeout, DefaultTimeout)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	base, err := baseurl.ParseWithout(cfg.Root, cfg.BaseURL, cfg.PlainHTTP)
	problems = slices.Concat(cfg.credentialProblems(), problems, cfg.templateProblems(), []error{err})
	if cfg.Timeout < 0 {
		problems = append(problems, errors.New("Timeout: must not be negative"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("%s: config: %w", cfg.Service, err)
	}
	cfg.Templates = cfg.Templates.Clone()
	s := &settings{Config: cfg, base: base, exchange: newExchanger(cfg)}
	return &Client{made: func() *settings { return s }}, nil
}

func (cfg Config) credentialProblems() []error {
	var problems []error
	for _, c := range cfg.Credentials {
		problems = append(problems, c.validate())
	}
	return problems
}

// validate refuses what no service has ever given out, such as the line end that
// comes along from a file: the service would only say that the signature is wrong.
func (c Credential) validate() error {
	switch {
	case c.Value == "" && !c.Optional:
		return errors.New(c.Field + ": must not be empty")
	case !credential.IsClean(c.Value):
		return errors.New(c.Field + ": " + credential.Problem)
	}
	return nil
}

func (cfg Config) templateProblems() []error {
	switch {
	case cfg.NoTemplates:
		return nil
	case len(cfg.Templates) == 0:
		return []error{errors.New("Templates: must not be empty")}
	case cfg.OwnText:
		return ownTextProblems(cfg.Title, cfg.Templates)
	}
	return []error{cfg.Templates.Validate()}
}

// EachTemplate reports what an adapter finds in its templates, in the order of
// their names. Each problem begins with the name of a field of Template.
func EachTemplate(templates provider.Templates, problemsOf func(provider.Template) []string) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		for _, problem := range problemsOf(templates[name]) {
			problems = append(problems, fmt.Errorf("Templates[%q].%s", name, problem))
		}
	}
	return errors.Join(problems...)
}

// Name returns the provider's name.
func (c *Client) Name() string { return c.settings().Name }

// Now asks the provider's clock.
func (c *Client) Now() time.Time { return c.settings().Now() }

// BaseURL returns where the service is. The caller may change what it gets.
func (c *Client) BaseURL() *url.URL {
	base := *c.settings().base
	return &base
}

// Identity returns the identity of a provider of that type, such as "ihuyi.Provider".
func (c *Client) Identity(what string) Identity { return Identity{name: c.Name(), what: what} }

// Format prints the provider's name only, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	name := ""
	if c != nil && c.made != nil {
		name = c.Name()
	}
	_, _ = fmt.Fprintf(f, "adapter.Client(%s)", name)
}
