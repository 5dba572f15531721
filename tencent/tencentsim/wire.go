package tencentsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
	"github.com/cnsms/cnsms/tencent"
)

// field is one member of a request's body.
type field struct {
	name     string
	kind     fieldKind
	required bool
}

// fieldKind is the JSON type of a field.
type fieldKind int

const (
	textField fieldKind = iota
	textsField
	numberField
)

var sendFields = []field{
	{"PhoneNumberSet", textsField, true},
	{"SmsSdkAppId", textField, true},
	{"TemplateId", textField, true},
	{"SignName", textField, false},
	{"TemplateParamSet", textsField, false},
	{"ExtendCode", textField, false},
	{"SessionContext", textField, false},
	{"SenderId", textField, false},
}

// params are the members of a request's body, of the types that the fields say.
type params map[string]any

func (p params) text(name string) string {
	text, _ := p[name].(string)
	return text
}

func (p params) texts(name string) []string {
	list, _ := p[name].([]any)
	texts := make([]string, len(list))
	for i, element := range list {
		texts[i], _ = element.(string)
	}
	return texts
}

func (p params) number(name string) int64 {
	number, _ := p[name].(json.Number)
	n, _ := strconv.ParseInt(string(number), 10, 64)
	return n
}

// readParams returns the members of the body, or refuses the request.
func readParams(c *sim.Call, fields []field) (params, sim.Outcome) {
	decoder := json.NewDecoder(bytes.NewReader(c.Body))
	decoder.UseNumber()
	var p params
	if err := decoder.Decode(&p); err != nil || p == nil {
		return nil, refuseField("FailedOperation.JsonParseFail", "body: want one JSON object")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, refuseField("FailedOperation.JsonParseFail", "body: something behind the JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			return nil, refuseField("UnknownParameter", name+": no such parameter")
		}
		if problem := fields[i].problem(p[name]); problem != "" {
			return nil, refuseField("InvalidParameter", problem)
		}
	}
	for _, f := range fields {
		if _, ok := p[f.name]; f.required && !ok {
			return nil, refuseField(missing, f.name+": missing")
		}
	}
	return p, sim.Outcome{}
}

// refuseField refuses a request with words that name the field, as the service does.
func refuseField(code, problem string) sim.Outcome {
	o := sim.Refuse(code, "%s", problem)
	o.Words = wordsOf(code) + ": " + problem
	return o
}

// problem says what is wrong with a value's type. The service names an element of a
// list as TemplateParamSet.0.
func (f field) problem(value any) string {
	_, isText := value.(string)
	list, isList := value.([]any)
	switch {
	case f.kind == textField && !isText:
		return f.name + ": want a string"
	case f.kind == textsField && !isList:
		return f.name + ": want an array of strings"
	case f.kind == numberField && !isCount(value):
		return f.name + ": want a whole number, not negative"
	}
	for i, element := range list {
		if _, isText := element.(string); !isText {
			return fmt.Sprintf("%s.%d: want a string", f.name, i)
		}
	}
	return ""
}

func isCount(value any) bool {
	number, _ := value.(json.Number)
	_, err := strconv.ParseUint(string(number), 10, 64)
	return err == nil
}

// phoneOf reads the forms that the service documents: E.164, and for the mainland
// also 0086, 86 or nothing before the number. What people type, with spaces and
// dashes, is none of them. The zero Phone says that it is no number.
func phoneOf(number string) provider.Phone {
	if strings.Trim(strings.TrimPrefix(number, "+"), "0123456789") != "" {
		return provider.Phone{}
	}
	phone, _ := provider.ParsePhone(number)
	return phone
}

func isPhone(number string) bool    { return !phoneOf(number).IsZero() }
func isMainland(number string) bool { return phoneOf(number).IsMainland() }

// e164 is the number in that form, or what was given where it is no number.
func e164(number string) string { return cmp.Or(phoneOf(number).E164(), number) }

// newText is what a request wants sent, as yet to nobody.
func (s *Service) newText(p params) sim.Text {
	sign, template, values := p.text("SignName"), p.text("TemplateId"), p.texts("TemplateParamSet")
	return sim.Text{
		Mailbox: s.cfg.AppID, Ref: p.text("SessionContext"), Sign: sign, Template: template, Params: values,
		Text: sim.Signed(sign, places.Fill(s.cfg.Templates[template].Text, values)),
	}
}

// serial is the id of the nth text of a request.
func (s *Service) serial(c *sim.Call, nth int) string {
	return fmt.Sprintf("2433:%010d%017d", c.Now.Unix(), s.serials+nth)
}

type sendStatus struct {
	SerialNo, PhoneNumber string
	Fee                   int
	SessionContext        string
	Code, Message         string
	IsoCode               string
}

