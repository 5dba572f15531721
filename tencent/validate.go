package tencent

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Validate reports everything that is wrong with the configuration, by field.
func (cfg Config) Validate() error {
	cfg = cfg.withDefaults()
	problems := cfg.validateHeaders()
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems,
		checkSign("Sign", cfg.Sign), cfg.Templates.Validate(), cfg.validateTemplates(), cfg.validateNotices(),
		cfg.http().Validate(), cfg.validatePath())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("tencent: config: %w", err)
	}
	return nil
}

// validateHeaders checks what stands in headers, or is signed with: a line end
// that came along from a file would spoil every request.
func (cfg Config) validateHeaders() []error {
	var problems []error
	for _, f := range []struct {
		name, value string
		optional    bool
	}{
		{name: "SecretID", value: string(cfg.SecretID)},
		{name: "SecretKey", value: string(cfg.SecretKey)},
		{name: "Token", value: string(cfg.Token), optional: true},
		{name: "AppID", value: cfg.AppID},
		{name: "Region", value: cfg.Region},
	} {
		switch {
		case f.value == "" && !f.optional:
			problems = append(problems, errors.New(f.name+": must not be empty"))
		case strings.ContainsFunc(f.value, func(r rune) bool { return r <= ' ' || r > '~' }):
			problems = append(problems, errors.New(f.name+": has a space, a line end or another character that none of Tencent's has"))
		}
	}
	return problems
}

func (cfg Config) validateTemplates() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		template := cfg.Templates[name]
		if strings.Trim(template.ID, "0123456789") != "" || template.ID == "" {
			problems = append(problems, fmt.Errorf("Templates[%q].ID: want a number: Tencent sends by template id", name))
		}
		problems = append(problems, checkSign(fmt.Sprintf("Templates[%q].Sign", name), template.Sign))
	}
	return errors.Join(problems...)
}

func (cfg Config) validateNotices() error {
	var problems []error
	for i, name := range cfg.Notices {
		if _, ok := cfg.Templates[name]; !ok {
			problems = append(problems, fmt.Errorf("Notices[%d]: there is no template %q", i, name))
		}
	}
	return errors.Join(problems...)
}

func checkSign(field, sign string) error {
	if strings.ContainsAny(sign, "【】") {
		return fmt.Errorf("%s: must not have brackets: the service adds them", field)
	}
	return nil
}

func (cfg Config) validatePath() error {
	base, err := url.Parse(cfg.BaseURL)
	if err == nil && strings.Trim(base.Path, "/") != "" {
		return errors.New("BaseURL: must not have a path: the service has one address for everything")
	}
	return nil
}
