package gatewaycmd

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/cnsms/cnsms/cmd/cnsms/internal/admin"
	"github.com/cnsms/cnsms/relay/gateway"
)

// Settings are everything that can be set, as the YAML file has it. A flag goes before the
// file, and the file before the default.
type Settings struct {
	// Listen is the address of the doors, such as 127.0.0.1:8080; port 0 takes a free one.
	Listen string `yaml:"listen"`
	// Data is the file with the jobs and tokens.
	Data string `yaml:"data"`
	// PublicURL is where phones and sites reach the gateway, for the pairing page.
	PublicURL string `yaml:"public_url"`
	// TrustedProxies are the addresses of reverse proxies whose X-Forwarded-For and
	// X-Forwarded-Proto are believed.
	TrustedProxies []string `yaml:"trusted_proxies"`

	TLS       TLS       `yaml:"tls"`
	ACME      ACME      `yaml:"acme"`
	Log       Log       `yaml:"log"`
	Metrics   Metrics   `yaml:"metrics"`
	App       App       `yaml:"app"`
	Dashboard Dashboard `yaml:"dashboard"`
	Alarm     Alarm     `yaml:"alarm"`

	// Quotas limit the texts of one recipient. Absent means 1 a minute, 5 an hour and 10 a day.
	Quotas []Quota `yaml:"quotas"`
	// Budgets limit what goes through each phone, SIM and lane. Absent means 24 segments a
	// minute for each SIM, and that a SIM is drained after three refusals by its carrier.
	Budgets *Budgets `yaml:"budgets"`
	// Lease, TakenFor, CoolFor, ClearAfter and ForgetAfter are those of gateway.Config.
	Lease       time.Duration `yaml:"lease"`
	TakenFor    time.Duration `yaml:"taken_for"`
	CoolFor     time.Duration `yaml:"cool_for"`
	ClearAfter  time.Duration `yaml:"clear_after"`
	ForgetAfter time.Duration `yaml:"forget_after"`
	// Tokens are fixed ones, by the SHA-256 of the token in hexadecimal.
	Tokens []Token `yaml:"tokens"`
	// DrainFor bounds how long requests may take to end after a signal.
	DrainFor time.Duration `yaml:"drain_for"`
}

// TLS has a certificate in files, which are read again when they change.
type TLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// ACME gets certificates from a certificate authority.
type ACME struct {
	// Hosts are the names to get certificates for. None switches it off.
	Hosts []string `yaml:"hosts"`
	Email string   `yaml:"email"`
	// Cache is the folder where keys and certificates are kept.
	Cache string `yaml:"cache"`
	// Directory is the authority's; empty means Let's Encrypt.
	Directory string `yaml:"directory"`
	// AcceptTerms says that you accept the authority's terms of service.
	AcceptTerms bool `yaml:"accept_terms"`
}

// Log says what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Metrics has the address on which /metrics is served; empty switches it off.
type Metrics struct {
	Listen string `yaml:"listen"`
}

// App is the door for the Android app.
type App struct {
	Enabled bool `yaml:"enabled"`
	// PrivateTokenFile has the token by which phones register, again and again.
	PrivateTokenFile string        `yaml:"private_token_file"`
	Lanes            []string      `yaml:"lanes"`
	Ping             time.Duration `yaml:"ping"`
	TextsPerMinute   int           `yaml:"texts_per_minute"`
}

// Dashboard is the operators' pages.
type Dashboard struct {
	Enabled bool `yaml:"enabled"`
	// TextPrice is what a text costs by the paid service that the phones stand in for, in yuan.
	TextPrice float64 `yaml:"text_price"`
}

// Quota is one of Settings.Quotas.
type Quota struct {
	Limit  int           `yaml:"limit"`
	Window time.Duration `yaml:"window"`
}

// Token is one of Settings.Tokens.
type Token struct {
	Name      string   `yaml:"name"`
	Role      string   `yaml:"role"`
	Hash      string   `yaml:"hash"`
	Lanes     []string `yaml:"lanes"`
	Countries []string `yaml:"countries"`
}

// defaults are the settings without a file and flags: on loopback, for a reverse proxy.
func defaults() Settings {
	return Settings{
		Listen: "127.0.0.1:8080", Data: "relay.db", Log: Log{Level: "info", Format: "text"},
		App: App{Enabled: true}, Dashboard: Dashboard{Enabled: true}, DrainFor: 15 * time.Second,
	}
}

