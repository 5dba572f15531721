package judges

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cnsms/cnsms/aliyun/aliyunsim"
	"github.com/cnsms/cnsms/sim"
)

const (
	aliyunID, aliyunSecret = "LTAI0000000000000000", "FAKEsecretFAKEsecretFAKEsecret"
	ownSign, givenSign     = "示例签名", "速通互联验证码"
)

var (
	aliyunGoV1 = Judge{
		Module:   "github.com/aliyun/alibaba-cloud-sdk-go",
		Hearings: []Hearing{dysms(newDysmsV1, goV1), dypns(newDypnsV1, goV1)},
	}
	aliyunGoV3 = Judge{
		Module: "github.com/alibabacloud-go/darabonba-openapi/v2",
		Hearings: []Hearing{
			dysms(newAliyunV3(false), goV3), dysms(newAliyunV3(true), goV3.in("a form")),
			dypns(newAliyunV3(false), goV3), dypns(newAliyunV3(true), goV3.in("a form")),
		},
	}
	dysmsNode = Judge{
		Module: "@alicloud/dysmsapi20170525", Node: true,
		Hearings: []Hearing{dysms(onNode("aliyun.cjs", "dysmsapi"), nodeV3)},
	}
	dypnsNode = Judge{
		Module: "@alicloud/dypnsapi20170525", Node: true,
		Hearings: []Hearing{dypns(onNode("aliyun.cjs", "dypnsapi"), nodeV3)},
	}
	popNode = Judge{
		Module: "@alicloud/pop-core", Node: true,
		Hearings: []Hearing{
			dysms(onNode("pop.cjs", "POST"), nodeV1), dysms(onNode("pop.cjs", "GET"), nodeV1.in("a GET")),
			dypns(onNode("pop.cjs", "POST"), nodeV1), dypns(onNode("pop.cjs", "GET"), nodeV1.in("a GET")),
		},
	}
)

// dialect is how a client tells of failures, and where it puts its signature.
type dialect struct {
	where string // of the parameters, when the client has several ways
	// class is that of its errors.
	class string
	// noStatus says that its errors have no HTTP status.
	noStatus bool
	// throwsAll says that it takes a Code that is not OK for an error, even with HTTP 200.
	throwsAll bool
	// signature and key are how verdicts about them begin.
	signature, key string
	// advice is what the client itself says of a wrong secret: that both sides have signed
	// the same text.
	advice string
}

var (
	goV1   = dialect{class: "*errors.ServerError", signature: "Signature: ", key: "AccessKeyId: ", advice: "InvalidAccessKeySecret: Please check you AccessKeySecret"}
	goV3   = dialect{class: "*tea.SDKError", signature: "Authorization: Signature: ", key: "Authorization: Credential: "}
	nodeV1 = dialect{class: "Error", noStatus: true, throwsAll: true, signature: "Signature: ", key: "AccessKeyId: "}
	nodeV3 = dialect{class: "ClientError", signature: "Authorization: Signature: ", key: "Authorization: Credential: "}
)

func (d dialect) in(where string) dialect {
	d.where = " in " + where
	return d
}

// refuse has a request refused that the client takes for an error.
func (d dialect) refuse(t *trial, c call, code string, status int, verdict, says string) {
	if d.noStatus {
		status = 0
	}
	t.refuse(refusal{c, d.class, code, status, verdict, says})
}

// decline has a request refused in a reply with HTTP 200.
func (d dialect) decline(t *trial, c call, code, message, verdict string) {
	if d.throwsAll {
		t.refuse(refusal{c, d.class, code, 0, verdict, message})
		return
	}
	var reply aliyunReply
	t.decline(c, &reply, verdict)
	require.Equal(t, code, reply.Code)
	require.Contains(t, reply.Message, message)
	require.Empty(t, reply.BizID)
	require.False(t, reply.Success)
}

// aliyunReply is the answer of any call. The clients spell the names differently, and
// encoding/json does not mind.
type aliyunReply struct {
	Code, Message string
	RequestID     string `json:"RequestId"`
	BizID         string `json:"BizId"`
	Success       bool
	TotalCount    any
}

func dysms(open func(context.Context) (client, error), d dialect) Hearing {
	return Hearing{Name: "dysms" + d.where, Simulator: aliyunServices, open: open, drive: d.driveDysms}
}

func dypns(open func(context.Context) (client, error), d dialect) Hearing {
	return Hearing{Name: "dypns" + d.where, Simulator: aliyunServices, open: open, drive: d.driveDypns}
}

// aliyunServices are both products, which have one address here.
func aliyunServices() []sim.Service { return bothProducts(aliyunAccount()) }

func bothProducts(cfg aliyunsim.Config) []sim.Service {
	service := aliyunsim.New(cfg)
	return []sim.Service{service, service.Verification()}
}

func aliyunAccount() aliyunsim.Config {
	return aliyunsim.Config{
		AccessKeyID: aliyunID, AccessKeySecret: aliyunSecret, Signs: map[string]aliyunsim.Sign{ownSign: {}},
		Templates: map[string]aliyunsim.Template{"SMS_154950909": {Text: "您的验证码为：${code}，请勿泄露。", Code: true}},
		Blocked:   []string{"+8613800138001"},
		Deliver:   true,
		Verification: aliyunsim.VerificationConfig{
			Signs: aliyunsim.GiftSigns(), Templates: aliyunsim.GiftTemplates(), Interval: true,
		},
	}
}

// sendDate is the day of a text, as the service is asked for it.
func sendDate(at time.Time) string {
	return at.In(time.FixedZone("Beijing", 8*60*60)).Format("20060102")
}
