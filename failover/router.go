package failover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cnsms/cnsms/provider"
)

// RouterConfig holds the settings of a router. The zero value is fine.
type RouterConfig struct {
	// Name is the router's name, in errors. Empty means "router".
	Name string
	// OnAttempt sees every attempt. Optional.
	OnAttempt AttemptFunc
	// Now tells the time. nil means time.Now.
	Now func() time.Time
}

// Rule says which messages go to a provider. A rule with neither countries nor
// templates takes every message; put it last, as the default.
type Rule struct {
	// Countries are country calling codes, such as "86". Empty means any.
	Countries []string
	// Templates are logical names of templates. Empty means any.
	Templates []string
	// Provider sends the messages that match. Required.
	Provider provider.Provider
}

func (r Rule) matches(m provider.Message) bool {
	return (len(r.Countries) == 0 || slices.Contains(r.Countries, m.To.CountryCode())) &&
		(len(r.Templates) == 0 || slices.Contains(r.Templates, m.Template))
}

// Router sends each message through the provider of the first rule that
// matches it. It asks nobody else when that provider fails; put a Chain into
// the rule for that.
type Router struct {
	sender
	rules []Rule
}

var _ provider.Group = (*Router)(nil)

// NewRouter makes a router of the rules, first match first. The error names
// every problem at once. One provider may stand in several rules, but two
// providers of the same name may not, because receipts find their provider by
// name.
func NewRouter(cfg RouterConfig, rules ...Rule) (*Router, error) {
	if cfg.Name == "" {
		cfg.Name = "router"
	}
	if err := checkRules(cfg.Name, rules); err != nil {
		return &Router{}, err
	}
	router := &Router{sender: sender{name: cfg.Name, onAttempt: cfg.OnAttempt, now: orNow(cfg.Now)}}
	for _, rule := range rules {
		rule.Countries, rule.Templates = slices.Clone(rule.Countries), slices.Clone(rule.Templates)
		router.rules = append(router.rules, rule)
		router.members = append(router.members, newMember(Member{Provider: rule.Provider}, NoCooldown))
	}
	return router, nil
}

// Send sends m through the provider of the first rule that matches. If no rule
// matches, the error is of KindUnsupported and names the country and the
// template. The error is an *Error.
func (r *Router) Send(ctx context.Context, m provider.Message) (provider.Receipt, error) {
	var rec record
	return r.sendRecorded(ctx, m, &rec)
}

func (r *Router) sendRecorded(ctx context.Context, m provider.Message, rec *record) (provider.Receipt, error) {
	if err := r.check(ctx, m); err != nil {
		return provider.Receipt{}, err
	}
	for i := range r.rules {
		if r.rules[i].matches(m) {
			return r.send(ctx, m, []int{i}, rec)
		}
	}
	return provider.Receipt{}, r.refuse(&provider.Error{
		Kind: provider.KindUnsupported,
		Text: fmt.Sprintf("no rule for country %s and template %q", m.To.CountryCode(), m.Template),
	})
}

func checkRules(name string, rules []Rule) error {
	var problems []error
	if len(rules) == 0 {
		problems = append(problems, errors.New("rules: want at least one"))
	}
	names := newNames(name)
	for i, rule := range rules {
		field := label("rules", i)
		problems = append(problems, rule.check(field, i == len(rules)-1))
		problems = append(problems, names.add(field, rule.Provider, sameProviderAgain)...)
	}
	return configError(name, append(problems, names.clashes()...)...)
}

func (r Rule) check(field string, last bool) error {
	var problems []error
	for _, country := range r.Countries {
		if country == "" || !isDigits(country) {
			problems = append(problems, fmt.Errorf("%s.Countries: %q is no country calling code, such as 86", field, country))
		}
	}
	if slices.Contains(r.Templates, "") {
		problems = append(problems, fmt.Errorf("%s.Templates: has an empty name", field))
	}
	if len(r.Countries) == 0 && len(r.Templates) == 0 && !last {
		problems = append(problems, fmt.Errorf("%s: takes every message, so the rules after it are never reached; put it last", field))
	}
	return errors.Join(append(problems, checkProvider(field+".Provider", r.Provider))...)
}
