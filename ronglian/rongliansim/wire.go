package rongliansim

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// address is what the path of a request says.
type address struct {
	version string // 2013-12-26 or v2
	account string
	sub     bool   // a sub-account's
	call    string // what stands behind the account
	method  string // the one that the call wants
}

// readAddress takes the path apart, wherever the service is mounted.
func readAddress(c *sim.Call) address {
	parts := strings.Split(c.Request.URL.Path, "/")
	for i := 1; i+2 < len(parts); i++ {
		switch parts[i] {
		case "Accounts", "SubAccounts", "account":
			return address{
				version: parts[i-1], account: parts[i+1], sub: parts[i] == "SubAccounts", call: strings.Join(parts[i+2:], "/"),
			}
		}
	}
	return address{}
}

func (a address) wantVersion() string {
	if a.call == callInternational {
		return "v2"
	}
	return "2013-12-26"
}

// text is a JSON string or number; programs send both. A null is an empty text.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var number json.Number
	if data[0] != '"' && json.Unmarshal(data, &number) == nil {
		*t = text(number)
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

// request holds the fields of every call. The root of an XML body may have any name.
type request struct {
	account string // in the path

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

// readRequest reads the body by its content type. The error is a verdict.
func readRequest(c *sim.Call, a address) (request, error) {
	r := request{account: a.account}
	if a.method == http.MethodGet {
		return r, nil
	}
	if !strings.Contains(c.Request.Header.Get("Content-Type"), "xml") {
		err := c.JSON(&r)
		return r, err
	}
	if err := xml.Unmarshal(c.Body, &r); err != nil {
		return r, fmt.Errorf("body: not the expected XML: %w", err)
	}
	return r, nil
}

// numbers are those that a text goes to, as they stand on the wire.
func (r request) numbers() []string { return strings.Split(string(cmp.Or(r.To, r.Mobile)), ",") }

func (r request) values() []string {
	var values []string
	for _, value := range r.Datas {
		values = append(values, string(value))
	}
	return values
}

// e164 is a number of the wire in E.164 form.
func e164(number string) string {
	if abroad, ok := strings.CutPrefix(number, "00"); ok {
		return "+" + abroad
	}
	return "+86" + number
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

func newAccount(fen int) *account { return &account{fmt.Sprintf("%d.%02d", fen/100, fen%100)} }

// newID makes an id in the service's form: 32 lower-case hexadecimal digits.
func newID(c *sim.Call) string { return fmt.Sprintf("%016x%016x", c.Now.Unix(), c.Seq) }

const (
	// success is the code that stands in every good answer.
	success = "000000"
	// xmlHeader is how the service's XML begins, on the same line as the rest.
	xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`

	typeJSON = "application/json;charset=utf-8"
	typeXML  = "application/xml;charset=utf-8"
)

// notFound is the page at addresses that are no call.
var notFound = sim.Reply{
	Status: http.StatusNotFound, ContentType: "text/html; charset=utf-8", Body: []byte("<html><body>404</body></html>"),
}

// Answer writes a reply in the format that Accept asks for: JSON unless it is XML.
func (s *Service) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	r, _ := o.Data.(reply)
	r.StatusCode = success
	if o.Refused() {
		r = reply{StatusCode: o.Code, StatusMsg: o.Words}
	}
	if strings.Contains(c.Request.Header.Get("Accept"), "xml") {
		return sim.XML(http.StatusOK, typeXML, xmlHeader, r)
	}
	return sim.JSON(http.StatusOK, typeJSON, r)
}