// read returns the settings of a file above the defaults. It refuses what it does not know,
// with the line.
func read(name string) (Settings, error) {
	s := defaults()
	if name == "" {
		return s, nil
	}
	text, err := os.ReadFile(name) //nolint:gosec // the user names the file
	if err != nil {
		return s, err
	}
	given, err := parts(text)
	if err != nil || !given {
		return s, inFile(name, err)
	}
	return s, inFile(name, yaml.UnmarshalWithOptions(text, &s, yaml.Strict()))
}

// parts reports whether the file has any settings. One without a value, which would take the
// defaults below it away, is an error.
func parts(text []byte) (bool, error) {
	var all yaml.MapSlice
	if err := yaml.Unmarshal(text, &all); err != nil {
		return false, err
	}
	for _, part := range all {
		if part.Value == nil {
			return false, fmt.Errorf("%v: has no value: give one, or take the line out", part.Key)
		}
	}
	return len(all) > 0, nil
}

func inFile(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
}

// validate reports every problem, by the name in the file.
func (s Settings) validate() error {
	problems := []error{
		required("listen", s.Listen), required("data", s.Data),
		oneOf("log.level", s.Log.Level, "debug", "info", "warn", "error"), oneOf("log.format", s.Log.Format, "text", "json"),
		s.TLS.validate(), s.ACME.validate(), s.Alarm.validate(),
	}
	if s.TLS.Cert != "" && len(s.ACME.Hosts) > 0 {
		problems = append(problems, errors.New("acme.hosts: tls.cert is set too: choose one of the two"))
	}
	if !s.App.Enabled && s.App.PrivateTokenFile != "" {
		problems = append(problems, errors.New("app.private_token_file: app.enabled is false"))
	}
	if s.DrainFor <= 0 {
		problems = append(problems, errors.New("drain_for: want a positive time, such as 15s"))
	}
	_, err := s.proxies()
	return errors.Join(append(problems, err)...)
}

func (t TLS) validate() error {
	if (t.Cert == "") != (t.Key == "") {
		return errors.New("tls: cert and key go together")
	}
	return nil
}

func (a ACME) validate() error {
	switch {
	case len(a.Hosts) == 0 && (a.Email != "" || a.Cache != "" || a.Directory != "" || a.AcceptTerms):
		return errors.New("acme.hosts: want the names to get certificates for")
	case len(a.Hosts) > 0 && a.Cache == "":
		return errors.New("acme.cache: want a folder: without one every start asks for new certificates, and the authority soon refuses")
	case len(a.Hosts) > 0 && !a.AcceptTerms:
		return errors.New("acme.accept_terms: say true if you accept the terms of the certificate authority")
	}
	return nil
}

func required(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s: required", name)
	}
	return nil
}

func oneOf(name, value string, known ...string) error {
	for _, one := range known {
		if value == one {
			return nil
		}
	}
	return fmt.Errorf("%s: want %s", name, strings.Join(known, ", "))
}

// proxies are the trusted ones. An address alone is one machine.
func (s Settings) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for i, text := range s.TrustedProxies {
		if address, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies[%d]: want an address or a range such as 10.0.0.0/8", i)
		}
		all = append(all, prefix)
	}
	return all, nil
}

// quotas are those of gateway.Config: nil for the gateway's own.
func (s Settings) quotas() []gateway.Quota {
	if s.Quotas == nil {
		return nil
	}
	all := make([]gateway.Quota, 0, len(s.Quotas))
	for _, q := range s.Quotas {
		all = append(all, gateway.Quota{Limit: q.Limit, Window: q.Window})
	}
	return all
}

// tokens are those of gateway.Config.
func (s Settings) tokens() ([]gateway.Token, error) {
	var all []gateway.Token
	for i, t := range s.Tokens {
		role, err := admin.ParseRole(t.Role)
		if err != nil {
			return nil, fmt.Errorf("tokens[%d].role: %w", i, err)
		}
		all = append(all, gateway.Token{Name: t.Name, Role: role, Hash: t.Hash, Lanes: t.Lanes, Countries: t.Countries})
	}
	return all, nil
}
