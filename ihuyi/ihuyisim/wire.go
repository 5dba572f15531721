package ihuyisim

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// form is a request's fields, from the query or the body.
type form struct {
	method, account, password, mobile, content, templateID, time, format string
}

// readForm takes fields from the query and the body together, as the service
// does; the body is read as a form whatever its content type says.
func readForm(c *sim.Call) (form, error) {
	values := c.Request.URL.Query()
	body, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return form{}, err
	}
	for name, list := range body {
		values[name] = append(values[name], list...)
	}
	f := form{
		method: values.Get("method"), account: values.Get("account"), password: values.Get("password"),
		mobile: values.Get("mobile"), content: values.Get("content"), templateID: values.Get("templateid"),
		time: values.Get("time"), format: values.Get("format"),
	}
	if method, newer := strings.CutSuffix(path.Base(c.Request.URL.Path), ".json"); newer {
		f.method, f.format = method, "json"
	}
	return f, nil
}

// values are the variables of template mode.
func (f form) values() []string {
	if f.content == "" {
		return nil
	}
	return strings.Split(f.content, "|")
}

// message is what the phone would show.
func (s *Service) message(c *sim.Call, f form) sim.Text {
	m := sim.Text{
		Mailbox: s.cfg.Account, ID: fmt.Sprintf("%d%010d", c.Now.Unix(), c.Seq),
		To: "+86" + f.mobile, Sign: s.cfg.Sign, Template: f.templateID, Text: f.content,
	}
	if s.cfg.International {
		m.To = "+" + strings.ReplaceAll(f.mobile, " ", "")
	}
	if f.templateID != "" {
		m.Params = f.values()
		m.Text = fill(s.cfg.Templates[f.templateID], m.Params)
	}
	m.Text = "【" + m.Sign + "】" + m.Text
	return m
}

// fill puts the values into a template's places; without a template the text is
// the values.
func fill(text string, values []string) string {
	if text == "" {
		return strings.Join(values, " ")
	}
	for _, value := range values {
		text = strings.Replace(text, variablePlace, value, 1)
	}
	return text
}

type submitReply struct {
	XMLName xml.Name `json:"-" xml:"SubmitResult"`
	Space   string   `json:"-" xml:"xmlns,attr"`
	Code    number   `json:"code" xml:"code"`
	Msg     string   `json:"msg" xml:"msg"`
	SMSID   string   `json:"smsid" xml:"smsid"`
	// ISMSID is how one client names the id of international texts.
	ISMSID string `json:"ismsid,omitempty" xml:"ismsid,omitempty"`
}

// newerInternationalReply is what the vendor's articles show.
type newerInternationalReply struct {
	Code   number `json:"code"`
	Msg    string `json:"msg"`
	ISMSID string `json:"ismsid,omitempty"`
}

type numberReply struct {
	XMLName xml.Name `json:"-" xml:"GetNumResult"`
	Space   string   `json:"-" xml:"xmlns,attr"`
	Code    number   `json:"code" xml:"code"`
	Msg     string   `json:"msg" xml:"msg"`
	Num     int      `json:"num" xml:"num"`
}

// number is a code that stands without quotes in JSON.
type number string

func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// xmlHeader is the first line of the service's XML.
const xmlHeader = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

// xmlSpace is the namespace of older literal replies.
const xmlSpace = "http://106.ihuyi.cn/"

// refusedID is the id that stands in a refusal.
const refusedID = "0"

func replySubmit(c *sim.Call, f form, r sim.Refusal, id string) {
	if strings.HasSuffix(c.Request.URL.Path, "/isms/Submit.json") {
		reply(c, f, newerInternationalReply{number(r.Code), r.Text, strings.TrimPrefix(id, refusedID)})
		return
	}
	answer := submitReply{Space: xmlSpace, Code: number(r.Code), Msg: r.Text, SMSID: id}
	if strings.HasSuffix(c.Request.URL.Path, "/isms.php") {
		answer.ISMSID = id
	}
	reply(c, f, answer)
}

func replyNumber(c *sim.Call, f form, r sim.Refusal, left int) {
	reply(c, f, numberReply{Space: xmlSpace, Code: number(r.Code), Msg: r.Text, Num: left})
}

// reply answers in the format that was asked for: XML unless it was JSON.
func reply(c *sim.Call, f form, answer any) {
	if f.format == "json" {
		c.ReplyJSON(http.StatusOK, "application/json; charset=utf-8", answer)
		return
	}
	body, err := xml.Marshal(answer)
	if err != nil {
		panic("ihuyisim: " + err.Error())
	}
	// The service writes one element a line. Values are escaped, so that "><"
	// stands between elements only.
	body = bytes.ReplaceAll(body, []byte("><"), []byte(">\n<"))
	c.Reply(http.StatusOK, "text/xml; charset=utf-8", append([]byte(xmlHeader), body...))
}
