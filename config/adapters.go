// Package config holds the one list of providers: what there is, what each can
// do and how far it has been tested. The tables of the documentation are made
// from it. A program that imports it links every adapter.
//
// Adding an adapter takes one entry in Adapters and nothing else outside the
// adapter's folder.
package config

import (
	"github.com/cnsms/cnsms/bmob"
	"github.com/cnsms/cnsms/ihuyi"
	"github.com/cnsms/cnsms/mob"
	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay"
	"github.com/cnsms/cnsms/ronglian"
	"github.com/cnsms/cnsms/tencent"
	"github.com/cnsms/cnsms/zhenzi"
)

// Adapters lists every adapter of this module, in the order of the
// documentation: by name.
func Adapters() []Adapter {
	return []Adapter{
		{
			Name:      bmob.DefaultName,
			Service:   Text{EN: "Bmob", ZH: "后端云"},
			Reach:     ReachMainland,
			Codes:     []provider.CodeOrigin{provider.CodeByProvider, provider.CodeByCaller},
			Limits:    Text{EN: "1 a minute, 5 an hour, 10 a day per application", ZH: "同一应用每分钟 1 条，每小时 5 条，每天 10 条"},
			Maturity:  Simulated,
			Tested:    onSimulator,
			FactsRead: "2026-11-21",
			provider:  (*bmob.Provider)(nil),
		},
		{
			Name:      ihuyi.DefaultName,
			Service:   Text{EN: "Ihuyi", ZH: "互亿无线"},
			Reach:     ReachAbroadApart,
			Codes:     []provider.CodeOrigin{provider.CodeByCaller},
			Limits:    Text{EN: "1 a second, 5 a day", ZH: "每秒 1 条，每天 5 条"},
			Maturity:  Simulated,
			Tested:    onSimulator,
			FactsRead: "2026-11-21",
			provider:  (*ihuyi.Provider)(nil),
		},
		{
			Name:      mob.DefaultName,
			Service:   Text{EN: "Mob", ZH: "MobTech"},
			Reach:     ReachAbroad,
			Codes:     []provider.CodeOrigin{provider.CodeByProvider, provider.CodeByCaller},
			Limits:    Text{EN: "2 a minute and 5 in 12 hours per application, 10 a day over all", ZH: "同一应用每分钟 2 条，12 小时 5 条；全平台每天 10 条"},
			Maturity:  Simulated,
			Tested:    onSimulator,
			FactsRead: "2026-11-21",
			provider:  (*mob.Provider)(nil),
		},
		{
			Name:     relay.DefaultName,
			Service:  Text{EN: "a phone of one's own", ZH: "自己的手机"},
			Reach:    ReachAbroad,
			Codes:    []provider.CodeOrigin{provider.CodeByCaller, provider.CodeByProvider},
			Limits:   Text{EN: "1 a minute, 5 an hour, 10 a day, as set at the gateway", ZH: "每分钟 1 条，每小时 5 条，每天 10 条，由网关设置"},
			Maturity: Simulated,
			Tested:   Text{EN: "every request to the byte, every failure code, the real gateway with a fake phone", ZH: "请求逐字节比对，全部错误码，真实网关与模拟手机"},
			provider: (*relay.Provider)(nil),
		},
		{
			Name:      ronglian.DefaultName,
			Service:   Text{EN: "Ronglian", ZH: "容联云"},
			Reach:     ReachAbroad,
			Codes:     []provider.CodeOrigin{provider.CodeByCaller},
			Limits:    Text{EN: "about 5 codes a day per template; 100 numbers a request", ZH: "同一模板每天约 5 条验证码；每次请求 100 个号码"},
			Maturity:  Simulated,
			Tested:    onSimulator,
			FactsRead: "2026-11-21",
			provider:  (*ronglian.Provider)(nil),
		},
		{
			Name:      tencent.DefaultName,
			Service:   Text{EN: "Tencent Cloud", ZH: "腾讯云"},
			Reach:     ReachAbroad,
			Codes:     []provider.CodeOrigin{provider.CodeByCaller},
			Limits:    Text{EN: "the same text once in 30 s, 2 to 10 a day (sources disagree); 200 numbers a request", ZH: "相同内容 30 秒 1 条，每天 2 至 10 条（资料不一）；每次请求 200 个号码"},
			Maturity:  Simulated,
			Tested:    onSimulator,
			FactsRead: "2026-11-21",
			provider:  (*tencent.Provider)(nil),
		},
		{
			Name:      zhenzi.DefaultName,
			Service:   Text{EN: "Zhenzi", ZH: "榛子云"},
			Reach:     ReachMainland,
			Codes:     []provider.CodeOrigin{provider.CodeByCaller},
			Limits:    Text{EN: "per day, as set in the console", ZH: "每天条数由控制台设置"},
			Maturity:  Simulated,
			Tested:    onSimulator,
			FactsRead: "2026-11-21",
			provider:  (*zhenzi.Provider)(nil),
		},
	}
}

// onSimulator is how adapters of services that cost money are tested.
var onSimulator = Text{
	EN: "every request to the byte, every failure code, simulator",
	ZH: "请求逐字节比对，全部错误码，模拟器",
}
