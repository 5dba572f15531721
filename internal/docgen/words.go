package main

import (
	"github.com/cnsms/cnsms/config"
	"github.com/cnsms/cnsms/provider"
)

// language holds the words of the tables in one language.
type language struct {
	pick func(config.Text) string
	// service is how a service is called: people know it by its Chinese name.
	service func(config.Text) string

	abilityHeads []string
	testingHeads []string

	reach    map[config.Reach]string
	maturity map[config.Maturity]string
	codes    map[provider.CodeOrigin]string

	yes, no, pull, push, comma string
}

var english = language{
	pick:         func(t config.Text) string { return t.EN },
	service:      func(t config.Text) string { return t.EN + " (" + t.ZH + ")" },
	abilityHeads: []string{"Package", "Service", "Sends to", "Batch", "Verify", "Balance", "Status", "Reports", "Captcha", "Code made by"},
	testingHeads: []string{"Package", "Limits per number", "Maturity", "Tested", "Facts read"},
	reach: map[config.Reach]string{
		config.ReachMainland:    "mainland",
		config.ReachAbroad:      "mainland, abroad",
		config.ReachAbroadApart: "mainland; abroad with another account",
	},
	maturity: map[config.Maturity]string{config.Simulated: "simulated"},
	codes: map[provider.CodeOrigin]string{
		provider.CodeByCaller:   "caller",
		provider.CodeByProvider: "service",
	},
	yes: "yes", no: "–", pull: "pull", push: "push", comma: ", ",
}

var chinese = language{
	pick:         func(t config.Text) string { return t.ZH },
	service:      func(t config.Text) string { return t.ZH },
	abilityHeads: []string{"包", "服务", "可发送到", "群发", "校验", "余额", "状态查询", "状态报告", "图形验证码", "验证码由谁生成"},
	testingHeads: []string{"包", "单个号码的限制", "成熟度", "测试方式", "资料日期"},
	reach: map[config.Reach]string{
		config.ReachMainland:    "大陆",
		config.ReachAbroad:      "大陆、境外",
		config.ReachAbroadApart: "大陆；境外需另一账号",
	},
	maturity: map[config.Maturity]string{config.Simulated: "仅模拟"},
	codes: map[provider.CodeOrigin]string{
		provider.CodeByCaller:   "调用方",
		provider.CodeByProvider: "服务商",
	},
	yes: "有", no: "–", pull: "拉取", push: "推送", comma: "、",
}
