package rongliansim

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// attempt is a request and what its path says.
type attempt struct {
	version string // 2013-12-26 or v2
	account string
	sub     bool   // a sub-account's
	call    string // what stands behind the account
	request request
}

// readAttempt takes the path apart, wherever the service is mounted.
func readAttempt(c *sim.Call) *attempt {
	parts := strings.Split(c.Request.URL.Path, "/")
	for i, part := range parts {
		if i == 0 || i+2 >= len(parts) {
			continue
		}
		switch part {
		case "Accounts", "SubAccounts", "account":
			return &attempt{
				version: parts[i-1], account: parts[i+1], sub: part == "SubAccounts",
				call: strings.Join(parts[i+2:], "/"),
			}
		}
	}
	return &attempt{}
}

// fits reports whether the account's kind has the call: a sub-account only sends.
func (a *attempt) fits() bool { return !a.sub || a.call == "SMS/TemplateSMS" }

func (a *attempt) wantVersion() string {
	if a.call == "international/send" {
		return "v2"
	}
	return "2013-12-26"
}

// text is a JSON string or number; programs send both.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		var number json.Number
		if err := json.Unmarshal(data, &number); err != nil {
			return errors.New("want a string or a number")
		}
		*t = text(number)
		return nil
	}
	var plain string
	if err := json.Unmarshal(data, &plain); err != nil {
		return err
	}
	*t = text(plain)
	return nil
}

// request holds the fields of every call. The root of an XML body may have any
// name.
type request struct {
	AppID      text   `json:"appId" xml:"appId"`
	To         text   `json:"to" xml:"to"`
	TemplateID text   `json:"templateId" xml:"templateId"`
	Datas      []text `json:"datas" xml:"datas>data"`
	SubAppend  text   `json:"subAppend" xml:"subAppend"`
	ReqID      text   `json:"reqId" xml:"reqId"`
	Mobile     text   `json:"mobile" xml:"mobile"`
	Content    text   `json:"content" xml:"content"`
	SMSType    text   `json:"smsType" xml:"smsType"`
	Count      text   `json:"count" xml:"count"`
}

func (r request) numbers() []string {
	if r.To == "" {
		return nil
	}
	return strings.Split(string(r.To), ",")
}

func (r request) values() []string {
	var values []string
	for _, value := range r.Datas {
		values = append(values, string(value))
	}
	return values
}

// parse reads the body by its content type, and returns the code to refuse it
// with, or "".
func (a *attempt) parse(c *sim.Call) string {
	unmarshal := json.Unmarshal
	if strings.Contains(c.Request.Header.Get("Content-Type"), "xml") {
		unmarshal = xml.Unmarshal
	}
	if err := unmarshal(c.Body, &a.request); err != nil {
		c.Explain("body: %v", err)
		return "112616"
	}
	return ""
}

// reply is the answer to every call; each has members of its own.
type reply struct {
	XMLName     xml.Name  `json:"-" xml:"Response"`
	StatusCode  string    `json:"statusCode" xml:"statusCode"`
	StatusMsg   string    `json:"statusMsg,omitempty" xml:"statusMsg,omitempty"`
	TemplateSMS *accepted `json:"templateSMS,omitempty" xml:"TemplateSMS"`
	Account     *account  `json:"Account,omitempty" xml:"Account"`
	Reports     []arrival `json:"reports,omitempty" xml:"reports"`
}

// accepted says which message was taken, and when.
type accepted struct {
	MessageSID  string `json:"smsMessageSid" xml:"smsMessageSid"`
	DateCreated string `json:"dateCreated" xml:"dateCreated"`
}

// account is the state of the account.
type account struct {
	Balance string `json:"balance" xml:"balance"`
}

// success is the code that stands in every good answer.
const success = "000000"

func acceptedReply(c *sim.Call, id string) reply {
	return reply{StatusCode: success, TemplateSMS: &accepted{id, c.Now.In(beijing).Format(wireTime)}}
}

func accountReply(fen int) reply {
	return reply{StatusCode: success, Account: &account{fmt.Sprintf("%d.%02d", fen/100, fen%100)}}
}

// refused answers with a row of the table.
func refused(code string) reply {
	row, _ := sim.FindRefusal(refusals, code)
	return reply{StatusCode: row.Code, StatusMsg: row.Text}
}

// explained answers with a scripted refusal.
func explained(c *sim.Call, scripted sim.Refusal) reply {
	c.Explain("scripted refusal")
	return reply{StatusCode: scripted.Code, StatusMsg: scripted.Text}
}

// newID makes an id in the service's form: 32 lower-case hexadecimal digits.
func newID(c *sim.Call) string { return fmt.Sprintf("%016x%016x", c.Now.Unix(), c.Seq) }

// xmlHeader is how the service's XML begins, on the same line as the rest.
const xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`

// answer writes a reply in the format that Accept asks for: JSON unless it is XML.
func (a *attempt) answer(c *sim.Call, r reply) {
	if !strings.Contains(c.Request.Header.Get("Accept"), "xml") {
		c.ReplyJSON(http.StatusOK, "application/json;charset=utf-8", r)
		return
	}
	c.Reply(http.StatusOK, "application/xml;charset=utf-8", marshalXML(r))
}

func marshalXML(v any) []byte {
	body, err := xml.Marshal(v)
	if err != nil {
		panic("rongliansim: " + err.Error())
	}
	return append([]byte(xmlHeader), body...)
}
