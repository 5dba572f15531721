package ronglian

import "github.com/cnsms/cnsms/provider"

var _ provider.CodeLimiter = (*Provider)(nil)

// CodeLimit says that a trial account takes codes of one to four digits.
func (p *Provider) CodeLimit(template string) provider.CodeLimit {
	if !p.config().Trial {
		return provider.CodeLimit{}
	}
	return p.client.CodeLimit(template, provider.CodeLimit{
		Least: 1, Most: longestTrialValue, Remedy: "use codes of 4 digits, or an account that is no trial one",
	})
}