// newStatus says what became of the text to one number.
func newStatus(text sim.Text, o sim.Outcome) sendStatus {
	status := sendStatus{PhoneNumber: text.To, Code: o.Code}
	if !o.Refused() {
		status.SerialNo, status.SessionContext, status.Fee, status.Code = text.ID, text.Ref, billed(text), accepted
	}
	status.Message, status.IsoCode = cmp.Or(o.Words, wordsOf(status.Code)), isoCode(text.To, status.Code)
	return status
}

// isoCode is the country that stands in the status of a number. It comes with
// successes and with failures that concern no template, text or number.
func isoCode(number, code string) string {
	if code != accepted && code != noBalance && !strings.HasPrefix(code, "LimitExceeded.") {
		return ""
	}
	return countryOf(number)
}

// wordsOf are what the service says with a code.
func wordsOf(code string) string {
	row, _ := tencent.Codes().Lookup(code)
	return row.Words
}

// response is the answer to every call; each has a member of its own.
type response struct {
	Error                 *refusal      `json:",omitempty"`
	SendStatusSet         []sendStatus  `json:",omitempty"`
	PullSmsSendStatusSet  []deliveryRow `json:",omitzero"` // an empty list stays
	PullSmsReplyStatusSet []replyRow    `json:",omitzero"`
	SendStatusStatistics  *counts       `json:",omitempty"`
	RequestID             string        `json:"RequestId"`
}

// refusal is how the whole request is refused.
type refusal struct{ Code, Message string }

// contentType is what the service answers with.
const contentType = "application/json"

// Answer writes a reply: HTTP 200, whatever happened.
func (s *Service) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	r, _ := o.Data.(response)
	if o.Refused() {
		r = response{Error: &refusal{o.Code, o.Words}}
	}
	r.RequestID = fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(c.Now.Unix()), c.Seq) //nolint:gosec // The low bits are enough.
	return sim.JSON(http.StatusOK, contentType, map[string]any{"Response": r})
}

// deliveryRow is a delivery report in a reply.
type deliveryRow struct {
	UserReceiveTime                            int64
	CountryCode, SubscriberNumber, PhoneNumber string
	SerialNo, ReportStatus, Description        string
	SessionContext                             string
}

func deliveryRows(deliveries []Delivery) []deliveryRow {
	rows := make([]deliveryRow, len(deliveries))
	for i, d := range deliveries {
		country, national := split(d.Phone)
		status, code, _ := d.outcome()
		rows[i] = deliveryRow{
			UserReceiveTime: d.At.Unix(), CountryCode: country, SubscriberNumber: national, PhoneNumber: d.Phone,
			SerialNo: d.Serial, ReportStatus: status, Description: code, SessionContext: d.Session,
		}
	}
	return rows
}

// replyRow is a reply of a phone's owner in a reply of the service.
type replyRow struct {
	ExtendCode, CountryCode, PhoneNumber, SignName, ReplyContent string
	ReplyTime                                                    int64
	SubscriberNumber                                             string
}

func replyRows(replies []Reply) []replyRow {
	rows := make([]replyRow, len(replies))
	for i, r := range replies {
		country, national := split(r.Phone)
		rows[i] = replyRow{
			ExtendCode: r.ExtendCode, CountryCode: country, PhoneNumber: r.Phone, SignName: r.Sign,
			ReplyContent: r.Text, ReplyTime: r.At.Unix(), SubscriberNumber: national,
		}
	}
	return rows
}

// split returns the country code and the national number.
func split(e164 string) (country, national string) {
	phone, err := provider.ParsePhone(e164)
	if err != nil {
		return "", e164
	}
	return phone.CountryCode(), phone.National()
}

// outcome is how a report says what became of the text.
func (d Delivery) outcome() (status, code, words string) {
	if d.Failed {
		return "FAIL", cmp.Or(d.Code, "UNDELIV"), "用户短信送达失败"
	}
	return "SUCCESS", cmp.Or(d.Code, "DELIVRD"), "用户短信送达成功"
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
		status, code, words := d.outcome()
		list[i] = pushedDelivery{
			UserReceiveTime: d.At.In(sim.Beijing).Format(time.DateTime), NationCode: country, Mobile: national,
			ReportStatus: status, ErrMsg: code, Description: words, SID: d.Serial, Ext: d.Session,
		}
	}
	return sim.JSON(http.StatusOK, contentType, list).Body
}

// PushReply is the body that the service posts for a reply.
func PushReply(r Reply) []byte {
	country, national := split(r.Phone)
	return sim.JSON(http.StatusOK, contentType, struct {
		Extend     string `json:"extend"`
		Mobile     string `json:"mobile"`
		NationCode string `json:"nationcode"`
		Sign       string `json:"sign"`
		Text       string `json:"text"`
		Time       int64  `json:"time"`
	}{r.ExtendCode, national, country, r.Sign, r.Text, r.At.Unix()}).Body
}
