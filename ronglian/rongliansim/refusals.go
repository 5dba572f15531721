package rongliansim

import (
	"slices"
	"strconv"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// refusals is the vendor's whole table. The codes of the message platform come
// first: a script that asks for a kind of failure gets the likeliest code for a
// send.
var refusals = slices.Concat(
	platformRefusals,
	run(160001, 160010, sim.Refusal{Kind: provider.KindUnavailable, Text: "短信通道繁忙"}),
	run(161008, 161012, sim.Refusal{Kind: provider.KindUnavailable, Text: "数据库或缓存异常"}),
	accountRefusals,
	run(111000, 111000, sim.Refusal{Kind: provider.KindUnavailable, Text: "未知错误"}),
	run(111001, 111099, sim.Refusal{Kind: provider.KindUnavailable, Text: "内部错误"}),
	run(112341, 112343, sim.Refusal{Kind: provider.KindTemplate, Text: "模板不符合创建规则"}),
	run(112344, 112344, sim.Refusal{Kind: provider.KindSignature, Text: "模板签名不能为空"}),
	run(112345, 112345, sim.Refusal{Kind: provider.KindTemplate, Text: "模板不符合创建规则"}),
	run(112346, 112347, sim.Refusal{Kind: provider.KindSignature, Text: "模板签名不符合规则"}),
	run(112348, 112349, sim.Refusal{Kind: provider.KindTemplate, Text: "模板不符合创建规则"}),
	oldRefusals,
)

// run makes a row for each code from first to last.
func run(first, last int, row sim.Refusal) []sim.Refusal {
	var rows []sim.Refusal
	for code := first; code <= last; code++ {
		row.Code = strconv.Itoa(code)
		rows = append(rows, row)
	}
	return rows
}

// Refusals lists the failures of the vendor's table, also those that only other
// calls than a send are answered with.
func (s *Service) Refusals() []sim.Refusal { return slices.Clone(refusals) }

// platformRefusals are the failures of the message platform and its channels.
var platformRefusals = []sim.Refusal{
	{Code: "160000", Kind: provider.KindUnavailable, Text: "系统错误"},
	{Code: "160011", Kind: provider.KindContent, Text: "内容含屏蔽词"},
	{Code: "160012", Kind: provider.KindUnavailable, Text: "通道认证失败"},
	{Code: "160013", Kind: provider.KindUnsupported, Text: "号码格式不对或不支持该号码"},
	{Code: "160014", Kind: provider.KindUnavailable, Text: "通道余额不足"},
	{Code: "160015", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "单号码发送次数超限"},
	{Code: "160016", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "通道发送速度受限"},
	{Code: "160017", Kind: provider.KindConfig, Text: "单次号码超过100个"},
	{Code: "160018", Kind: provider.KindContent, Text: "通道返回屏蔽词"},
	{Code: "160019", Kind: provider.KindSignature, Text: "签名无效"},
	{Code: "160020", Kind: provider.KindContent, Text: "内容超过250个字符"},
	{Code: "160021", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "相同内容一天只能给同一号码发一次"},
	{Code: "160022", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一号码当天发送次数超限"},
	{Code: "160031", Kind: provider.KindConfig, Text: "参数解析失败"},
	{Code: "160032", Kind: provider.KindTemplate, Text: "短信模板无效"},
	{Code: "160033", Kind: provider.KindContent, Text: "内容含黑词"},
	{Code: "160034", Kind: provider.KindBlocked, Text: "号码在黑名单中"},
	{Code: "160035", Kind: provider.KindContent, Text: "内容为空"},
	{Code: "160036", Kind: provider.KindTemplate, Text: "模板类型未知"},
	{Code: "160037", Kind: provider.KindContent, Text: "内容长度超限"},
	{Code: "160038", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "短信验证码发送过频繁"},
	{Code: "160039", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同模板同号码当天发送数量超限"},
	{Code: "160040", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "验证码超出同模板同号码天发送上限"},
	{Code: "160041", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "通知类同模板同号码当天发送数量超限"},
	{Code: "160042", Kind: provider.KindRecipient, Text: "号码格式有误"},
	{Code: "160043", Kind: provider.KindTemplate, Text: "应用与模板不匹配"},
	{Code: "160044", Kind: provider.KindRecipient, Text: "号码为空"},
	{Code: "160045", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "群发号码重复"},
	{Code: "160046", Kind: provider.KindContent, Text: "营销短信内容未审核"},
	{Code: "160047", Kind: provider.KindConfig, Text: "查询状态报告参数解析失败"},
	{Code: "160048", Kind: provider.KindConfig, Text: "群发号码超过200个"},
	{Code: "160049", Kind: provider.KindContent, Text: "内容含敏感词"},
	{Code: "160050", Kind: provider.KindUnavailable, Text: "发送失败"},
	{Code: "160051", Kind: provider.KindBlocked, Text: "用户已退订"},
	{Code: "160052", Kind: provider.KindTemplate, Text: "模板变量格式错误"},
	{Code: "160053", Kind: provider.KindConfig, Text: "IP鉴权失败"},
	{Code: "160054", Kind: provider.KindThrottled, Scope: provider.ScopePhone, MayHaveSent: true, Text: "重复请求"},
	{Code: "160055", Kind: provider.KindConfig, Text: "reqId过长"},
	{Code: "160056", Kind: provider.KindThrottled, Scope: provider.ScopePhone, Text: "同一号码重复提交相同内容"},
	{Code: "160057", Kind: provider.KindTemplate, Text: "模板ID须为数字"},
	{Code: "160058", Kind: provider.KindUnsupported, Text: "无国际短信权限"},
	{Code: "160059", Kind: provider.KindConfig, Text: "国际短信不支持群发"},
	{Code: "160060", Kind: provider.KindContent, Text: "国际短信不支持营销内容"},
	{Code: "160061", Kind: provider.KindUnsupported, Text: "不支持该国家或地区"},
	{Code: "160062", Kind: provider.KindUnsupported, Text: "未开通该国家或地区"},
	{Code: "160063", Kind: provider.KindUnavailable, Text: "发送失败"},
	{Code: "160064", Kind: provider.KindUnavailable, Text: "发送失败"},
	{Code: "160065", Kind: provider.KindTemplate, Text: "子扩展码不合法"},
	{Code: "161000", Kind: provider.KindUnavailable, Text: "通道失败"},
	{Code: "161001", Kind: provider.KindUnavailable, Text: "通道异常"},
	{Code: "161002", Kind: provider.KindUnavailable, Text: "通道账户余额不足"},
	{Code: "161003", Kind: provider.KindUnavailable, Text: "计费失败"},
	{Code: "161004", Kind: provider.KindUnavailable, Text: "话单入库失败"},
	{Code: "161005", Kind: provider.KindUnavailable, Text: "未配置通道"},
	{Code: "161006", Kind: provider.KindThrottled, Scope: provider.ScopeAccount, Text: "通道并发超限"},
	{Code: "161007", Kind: provider.KindContent, Text: "通道返回内容敏感"},
	{Code: "161020", Kind: provider.KindUnavailable, Text: "直连通道连接超时"},
	{Code: "161021", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "直连通道读取超时"},
	{Code: "161022", Kind: provider.KindUnavailable, Text: "直连通道请求错误"},
	{Code: "161023", Kind: provider.KindUnavailable, MayHaveSent: true, Text: "直连通道响应为空"},
	{Code: "161024", Kind: provider.KindUnavailable, Text: "直连通道失败"},
	{Code: "161030", Kind: provider.KindUnavailable, Text: "状态报告推送失败"},
	{Code: "161031", Kind: provider.KindUnavailable, Text: "上行短信推送失败"},
	{Code: "161100", Kind: provider.KindAuth, Text: "鉴权失败"},
	{Code: "161101", Kind: provider.KindAuth, Text: "鉴权包头为空"},
	{Code: "161102", Kind: provider.KindAuth, Text: "鉴权包头Base64解码失败"},
	{Code: "161103", Kind: provider.KindAuth, Text: "鉴权包头格式有误"},
	{Code: "161104", Kind: provider.KindAuth, Text: "鉴权令牌为空"},
	{Code: "161105", Kind: provider.KindAuth, Text: "鉴权时间戳为空"},
	{Code: "161106", Kind: provider.KindAuth, Text: "鉴权时间戳过期"},
	{Code: "161107", Kind: provider.KindAuth, Text: "鉴权时间戳错误"},
	{Code: "161108", Kind: provider.KindAuth, Text: "鉴权时间戳格式有误"},
	{Code: "161125", Kind: provider.KindTemplate, Text: "请输入1到4位的数字"},
}

// oldRefusals are from before 2014.
var oldRefusals = []sim.Refusal{
	{Code: "110000", Kind: provider.KindAuth, Text: "旧版账号或鉴权错误"},
	{Code: "110001", Kind: provider.KindAuth, Text: "旧版账号或鉴权错误"},
	{Code: "110006", Kind: provider.KindAuth, Text: "旧版账号或鉴权错误"},
	{Code: "110007", Kind: provider.KindBalance, Text: "旧版余额不足"},
	{Code: "110018", Kind: provider.KindAuth, Text: "旧版账号或鉴权错误"},
	{Code: "110129", Kind: provider.KindBalance, Text: "旧版余额不足"},
	{Code: "121002", Kind: provider.KindBalance, Text: "旧版余额不足"},
}
