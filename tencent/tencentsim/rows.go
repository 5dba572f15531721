package tencentsim

import (
	"encoding/json"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
)

// deliveryRow is a delivery report in a reply.
type deliveryRow struct {
	UserReceiveTime                            int64
	CountryCode, SubscriberNumber, PhoneNumber string
	SerialNo, ReportStatus, Description        string
	SessionContext                             string
}

func replyDeliveries(c *sim.Call, deliveries []Delivery) {
	rows := make([]deliveryRow, len(deliveries))
	for i, d := range deliveries {
		country, national := split(d.Phone)
		rows[i] = deliveryRow{
			UserReceiveTime: d.At.Unix(), CountryCode: country, SubscriberNumber: national, PhoneNumber: d.Phone,
			SerialNo: d.Serial, ReportStatus: d.status(), Description: d.code(), SessionContext: d.Session,
		}
	}
	reply(c, struct {
		PullSmsSendStatusSet []deliveryRow
		RequestID            string `json:"RequestId"`
	}{rows, requestID(c)})
}

// replyRow is a reply of a phone's owner in a reply of the service.
type replyRow struct {
	ExtendCode, CountryCode, PhoneNumber, SignName, ReplyContent string
	ReplyTime                                                    int64
	SubscriberNumber                                             string
}

func replyReplies(c *sim.Call, replies []Reply) {
	rows := make([]replyRow, len(replies))
	for i, r := range replies {
		country, national := split(r.Phone)
		rows[i] = replyRow{
			ExtendCode: r.ExtendCode, CountryCode: country, PhoneNumber: r.Phone, SignName: r.Sign,
			ReplyContent: r.Text, ReplyTime: r.At.Unix(), SubscriberNumber: national,
		}
	}
	reply(c, struct {
		PullSmsReplyStatusSet []replyRow
		RequestID             string `json:"RequestId"`
	}{rows, requestID(c)})
}

// split returns the country code and the national number.
func split(e164 string) (country, national string) {
	phone, err := provider.ParsePhone(e164)
	if err != nil {
		return "", e164
	}
	return phone.CountryCode(), phone.National()
}

func (d Delivery) status() string {
	if d.Failed {
		return "FAIL"
	}
	return "SUCCESS"
}

func (d Delivery) code() string {
	switch {
	case d.Code != "":
		return d.Code
	case d.Failed:
		return "UNDELIV"
	}
	return "DELIVRD"
}

// pushedDelivery is an element of a push of delivery reports. The order is that
// of the vendor's example.
type pushedDelivery struct {
	UserReceiveTime string `json:"user_receive_time"`
	NationCode      string `json:"nationcode"`
	Mobile          string `json:"mobile"`
	ReportStatus    string `json:"report_status"`
	ErrMsg          string `json:"errmsg"`
	Description     string `json:"description"`
	SID             string `json:"sid"`
	Ext             string `json:"ext,omitempty"`
}

// PushDeliveries is the body that the service posts for delivery reports, up to
// 100 at a time.
func PushDeliveries(deliveries ...Delivery) []byte {
	list := make([]pushedDelivery, len(deliveries))
	for i, d := range deliveries {
		country, national := split(d.Phone)
		list[i] = pushedDelivery{
			UserReceiveTime: d.At.In(beijing).Format(time.DateTime), NationCode: country, Mobile: national,
			ReportStatus: d.status(), ErrMsg: d.code(), Description: d.description(), SID: d.Serial, Ext: d.Session,
		}
	}
	return encode(list)
}

func (d Delivery) description() string {
	if d.Failed {
		return "用户短信送达失败"
	}
	return "用户短信送达成功"
}

// PushReply is the body that the service posts for a reply.
func PushReply(r Reply) []byte {
	country, national := split(r.Phone)
	return encode(struct {
		Extend     string `json:"extend"`
		Mobile     string `json:"mobile"`
		NationCode string `json:"nationcode"`
		Sign       string `json:"sign"`
		Text       string `json:"text"`
		Time       int64  `json:"time"`
	}{r.ExtendCode, national, country, r.Sign, r.Text, r.At.Unix()})
}

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("tencentsim: " + err.Error())
	}
	return body
}
