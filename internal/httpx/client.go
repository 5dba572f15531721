package httpx

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultTimeout bounds a whole exchange when the adapter's Config sets none.
// The services answer within a second; their own SDKs wait 10 to 60.
const DefaultTimeout = 10 * time.Second

// Config is what an adapter's own Config hands on.
type Config struct {
	// Provider is the adapter's name, for errors.
	Provider string
	// BaseURL is where the service is. Its path, if any, is put before the path
	// of each request.
	BaseURL string
	// Timeout bounds a whole exchange. 0 means DefaultTimeout.
	Timeout time.Duration
	// HTTPClient gives the Transport to use, and a Timeout if that is shorter.
	// Its CheckRedirect and Jar are not used. nil means a transport of the
	// adapter's own, made by NewTransport.
	HTTPClient *http.Client
}

// Client exchanges requests for replies with one service. It is safe for
// concurrent use.
type Client struct {
	provider  string
	base      url.URL
	timeout   time.Duration
	transport http.RoundTripper
}

// New returns a Client for a Config that Validate accepts.
func New(cfg Config) (*Client, error) {
	base, err := parseBase(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{provider: cfg.Provider, base: *base, timeout: cfg.Timeout}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	switch {
	case cfg.HTTPClient == nil:
		c.transport = NewTransport()
	case cfg.HTTPClient.Transport == nil:
		c.transport = http.DefaultTransport
	default:
		c.transport = cfg.HTTPClient.Transport
	}
	if client := cfg.HTTPClient; client != nil && client.Timeout > 0 {
		c.timeout = min(c.timeout, client.Timeout)
	}
	return c, nil
}

// Validate reports every problem of the fields that all adapters share, by the
// names that those fields have in an adapter's Config.
func (cfg Config) Validate() error {
	var problems []error
	if _, err := parseBase(cfg.BaseURL); err != nil {
		problems = append(problems, err)
	}
	if cfg.Timeout < 0 {
		problems = append(problems, errors.New("Timeout: must not be negative"))
	}
	return errors.Join(problems...)
}

func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case text == "":
		return nil, errors.New("BaseURL: must not be empty")
	case err != nil:
		return nil, errors.New("BaseURL: not a URL")
	case base.Scheme != "https" && base.Scheme != "http":
		return nil, errors.New("BaseURL: want https:// (or http:// for a test server)")
	case base.Host == "":
		return nil, errors.New("BaseURL: no host")
	case base.RawQuery != "" || base.Fragment != "" || base.User != nil:
		return nil, errors.New("BaseURL: must not have a user, a query or a fragment")
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	base.RawPath = ""
	return base, nil
}

// URL returns the base URL with a path and a raw query behind it. Adapters that
// always call the same address make it once.
func (c *Client) URL(path, rawQuery string) *url.URL {
	u := c.base
	u.Path += path
	u.RawQuery = rawQuery
	return &u
}

// String names the provider only: what a Client holds is not for printing.
func (c *Client) String() string { return fmt.Sprintf("httpx.Client(%s)", c.provider) }
