package judges

import (
	"maps"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent/tencentsim"
)

const (
	tencentID, tencentSecret = "AKIDEXAMPLEEXAMPLEEXAMPLE", "FAKEsecretKEYFAKEsecretKEY"
	tencentApp               = "1400006666"
)

var (
	tencentGo = Judge{
		Module: "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms",
		Hearings: []Hearing{{
			Name: "tencent", open: newTencentSDK, drive: driveTencent("*errors.TencentCloudSDKError", false),
			Simulator: func() []sim.Service { return []sim.Service{tencentsim.New(tencentAccount(false))} },
		}},
	}
	tencentNode = Judge{
		Module: "tencentcloud-sdk-nodejs-sms", Node: true,
		Hearings: []Hearing{{
			Name: "tencent", open: onNode("tencent.cjs"), drive: driveTencent("TencentCloudSDKHttpException", true),
			Simulator: func() []sim.Service { return []sim.Service{tencentsim.New(tencentAccount(true))} },
		}},
	}
)

// tencentAccount may let clients take the service's name from the endpoint, as the SDK
// for Node does.
func tencentAccount(fromHost bool) tencentsim.Config {
	return tencentsim.Config{
		SecretID: tencentID, SecretKey: tencentSecret, AppID: tencentApp, Signs: []string{"示例签名"},
		Templates:       map[string]tencentsim.Template{"1110": {Text: "验证码{1}，{2}分钟内有效。", Code: true}},
		Blocked:         []string{"+8613800138001"},
		ServiceFromHost: fromHost,
		Deliver:         true,
	}
}

func tencentCall(action string, more params) call {
	all := params{"SmsSdkAppId": tencentApp}
	maps.Copy(all, more)
	return call{ID: tencentID, Secret: tencentSecret, Action: action, Params: all}
}

// tencentText is a send of a code, with changes.
func tencentText(changes params) call {
	c := tencentCall("SendSms", params{
		"PhoneNumberSet": []string{"+8613800138000"}, "TemplateId": "1110", "SignName": "示例签名",
		"TemplateParamSet": []string{"042137", "5"}, "SessionContext": "order-17 «&»",
	})
	maps.Copy(c.Params, changes)
	return c
}

// tencentStatus is what is said of one number of a send.
type tencentStatus struct {
	SerialNo, PhoneNumber, SessionContext, Code, Message, IsoCode string
	Fee                                                           int
}

// driveTencent is for any client whose errors are of class. One that takes anything can
// be made to send a value of the wrong type.
func driveTencent(class string, takesAnything bool) func(t *trial) {
	return func(t *trial) {
		tencentSends(t)
		tencentDeclines(t)
		tencentRefuses(t, class)
		if takesAnything {
			wrongType := tencentText(params{"TemplateParamSet": []any{42137, "5"}})
			t.refuse(refusal{wrongType, class, "InvalidParameter", 0, "TemplateParamSet", ""})
		}
	}
}

// tencentSends sends a text and asks what became of it.
func tencentSends(t *trial) {
	var sent struct{ SendStatusSet []tencentStatus }
	text := t.send(tencentText(nil), &sent)
	require.Equal(t, []tencentStatus{{
		SerialNo: text.ID, PhoneNumber: "+8613800138000", SessionContext: "order-17 «&»",
		Code: "Ok", Message: "send success", IsoCode: "CN", Fee: 1,
	}}, sent.SendStatusSet)
	require.Equal(t, []string{"+8613800138000", "示例签名", "1110", "042137", "order-17 «&»", "【示例签名】验证码042137，5分钟内有效。"},
		[]string{text.To, text.Sign, text.Template, text.Code, text.Ref, text.Text})

	type report struct{ SerialNo, ReportStatus, Description, PhoneNumber string }
	type pulled struct{ PullSmsSendStatusSet []report }
	var byNumber, first, second pulled
	delivered := pulled{[]report{{text.ID, "SUCCESS", "DELIVRD", "+8613800138000"}}}
	t.grant(tencentCall("PullSmsSendStatusByPhoneNumber", params{
		"PhoneNumber": "+8613800138000", "BeginTime": text.At.Unix() - 60, "Offset": 0, "Limit": 10,
	}), &byNumber)
	require.Equal(t, delivered, byNumber)
	t.grant(tencentCall("PullSmsSendStatus", params{"Limit": 10}), &first)
	require.Equal(t, delivered, first)
	t.grant(tencentCall("PullSmsSendStatus", params{"Limit": 10}), &second)
	require.Empty(t, second.PullSmsSendStatusSet, "a report is pulled once")
}

// tencentDeclines has numbers refused one by one, which no client takes for an error.
func tencentDeclines(t *trial) {
	for _, tt := range []struct {
		code, verdict string
		changes       params
	}{
		{"FailedOperation.PhoneNumberInBlacklist", "PhoneNumberSet: ", params{"PhoneNumberSet": []string{"+8613800138001"}}},
		{"InvalidParameterValue.TemplateParameterFormatError", "TemplateParamSet.0: ", params{"TemplateParamSet": []string{"x", "5"}}},
	} {
		var sent struct{ SendStatusSet []tencentStatus }
		t.decline(tencentText(tt.changes), &sent, tt.verdict)
		require.Len(t, sent.SendStatusSet, 1)
		require.Equal(t, []string{tt.code, ""}, []string{sent.SendStatusSet[0].Code, sent.SendStatusSet[0].SerialNo})
	}
}

// tencentRefuses has whole requests refused.
func tencentRefuses(t *trial, class string) {
	wrongKey, wrongSecret := tencentText(nil), tencentText(nil)
	wrongKey.ID, wrongSecret.Secret = "AKIDNOBODYNOBODYNOBODY", "another"
	t.refuse(refusal{wrongKey, class, "AuthFailure.SecretIdNotFound", 0, "Authorization: Credential: SecretId: ", ""})
	t.refuse(refusal{wrongSecret, class, "AuthFailure.SignatureFailure", 0, "Authorization: Signature: ", ""})
	t.refuse(refusal{tencentText(params{"SmsSdkAppId": "1400000000"}), class, "UnauthorizedOperation.SmsSdkAppIdVerifyFail", 0, "SmsSdkAppId: ", ""})
	t.refuse(refusal{tencentCall("ReportConversion", params{"SerialNo": "1", "ConversionTime": 1}), class, "UnsupportedOperation", 0, "X-TC-Action: ", ""})
}
