package tencent

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
)

var _ provider.CodeLimiter = (*Provider)(nil)

// CodeLimit says that a template for verification codes takes up to six digits.
func (p *Provider) CodeLimit(template string) provider.CodeLimit {
	if slices.Contains(p.config().Notices, template) {
		return provider.CodeLimit{}
	}
	return p.client.CodeLimit(template, provider.CodeLimit{
		Least: 1, Most: longestCode, Remedy: "use codes of up to 6 digits, or name a template of another type in Config.Notices",
	})
}
