package judges

import (
	"maps"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/bmob/bmobsim"
	"github.com/cnsms/cnsms/sim"
)

const bmobSecret, bmobSafeCode = "0123456789abcdef", "FakeSafeCode01"

var bmobNode = Judge{
	Module: "hydrogen-js-sdk", Node: true,
	Hearings: []Hearing{{
		Name: "bmob", open: onNode("bmob.cjs"), drive: driveBmob,
		Simulator: func() []sim.Service { return []sim.Service{bmobsim.New(bmobAccount())} },
	}},
}

func bmobAccount() bmobsim.Config {
	return bmobsim.Config{
		SecretKey: bmobSecret, SafeCode: bmobSafeCode,
		Templates: map[string]string{"": bmobsim.DefaultText, "注册模板": "您的注册验证码是%smscode%，有效期为%ttl%分钟。", "发货通知": "订单%order%已发货。"},
	}
}

// bmobCall is a call of the client's methods for codes.
func bmobCall(action string, content params) call {
	return call{ID: bmobSecret, Secret: bmobSafeCode, Action: action, Params: content}
}

// bmobRequest is a call of its method for requests of any kind.
func bmobRequest(method, path string, body params) call {
	return bmobCall("request", params{"method": method, "path": path, "body": body})
}

// bmobPhone is a body with the number that all texts go to, and more.
func bmobPhone(more params) params {
	all := params{"mobilePhoneNumber": "13800138000"}
	maps.Copy(all, more)
	return all
}

// driveBmob sends a code and checks it, sends a notice, and asks for both.
func driveBmob(t *trial) {
	text := bmobSends(t, bmobCall("requestSmsCode", bmobPhone(params{"template": "注册模板"})))
	require.Equal(t, []string{"+8613800138000", "注册模板"}, []string{text.To, text.Template})
	require.Contains(t, text.Text, "您的注册验证码是"+text.Code)
	bmobChecks(t, text)
	bmobAsks(t, text.ID, true)

	notice := bmobRequest("post", "/1/requestSms", bmobPhone(params{"template": "发货通知", "content": params{"order": "S-17 «&»"}}))
	text = bmobSends(t, notice)
	require.Contains(t, text.Text, "订单S-17 «&»已发货。")
	bmobAsks(t, text.ID, false)

	var puzzle struct {
		Token string `json:"captcha_token"`
		URL   string `json:"captcha_url"`
	}
	t.grant(bmobRequest("post", "/1/requestCaptcha", params{}), &puzzle)
	require.Contains(t, puzzle.URL, puzzle.Token)
	bmobRefuses(t)
}

func bmobSends(t *trial, c call) sim.Text {
	var sent struct {
		ID int `json:"smsId"`
	}
	text := t.send(c, &sent)
	require.Equal(t, text.ID, strconv.Itoa(sent.ID))
	return text
}

// bmobChecks checks a wrong code, the right one, and that one again.
func bmobChecks(t *trial, text sim.Text) {
	wrong := "000000"
	if text.Code == wrong {
		wrong = "000001"
	}
	right := bmobCall("verifySmsCode", bmobPhone(params{"code": text.Code}))
	t.refuse(refusal{bmobCall("verifySmsCode", bmobPhone(params{"code": wrong})), "Object", "207", 0, "smsCode: ", ""})
	var checked struct {
		Msg string `json:"msg"`
	}
	t.grant(right, &checked)
	require.Equal(t, "ok", checked.Msg)
	t.refuse(refusal{right, "Object", "207", 0, "smsCode: ", ""})
}

// bmobAsks asks for the state of a text.
func bmobAsks(t *trial, id string, verified bool) {
	var state struct {
		SMS      string `json:"sms_state"`
		Verified bool   `json:"verify_state"`
	}
	t.grant(bmobRequest("get", "/1/querySms/"+id, params{}), &state)
	require.Contains(t, []string{"SENDING", "SUCCESS"}, state.SMS)
	require.Equal(t, verified, state.Verified)
}

// bmobRefuses has requests refused. The client throws the reply as it came, which for
// wrong credentials has no code.
func bmobRefuses(t *trial) {
	const class = "Object"
	wrongKey, wrongCode := bmobCall("requestSmsCode", bmobPhone(nil)), bmobCall("requestSmsCode", bmobPhone(nil))
	wrongKey.ID, wrongCode.Secret = "fedcba9876543210", "another"
	t.refuse(refusal{wrongKey, class, "", 0, "X-Bmob-Secret-Key: ", ""})
	t.refuse(refusal{wrongCode, class, "", 0, "X-Bmob-Safe-Sign: ", ""})
	t.refuse(refusal{bmobCall("requestSmsCode", params{"mobilePhoneNumber": "1380013800"}), class, "301", 0, "mobilePhoneNumber: ", ""})
	t.refuse(refusal{bmobCall("requestSmsCode", bmobPhone(params{"template": "没有"})), class, "10022", 0, "template: ", ""})
	t.refuse(refusal{bmobRequest("get", "/1/querySms/1", params{}), class, "10018", 0, "smsId: ", ""})
	t.refuse(refusal{bmobRequest("get", "/1/timestamp", params{}), class, "10007", 0, "path: ", ""})
}
