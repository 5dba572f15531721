package main

import (
	"cmp"
	_ "embed"
	"strings"

	"github.com/cnsms/cnsms/internal/catalog"
	"github.com/cnsms/cnsms/provider"
)

// language holds the words of the pages in one language.
type language struct {
	// ending is how the names of files in this language end.
	ending    string
	isChinese bool
	// overview and page are the pages, with {{places}} for what is generated.
	overview, page string

	readmeHeads, openingHeads, priceHeads, abilityHeads, limitHeads []string
	abilityOwnHeads, codeHeads                                      []string
	// abilityNames are in the order of reachedThrough.
	abilityNames []string

	person, maturity, evidence, evidenceMeans map[string]string
	kinds                                     map[provider.Kind]string
	scope                                     map[provider.Scope]string

	yes, no, pull, push, colon string
	// and stands between the members of a list, comma between parts of a statement.
	and, comma                          string
	openBracket, closeBracket           string
	byCaller, byBoth                    string
	success, wait, mayHaveSent, table   string
	untilMidnight                       string
	console, none, unknown, noDocuments string
	newestSource, ownProtocol           string
}

func (l language) pick(t catalog.Text) string {
	if l.isChinese {
		return t.ZH
	}
	return t.EN
}

// fullName is how a service is called: people know it by its Chinese name.
func (l language) fullName(s catalog.Service) string {
	if l.isChinese {
		return s.Name.ZH
	}
	return s.Name.EN + l.inBrackets(s.Name.ZH)
}

func (l language) inBrackets(text string) string { return l.openBracket + text + l.closeBracket }

// fact is a statement with its source and date behind it.
func (l language) fact(f catalog.Fact) string {
	source := l.evidence[f.Evidence]
	if f.Date != "" {
		source += l.comma + f.Date
	}
	return l.pick(f.Text) + l.inBrackets(source)
}

// personAsOf says whether a person can open the service, and how old the answer is.
func (l language) personAsOf(s catalog.Service) string {
	return l.person[s.Person] + l.inBrackets(l.personDate(s))
}

// personDate is how old that answer is; where there is none, how old the newest source.
func (l language) personDate(s catalog.Service) string {
	date := cmp.Or(s.Opening.Date, l.no)
	if s.Person == catalog.Unknown {
		date = l.newestSource + date
	}
	return date
}

// day says when the facts were read.
func (l language) day(day string) string {
	if day == catalog.None {
		return l.ownProtocol
	}
	return day
}

func (l language) mark(can bool) string {
	if can {
		return l.yes
	}
	return l.no
}

func (l language) reports(can catalog.Abilities) string {
	var ways []string
	if can.PullReports {
		ways = append(ways, l.pull)
	}
	if can.PushedReports {
		ways = append(ways, l.push)
	}
	if len(ways) == 0 {
		return l.no
	}
	return strings.Join(ways, l.and)
}

// maker says who makes the codes. A service that can check codes makes them too.
func (l language) maker(can catalog.Abilities) string {
	if can.Verify {
		return l.byBoth
	}
	return l.byCaller
}

// kind is the name of a kind, in Chinese with a translation.
func (l language) kind(kind provider.Kind) string {
	if l.isChinese {
		return l.kinds[kind] + " " + kind.String()
	}
	return kind.String()
}

var (
	//go:embed overview.en.md
	overviewEN string
	//go:embed overview.zh.md
	overviewZH string
	//go:embed page.en.md
	pageEN string
	//go:embed page.zh.md
	pageZH string
)

