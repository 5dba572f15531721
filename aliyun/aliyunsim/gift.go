package aliyunsim

// GiftSigns are given signatures (赠送签名) of 短信认证 that were seen in 2026. The console
// has the list, and changes it.
func GiftSigns() []string {
	return []string{"速通互联验证码", "速通互联验证平台", "速通互联验证服务", "云渚科技验证平台", "云渚科技验证服务", "恒创联众"}
}

// GiftTemplates are the five given templates (赠送模板) of 短信认证. Their codes, purposes
// and variables are known; their wording is made up.
func GiftTemplates() map[string]string {
	const validity = "验证码${code}，${min}分钟内有效，请勿泄露。"
	return map[string]string{
		"100001": "您正在登录或注册，" + validity,
		"100002": "您正在修改绑定手机号，" + validity,
		"100003": "您正在重置密码，" + validity,
		"100004": "您正在绑定新手机号，" + validity,
		"100005": "您正在验证绑定手机号，" + validity,
	}
}
