package otp

import (
	"fmt"
	"time"
)

var chinese = sentences{
	codes: map[Code]string{
		BadRequest:      "请求有误，请刷新页面后重试",
		BadPhone:        "手机号格式不正确，请检查后重新输入",
		WrongCode:       "验证码错误或已失效，请重新获取",
		Used:            "验证码已使用，请重新获取",
		TimeOver:        "验证码已过期，请重新获取",
		NoTries:         "错误次数过多，验证码已失效，请重新获取",
		GivenUp:         "本次验证已取消，请重新获取验证码",
		NotSent:         "短信发送失败，请检查手机号或稍后再试",
		Wait:            "操作过于频繁，{when}",
		NoSends:         "发送次数已达上限，请输入已收到的验证码",
		HasArrived:      "短信已送达，请在手机上查看，也请留意拦截短信",
		ChallengeWanted: "请先完成安全验证",
		Blocked:         "暂时无法发送验证码，请联系客服",
		Unavailable:     "服务繁忙，{when}",
	},
	rules: map[string]string{
		"bad_request code": "请输入验证码",
		"wait resend":      "验证码已发送，{when}",
		"wait phone":       "该手机号获取验证码过于频繁，{when}",
		"wait guesses":     "该手机号验证码错误次数过多，{when}",
		"wait R1":          "该手机号获取验证码过于频繁，{when}",
		"wait R2":          "当前网络获取验证码过于频繁，{when}",
		"wait R4":          "当前获取验证码的人数较多，{when}",
		"wait R6":          "当前获取验证码的人数较多，{when}",
		"wait R7":          "当前获取验证码的人数较多，{when}",
		"wait money":       "当前获取验证码的人数较多，{when}",
		"blocked R5":       "暂不支持该国家或地区的手机号",
	},
	triesLeft: func(n int) string { return fmt.Sprintf("验证码错误，还可以再试 %d 次", n) },
	later:     "请稍后再试",
	after:     "请 {span}后再试",
	sent:      "验证码已发送，{span}内有效",
	onItsWay:  "验证码已发送，请查看手机短信，{span}内有效",
	delivered: "短信已送达，请在手机上查看，{span}内有效",
	verified:  "验证成功",
	units: func(n int, unit time.Duration) string {
		return fmt.Sprintf("%d %s", n, map[time.Duration]string{time.Second: "秒", time.Minute: "分钟", time.Hour: "小时"}[unit])
	},
}

var english = sentences{
	codes: map[Code]string{
		BadRequest:      "Something is wrong with this page. Reload it and try again.",
		BadPhone:        "This is not a valid phone number. Check it and try again.",
		WrongCode:       "This code is wrong or no longer valid. Request a new one.",
		Used:            "This code has been used. Request a new one.",
		TimeOver:        "This code has expired. Request a new one.",
		NoTries:         "Too many wrong codes. Request a new one.",
		GivenUp:         "This verification was canceled. Request a new code.",
		NotSent:         "The text could not be sent. Check the number or try again later.",
		Wait:            "Too many requests. {when}",
		NoSends:         "No more texts can be sent. Enter the code that you have received.",
		HasArrived:      "The text has been delivered. Look at your phone, also among blocked messages.",
		ChallengeWanted: "Complete the security check first.",
		Blocked:         "A code cannot be sent at present. Contact support.",
		Unavailable:     "The service is busy. {when}",
	},
	rules: map[string]string{
		"bad_request code": "Enter the code.",
		"wait resend":      "A code has been sent. {when}",
		"wait phone":       "Too many codes were requested for this number. {when}",
		"wait guesses":     "Too many wrong codes for this number. {when}",
		"wait R1":          "Too many codes were requested for this number. {when}",
		"wait R2":          "Too many codes were requested from your network. {when}",
		"wait R4":          "Many people are requesting codes at present. {when}",
		"wait R6":          "Many people are requesting codes at present. {when}",
		"wait R7":          "Many people are requesting codes at present. {when}",
		"wait money":       "Many people are requesting codes at present. {when}",
		"blocked R5":       "Numbers of this country or region are not supported.",
	},
	triesLeft: func(n int) string {
		if n == 1 {
			return "Wrong code. You can try once more."
		}
		return fmt.Sprintf("Wrong code. You can try %d more times.", n)
	},
	later:     "Try again later.",
	after:     "Try again in {span}.",
	sent:      "A code has been sent. It is valid for {span}.",
	onItsWay:  "A code has been sent. Look at your text messages. It is valid for {span}.",
	delivered: "The text has been delivered. Look at your phone. The code is valid for {span}.",
	verified:  "Your number is verified.",
	units: func(n int, unit time.Duration) string {
		name := map[time.Duration]string{time.Second: "second", time.Minute: "minute", time.Hour: "hour"}[unit]
		if n != 1 {
			name += "s"
		}
		return fmt.Sprintf("%d %s", n, name)
	},
}
