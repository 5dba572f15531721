package judges

import (
	"maps"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
)

func aliyunCall(action string, p params) call {
	return call{ID: aliyunID, Secret: aliyunSecret, Action: action, Params: p}
}

// dysmsText is a send of a code, with changes.
func dysmsText(changes params) call {
	c := aliyunCall("SendSms", params{
		"PhoneNumbers": "13800138000", "SignName": ownSign, "TemplateCode": "SMS_154950909", "TemplateParam": `{"code":"042137"}`,
		"OutId": "order 17 a*b~'«&»+",
	})
	maps.Copy(c.Params, changes)
	return c
}

// driveDysms sends texts, asks what became of them, and has requests refused.
func (d dialect) driveDysms(t *trial) {
	var sent aliyunReply
	text := t.send(dysmsText(nil), &sent)
	require.Equal(t, []string{"OK", "OK", text.ID}, []string{sent.Code, sent.Message, sent.BizID})
	require.NotEmpty(t, sent.RequestID)
	require.Equal(t, []string{"+8613800138000", ownSign, "SMS_154950909", "042137", "order 17 a*b~'«&»+", "【示例签名】您的验证码为：042137，请勿泄露。"},
		[]string{text.To, text.Sign, text.Template, text.Code, text.Ref, text.Text})
	dysmsDetails(t, text)
	dysmsBatch(t)
	dysmsFiling(t)
	d.dysmsRefuses(t)
}

// dysmsDetails asks for one text.
func dysmsDetails(t *trial, text sim.Text) {
	type detail struct{ PhoneNum, TemplateCode, Content, ErrCode, OutID, SendDate, ReceiveDate string }
	var got struct {
		aliyunReply
		SmsSendDetailDTOs struct {
			SmsSendDetailDTO []struct {
				detail
				SendStatus int
			}
		}
	}
	t.grant(aliyunCall("QuerySendDetails", params{
		"PhoneNumber": "13800138000", "SendDate": sendDate(text.At), "PageSize": 10, "CurrentPage": 1, "BizId": text.ID,
	}), &got)
	require.Equal(t, []any{"OK", "1"}, []any{got.Code, got.TotalCount}, "TotalCount is a text")
	list := got.SmsSendDetailDTOs.SmsSendDetailDTO
	require.Len(t, list, 1)
	require.NotEmpty(t, list[0].SendDate)
	require.NotEmpty(t, list[0].ReceiveDate)
	list[0].SendDate, list[0].ReceiveDate = "", ""
	require.Equal(t, detail{PhoneNum: "13800138000", TemplateCode: "SMS_154950909", Content: text.Text, ErrCode: "DELIVERED", OutID: text.Ref}, list[0].detail)
	require.Equal(t, 3, list[0].SendStatus)
}

// dysmsBatch sends to two numbers with one request.
func dysmsBatch(t *trial) {
	var sent aliyunReply
	exchange := t.grant(aliyunCall("SendBatchSms", params{
		"PhoneNumberJson": `["13800138002","13800138003"]`, "SignNameJson": `["示例签名","示例签名"]`,
		"TemplateParamJson": `[{"code":"111111"},{"code":"222222"}]`, "TemplateCode": "SMS_154950909",
	}), &sent)
	require.Len(t, exchange.Accepted, 2)
	for i, code := range []string{"111111", "222222"} {
		require.Equal(t, []string{sent.BizID, code}, []string{exchange.Accepted[i].ID, exchange.Accepted[i].Code})
	}
}

// dysmsFiling asks whether the signature is approved.
func dysmsFiling(t *trial) {
	var got struct {
		aliyunReply
		SignName   string
		SignStatus int
	}
	t.grant(aliyunCall("GetSmsSign", params{"SignName": ownSign}), &got)
	require.Equal(t, []any{"OK", ownSign, 1}, []any{got.Code, got.SignName, got.SignStatus})
}

// dysmsRefuses has requests refused by the gateway, which clients take for an error, and
// by the product.
func (d dialect) dysmsRefuses(t *trial) {
	d.refuseKeys(t, dysmsText(nil))
	d.decline(t, dysmsText(params{"PhoneNumbers": "13800138001"}), "isv.BLACK_KEY_CONTROL_LIMIT", "", "PhoneNumbers: ")
	d.decline(t, dysmsText(params{"PhoneNumbers": "1380013800x"}), "isv.MOBILE_NUMBER_ILLEGAL", "", "PhoneNumbers: ")
	d.decline(t, dysmsText(params{"TemplateCode": "SMS_1"}), "isv.SMS_TEMPLATE_ILLEGAL", "", "TemplateCode: ")
	d.decline(t, dysmsText(params{"SignName": "别的签名"}), "isv.SMS_SIGNATURE_ILLEGAL", "", "SignName: ")
	d.decline(t, dysmsText(params{"TemplateParam": `{"code":42137}`}), "isv.INVALID_JSON_PARAM", "", "TemplateParam: ")
}

// refuseKeys makes a good call with a key that is not there, and with another secret.
func (d dialect) refuseKeys(t *trial, good call) {
	wrongKey, wrongSecret := good, good
	wrongKey.ID, wrongSecret.Secret = "LTAI9999999999999999", "another"
	d.refuse(t, wrongKey, "InvalidAccessKeyId.NotFound", 404, d.key, "")
	d.refuse(t, wrongSecret, "SignatureDoesNotMatch", 400, d.signature, d.advice)
}
