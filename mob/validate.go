package mob

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cnsms/cnsms/internal/codemaker"
)

// Validate reports everything that is wrong with the configuration of a
// Provider, by field.
func (cfg Config) Validate() error {
	problems := cfg.validateAccount()
	if len(cfg.Templates) == 0 {
		problems = append(problems, errors.New("Templates: must not be empty"))
	}
	problems = append(problems, codemaker.ValidateTemplates("Mob", cfg.Templates), cfg.validateVariables())
	return configError(problems)
}

// validateAccount checks what an SDKVerifier needs too.
func (cfg Config) validateAccount() []error {
	var problems []error
	if cfg.AppKey == "" {
		problems = append(problems, errors.New("AppKey: must not be empty"))
	}
	return append(problems, cfg.withDefaults().http().Validate())
}

// ownFields are the fields of custom/msg that no variable can be called.
var ownFields = []string{"appKey", "templateCode", "zone", "phone"}

func (cfg Config) validateVariables() error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Templates)) {
		for _, variable := range cfg.Templates[name].Params {
			if slices.Contains(ownFields, variable) {
				problems = append(problems, fmt.Errorf("Templates[%q].Params: %q is a field of the request itself", name, variable))
			}
		}
	}
	return errors.Join(problems...)
}

func configError(problems []error) error {
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("mob: config: %w", err)
	}
	return nil
}
