package adapter

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
)

// CodeLimit is for an adapter whose service takes codes of some lengths only: it returns
// limit for a template in whose texts the caller's code stands, and no limit for another
// one, or where name is not mapped.
func (c *Client) CodeLimit(name string, limit provider.CodeLimit) provider.CodeLimit {
	template, ok := c.settings().Templates[name]
	if !ok || !slices.Contains(template.Params, provider.ParamCode) {
		return provider.CodeLimit{}
	}
	return limit
}