var english = language{
	ending: ".md", overview: overviewEN, page: pageEN,
	readmeHeads:     []string{"Name", "Service", "A person can open it", "Sends to", "Code made by", "Batch", "Balance", "Status", "Reports"},
	openingHeads:    []string{"Name", "Service", "A person can open it", "Who can open it", "As of", "Source"},
	priceHeads:      []string{"Name", "Price", "Trial", "Last seen at work"},
	abilityHeads:    []string{"Name", "Sends to", "Batch", "Verify", "Balance", "Status", "Reports", "Captcha", "Code made by"},
	limitHeads:      []string{"Name", "Limits per number", "Maturity", "Facts read"},
	abilityOwnHeads: []string{"Ability", "Has it", "Reach it through"},
	codeHeads:       []string{"Code", "Meaning", "In words", "What to do"},
	abilityNames: []string{
		"many phones with fewer requests", "check a code that the service has made", "read what is left on the account",
		"ask what became of a message", "fetch delivery reports", "take delivery reports that the service posts", "picture puzzles",
	},
	person: map[string]string{"yes": "yes", "trial": "trial only", "no": "no", catalog.Unknown: "not known"},
	maturity: map[string]string{
		"simulated":  "simulated: tested on the simulator only, no real account",
		"fake-phone": "tested with the real gateway and a fake phone, no real phone",
	},
	evidence: map[string]string{
		"doc": "service's page", "post": "post", "secondary": "secondary sources", "code": "public code", "own": "this project",
		catalog.None: "no source",
	},
	evidenceMeans: map[string]string{
		"doc":        "a page, document or SDK of the service says so.",
		"post":       "an article or a report by somebody who used the service.",
		"secondary":  "several texts by others say so and agree.",
		"code":       "read in public programs; nothing else is known.",
		"own":        "a fact about this project.",
		catalog.None: "looked for, and not found.",
	},
	scope: map[provider.Scope]string{provider.ScopePhone: " by phone", provider.ScopeAccount: " by account"},
	yes:   "yes", no: "–", pull: "pull", push: "push", and: ", ", comma: ", ", colon: ": ", openBracket: " (", closeBracket: ")",
	byCaller: "caller", byBoth: "caller or service",
	success: "ok", wait: "wait ", untilMidnight: "wait until midnight in Beijing", mayHaveSent: "may have been sent", table: "Table", newestSource: "newest source ", ownProtocol: "the protocol is this project's own",
	console: "Console", none: "none", unknown: "not known", noDocuments: "No document is public.",
}

var chinese = language{
	ending: ".zh-CN.md", isChinese: true, overview: overviewZH, page: pageZH,
	readmeHeads:     []string{"名称", "服务商", "个人能否开通", "可发送到", "验证码由谁生成", "批量发送", "余额", "状态查询", "状态报告"},
	openingHeads:    []string{"名称", "服务商", "个人能否开通", "谁能开通", "截至", "依据"},
	priceHeads:      []string{"名称", "价格", "试用", "最近一次确认可用"},
	abilityHeads:    []string{"名称", "可发送到", "批量发送", "校验", "余额", "状态查询", "状态报告", "图形验证码", "验证码由谁生成"},
	limitHeads:      []string{"名称", "单个号码的限制", "成熟度", "资料日期"},
	abilityOwnHeads: []string{"能力", "是否支持", "调用"},
	codeHeads:       []string{"错误码", "含义", "说明", "处理办法"},
	abilityNames: []string{
		"批量发送：用较少的请求发给许多号码", "校验由服务商生成的验证码", "查询余额", "查询一条短信的状态", "拉取状态报告", "接收服务商推送的状态报告", "图形验证码",
	},
	person: map[string]string{"yes": "能", "trial": "仅试用", "no": "不能", catalog.Unknown: "不清楚"},
	maturity: map[string]string{
		"simulated":  "仅在模拟器上测试，未用真实账号",
		"fake-phone": "用真实网关和模拟手机测试，未用真实手机",
	},
	evidence: map[string]string{
		"doc": "官方资料", "post": "用户文章", "secondary": "二手资料", "code": "公开代码", "own": "本项目", catalog.None: "无资料",
	},
	evidenceMeans: map[string]string{
		"doc":        "服务商的页面、文档或 SDK。",
		"post":       "使用者的文章或反馈。",
		"secondary":  "几份他人的资料，说法一致。",
		"code":       "仅见于公开代码，没有其他资料。",
		"own":        "关于本项目自身。",
		catalog.None: "查找过，没有找到。",
	},
	kinds: map[provider.Kind]string{
		provider.KindUnknown: "未知", provider.KindRecipient: "号码错误", provider.KindContent: "内容被拒",
		provider.KindTemplate: "模板", provider.KindSignature: "签名", provider.KindAuth: "凭证",
		provider.KindBalance: "余额不足", provider.KindThrottled: "限流", provider.KindBlocked: "黑名单",
		provider.KindUnavailable: "服务不可用", provider.KindUnsupported: "不支持", provider.KindCodeMismatch: "验证码错误",
		provider.KindCodeExpired: "验证码失效", provider.KindConfig: "设置",
	},
	scope: map[provider.Scope]string{provider.ScopePhone: "（按号码）", provider.ScopeAccount: "（按账号）"},
	yes:   "有", no: "–", pull: "拉取", push: "推送", and: "、", comma: "，", colon: "：", openBracket: "（", closeBracket: "）",
	byCaller: "调用方", byBoth: "调用方或服务商",
	success: "成功", wait: "等待 ", untilMidnight: "等到次日零点（北京时间）", mayHaveSent: "可能已发出", table: "表", newestSource: "最新资料 ", ownProtocol: "协议属于本项目",
	console: "控制台", none: "无", unknown: "不详", noDocuments: "没有公开文档。",
}
