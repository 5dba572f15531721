package aliyun

import (
	"fmt"

	"github.com/cnsms/cnsms/provider"
)

var _ provider.CodeLimiter = (*Verification)(nil)

// CodeLimit says how long the caller's codes are that 短信认证 takes.
func (v *Verification) CodeLimit(template string) provider.CodeLimit {
	return v.client.CodeLimit(template, provider.CodeLimit{
		Least: shortestCode, Most: longestCode, Remedy: fmt.Sprintf("use codes of %d to %d digits", shortestCode, longestCode),
	})
}
