package judges

import (
	"maps"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

// dypnsText is a send of a code that the service makes, with changes.
func dypnsText(changes params) call {
	c := aliyunCall("SendSmsVerifyCode", params{
		"PhoneNumber": "13800138000", "SignName": givenSign, "TemplateCode": "100001", "TemplateParam": `{"code":"##code##","min":"5"}`,
		"CodeLength": 6, "CodeType": 1, "SchemeName": "登录", "ReturnVerifyCode": true, "OutId": "order 17 a*b~'«&»+",
	})
	maps.Copy(c.Params, changes)
	return c
}

func dypnsCheck(code string) call {
	return aliyunCall("CheckSmsVerifyCode", params{
		"PhoneNumber": "13800138000", "SchemeName": "登录", "VerifyCode": code, "CaseAuthPolicy": 1, "OutId": "order 17 a*b~'«&»+",
	})
}

// driveDypns sends a code, checks it, asks what became of it, and has requests refused.
func (d dialect) driveDypns(t *trial) {
	text := dypnsSends(t, dypnsText(nil), true)
	require.Equal(t, []string{"+8613800138000", givenSign, "100001", "order 17 a*b~'«&»+"}, []string{text.To, text.Sign, text.Template, text.Ref})
	require.Regexp(t, `^\d{6}$`, text.Code)
	require.Contains(t, text.Text, text.Code)
	d.decline(t, dypnsText(nil), "biz.FREQUENCY", "check frequency failed", "PhoneNumber: ")

	d.dypnsChecks(t, text.Code)
	dypnsDetails(t, text)

	text = dypnsSends(t, dypnsText(params{"PhoneNumber": "13800138002", "TemplateParam": `{"code":"042137","min":"5"}`, "ReturnVerifyCode": false}), false)
	require.Equal(t, "042137", text.Code)
	d.dypnsRefuses(t)
}

// dypnsSends sends a code, which the reply has as well where that was asked for.
func dypnsSends(t *trial, c call, isTold bool) sim.Text {
	var sent struct {
		aliyunReply
		Model struct{ BizID, OutID, VerifyCode string }
	}
	text := t.send(c, &sent)
	require.Equal(t, []any{"OK", true}, []any{sent.Code, sent.Success})
	require.Equal(t, []string{text.ID, text.Ref}, []string{sent.Model.BizID, sent.Model.OutID})
	if isTold {
		require.Equal(t, text.Code, sent.Model.VerifyCode)
	} else {
		require.Empty(t, sent.Model.VerifyCode)
	}
	return text
}

// dypnsChecks checks a wrong code, the right one, and that one again.
func (d dialect) dypnsChecks(t *trial, code string) {
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	d.refuse(t, dypnsCheck(wrong), "isv.ValidateFail", 400, "VerifyCode: ", "")
	var checked struct {
		aliyunReply
		Model struct{ VerifyResult, OutID string }
	}
	t.grant(dypnsCheck(code), &checked)
	require.Equal(t, []any{"OK", true, "PASS"}, []any{checked.Code, checked.Success, checked.Model.VerifyResult})
	d.refuse(t, dypnsCheck(code), "isv.ValidateFail", 400, "VerifyCode: ", "")
}

// dypnsDetails asks for one text. The reply is not that of the other product.
func dypnsDetails(t *trial, text sim.Text) {
	var got struct {
		aliyunReply
		Model []struct {
			PhoneNum, TemplateCode, ErrCode, OutID string
			SendStatus                             int
		}
	}
	t.grant(aliyunCall("QuerySendDetails", params{
		"PhoneNumber": "13800138000", "SendDate": sendDate(text.At), "PageSize": 10, "CurrentPage": 1, "BizId": text.ID,
	}), &got)
	require.Equal(t, []any{"OK", true, 1.0}, []any{got.Code, got.Success, got.TotalCount}, "TotalCount is a number")
	require.Len(t, got.Model, 1)
	require.Equal(t, []any{"13800138000", "100001", "DELIVERED", text.Ref, 3},
		[]any{got.Model[0].PhoneNum, got.Model[0].TemplateCode, got.Model[0].ErrCode, got.Model[0].OutID, got.Model[0].SendStatus})
}

func (d dialect) dypnsRefuses(t *trial) {
	other := params{"PhoneNumber": "13800138003"}
	d.refuseKeys(t, dypnsText(other))
	refused := func(code, message, verdict, name, value string) {
		c := dypnsText(other)
		c.Params[name] = value
		d.decline(t, c, code, message, verdict)
	}
	refused("isv.INVALID_PARAMETERS", "Invalid content for template variable min.", "TemplateParam: ", "TemplateParam", `{"code":"##code##"}`)
	refused("isv.INVALID_PARAMETERS", "", "SignName: ", "SignName", ownSign)
	refused("MOBILE_NUMBER_ILLEGAL", "", "PhoneNumber: ", "PhoneNumber", "1380013800x")
}
