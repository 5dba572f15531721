package mobsim

import (
	"slices"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the table of the calls below /sms. The texts up to 478 in the
// first block are the vendor's descriptions, the others describe the status; the
// service sends none of them.
var refusals = []sim.Refusal{
	{Code: "405", Kind: provider.KindAuth, Text: "请求参数中的appkey为空"},
	{Code: "406", Kind: provider.KindAuth, Text: "非法的appkey"},
	{Code: "456", Kind: provider.KindRecipient, Text: "请求参数中的手机号码或者国家代码为空"},
	{Code: "457", Kind: provider.KindRecipient, Text: "手机号码格式错误"},
	{Code: "458", Kind: provider.KindBlocked, Text: "手机号码在黑名单中"},
	{Code: "463", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "手机号码超出当天发送短信的限额"},
	{Code: "469", Kind: provider.KindConfig, Text: "没有打开发送Http-api的开关"},
	{Code: "470", Kind: provider.KindBalance, Text: "账户短信余额不足"},
	{Code: "471", Kind: provider.KindConfig, Text: "请求ip和绑定ip不符"},
	{Code: "477", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "当前手机号码在SMSSDK平台内每天最多可发送短信10条"},
	{Code: "478", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "当前手机号码在当前应用下12小时内最多可发送文本验证码5条"},

	{Code: "466", Kind: provider.KindConfig, Text: "code empty"},
	{Code: "467", Kind: provider.KindCodeExpired, Text: "more than 3 checks in 5 minutes"},
	{Code: "468", Kind: provider.KindCodeMismatch, Text: "code wrong or expired"},
	{Code: "474", Kind: provider.KindConfig, Text: "server check switched off"},

	{Code: "400", Kind: provider.KindConfig, Text: "request not understood"},
	{Code: "401", Kind: provider.KindConfig, Text: "token empty (phone SDK)"},
	{Code: "402", Kind: provider.KindConfig, Text: "token unknown (phone SDK)"},
	{Code: "403", Kind: provider.KindConfig, Text: "checksum header empty (phone SDK)"},
	{Code: "404", Kind: provider.KindConfig, Text: "checksum header invalid (phone SDK)"},
	{Code: "407", Kind: provider.KindConfig, Text: "required data missing"},
	{Code: "408", Kind: provider.KindConfig, Text: "invalid parameter"},
	{Code: "418", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "internal call failed"},
	{Code: "419", Kind: provider.KindConfig, Text: "device id (phone SDK)"},
	{Code: "420", Kind: provider.KindConfig, Text: "device id (phone SDK)"},
	{Code: "450", Kind: provider.KindConfig, Text: "no permission"},
	{Code: "451", Kind: provider.KindConfig, Text: "user agent (phone SDK)"},
	{Code: "452", Kind: provider.KindConfig, Text: "decryption (phone SDK)"},
	{Code: "453", Kind: provider.KindConfig, Text: "decryption (phone SDK)"},
	{Code: "454", Kind: provider.KindConfig, Text: "body format"},
	{Code: "455", Kind: provider.KindAuth, Text: "bad signature (phone SDK)"},
	{Code: "459", Kind: provider.KindConfig, Text: "no control data for appkey"},
	{Code: "460", Kind: provider.KindConfig, Text: "client sending switched off"},
	{Code: "461", Kind: provider.KindUnsupported, Text: "region not enabled"},
	{Code: "462", Kind: provider.KindThrottled, Text: "per-minute count exceeded"},
	{Code: "464", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "device over its daily limit (phone SDK)"},
	{Code: "465", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "number over daily limit within the app"},
	{Code: "472", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "client requests too frequent"},
	{Code: "473", Kind: provider.KindUnavailable, Text: "platform lookup by device id failed"},
	{Code: "475", Kind: provider.KindAuth, Text: "app record missing"},
	{Code: "476", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "app over its daily quota"},
	{Code: "479", Kind: provider.KindConfig, Text: "library (phone SDK)"},
	{Code: "480", Kind: provider.KindConfig, Text: "key (phone SDK)"},
	{Code: "500", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "server error"},
}

// customRefusals is the table of custom/msg.
var customRefusals = []sim.Refusal{
	{Code: "201", Kind: provider.KindAuth, Text: "appKey empty"},
	{Code: "202", Kind: provider.KindTemplate, Text: "template empty"},
	{Code: "203", Kind: provider.KindAuth, Text: "appKey invalid"},
	{Code: "204", Kind: provider.KindRecipient, Text: "zone or phone empty"},
	{Code: "205", Kind: provider.KindRecipient, Text: "phone format"},
	{Code: "206", Kind: provider.KindTemplate, Text: "template invalid"},
	{Code: "207", Kind: provider.KindTemplate, Text: "template malformed"},
	{Code: "208", Kind: provider.KindTemplate, Text: "variables do not match"},
	{Code: "209", Kind: provider.KindContent, Text: "sensitive word"},
	{Code: "210", Kind: provider.KindBlocked, Text: "blacklist"},
	{Code: "211", Kind: provider.KindConfig, Text: "account abnormal"},
	{Code: "212", Kind: provider.KindConfig, Text: "web sending off"},
	{Code: "213", Kind: provider.KindBalance, Text: "balance"},
	{Code: "214", Kind: provider.KindConfig, Text: "address not allowed"},
	{Code: "215", Kind: provider.KindTemplate, Text: "parameter too long"},
	{Code: "216", Kind: provider.KindUnknown, Text: "not documented"},
	{Code: "217", Kind: provider.KindUnknown, Text: "not documented"},
	{Code: "218", Kind: provider.KindUnavailable, Text: "server busy"},
}

// Refusals lists the failures that the calls below /sms can be answered with.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }
