package zhenzisim

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the vendor's table. The words of 108 are as seen on the wire; the
// others are those of the table, in which 100 stands for both an empty or
// malformed field and a malformed number: a request for a valid number that is
// answered with it is itself at fault.
var refusals = []sim.Refusal{
	{Code: "100", Kind: provider.KindConfig, Text: "参数格式错误"},
	{Code: "101", Kind: provider.KindContent, Text: "短信内容超过1000个字符"},
	{Code: "105", Kind: provider.KindAuth, Text: "appId错误或应用不存在"},
	{Code: "106", Kind: provider.KindAuth, Text: "应用被禁止"},
	{Code: "107", Kind: provider.KindConfig, Text: "ip错误"},
	{Code: "108", Kind: provider.KindBalance, Text: "余额不足"},
	{Code: "109", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "超过该号码每天的发送限额"},
	{Code: "110", Kind: provider.KindAuth, Text: "应用秘钥(AppSecret)错误"},
	{Code: "111", Kind: provider.KindAuth, Text: "账户不存在"},
	{Code: "117", Kind: provider.KindTemplate, Text: "templateId错误或模板未审核通过"},
	{Code: "1000", Kind: provider.KindUnavailable, Text: "系统位置错误"},
}

// Refusals lists the failures that a send can be answered with.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }

// refusal is a row of the table that the simulator itself uses.
func refusal(code string) sim.Refusal {
	found, _ := sim.FindRefusal(refusals, code)
	return found
}
