package ihuyisim

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the vendor's table. The words of 405 and 406 are as seen on the
// wire; the others describe the code.
var refusals = []sim.Refusal{
	{Code: "0", Kind: provider.KindUnavailable, Text: "提交失败"},
	{Code: "400", Kind: provider.KindConfig, Text: "非法ip访问"},
	{Code: "401", Kind: provider.KindAuth, Text: "帐号不能为空"},
	{Code: "402", Kind: provider.KindAuth, Text: "密码不能为空"},
	{Code: "403", Kind: provider.KindRecipient, Text: "手机号码不能为空"},
	{Code: "404", Kind: provider.KindContent, Text: "短信内容不能为空"},
	{Code: "405", Kind: provider.KindAuth, Text: "API ID或API KEY不正确"},
	{Code: "406", Kind: provider.KindRecipient, Text: "手机格式不正确，格式为11位的数字."},
	{Code: "407", Kind: provider.KindContent, Text: "短信内容含有敏感字符"},
	{Code: "408", Kind: provider.KindBlocked, Text: "超过限制，已被加入黑名单"},
	{Code: "4030", Kind: provider.KindBlocked, Text: "手机号码已被列入黑名单"},
	{Code: "4050", Kind: provider.KindAuth, Text: "账号被冻结"},
	{Code: "40501", Kind: provider.KindAuth, Text: "动态密码已过期"},
	{Code: "40502", Kind: provider.KindAuth, Text: "动态密码校验失败"},
	{Code: "4051", Kind: provider.KindBalance, Text: "剩余条数不足"},
	{Code: "4052", Kind: provider.KindConfig, Text: "访问ip与备案ip不符"},
	{Code: "4070", Kind: provider.KindSignature, Text: "签名格式不正确"},
	{Code: "4071", Kind: provider.KindTemplate, Text: "没有提交备案模板"},
	{Code: "4072", Kind: provider.KindTemplate, Text: "提交内容与审核通过的模板内容不匹配"},
	{Code: "40722", Kind: provider.KindTemplate, Text: "变量内容超过指定的长度【8】"},
	{Code: "4073", Kind: provider.KindContent, Text: "短信内容超出长度限制"},
	{Code: "4074", Kind: provider.KindContent, Text: "短信内容包含emoji符号"},
	{Code: "4075", Kind: provider.KindSignature, Text: "签名未通过审核"},
	{Code: "4080", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一手机号码同一秒钟之内发送频率不能超过1条"},
	{Code: "4082", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一手机号码每天发送条数超过限制【5】"},
	{Code: "4085", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一手机号验证码短信发送超出5条"},
	{Code: "4086", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "手机号码操作过于频繁"},
	{Code: "1110", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一手机号码一天只能接收15条短信"},
	{Code: "1111", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一手机号码一天只能接收5条验证码"},
	{Code: "1112", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一手机号码180秒内只能接收1条短信"},
}

// Refusals lists the failures that a send can be answered with.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }

// refusal is a row of the table that the simulator itself uses.
func refusal(code string) sim.Refusal {
	found, _ := sim.FindRefusal(refusals, code)
	return found
}
