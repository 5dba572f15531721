package ihuyisim

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/cnsms/cnsms/sim"
)

// methodNumber asks for the number of messages left.
const methodNumber = "GetNum"

// form is a request's fields, from the query or the body.
type form struct {
	method, account, password, mobile, content, templateID, time, format string
}

// readForm takes fields from the query and the body together, as the service does.
// The error is a verdict; the fields that could be read come with it.
func (s *Service) readForm(c *sim.Call) (form, error) {
	values, err := c.Form()
	f := form{
		method: values.Get("method"), account: values.Get("account"), password: values.Get("password"),
		mobile: values.Get("mobile"), content: values.Get("content"), templateID: values.Get("templateid"),
		time: values.Get("time"), format: values.Get("format"),
	}
	if method, newer := strings.CutSuffix(path.Base(c.Request.URL.Path), ".json"); newer {
		f.method, f.format = method, "json"
	}
	if s.cfg.International {
		f.templateID = "" // a field that is not there is not read
	}
	return f, err
}

// values are the variables of template mode.
func (f form) values() []string {
	if f.templateID == "" || f.content == "" {
		return nil
	}
	return strings.Split(f.content, "|")
}

// to is the number in E.164 form.
func (s *Service) to(f form) string {
	if s.cfg.International {
		return "+" + strings.ReplaceAll(f.mobile, " ", "")
	}
	return "+86" + f.mobile
}

// text is what the phone shows.
func (s *Service) text(c *sim.Call, f form) sim.Text {
	shown := f.content
	if f.templateID != "" {
		shown = places.Fill(s.cfg.Templates[f.templateID], f.values())
	}
	return sim.Text{
		Mailbox: s.cfg.Account, ID: fmt.Sprintf("%d%010d", c.Now.Unix(), c.Seq), To: s.to(f), Sign: s.cfg.Sign,
		Template: f.templateID, Params: f.values(), Text: sim.Signed(s.cfg.Sign, shown),
	}
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

type templateReply struct {
	XMLName    xml.Name `json:"-" xml:"AddTemplateResult"`
	Space      string   `json:"-" xml:"xmlns,attr"`
	Code       number   `json:"code" xml:"code"`
	Msg        string   `json:"msg" xml:"msg"`
	TemplateID string   `json:"templateid" xml:"templateid"`
}

// number is a code that stands without quotes in JSON.
type number string

func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// xmlHead is the first line of the service's XML, xmlSpace the namespace of older
// literal replies.
const (
	xmlHead  = `<?xml version="1.0" encoding="utf-8"?>` + "\n"
	xmlSpace = "http://106.ihuyi.cn/"
)

// refusedID is the id that stands in a refusal.
const refusedID = "0"

// Answer writes the reply of the interface that was called.
func (s *Service) Answer(c *sim.Call, o sim.Outcome) sim.Reply {
	f, _ := s.readForm(c) // without a method it is answered like a text, without a format in XML
	code, msg, id := o.Code, o.Words, refusedID
	switch {
	case o.Refused():
	case f.method == methodNumber:
		code, msg = "2", "查询成功"
	default:
		code, msg, id = "2", "提交成功", o.Texts[0].ID
	}
	if f.method == methodNumber {
		left, _ := o.Data.(int)
		return write(f, numberReply{Space: xmlSpace, Code: number(code), Msg: msg, Num: left})
	}
	if f.method == methodTemplate {
		return write(f, templateReply{Space: xmlSpace, Code: number(code), Msg: msg, TemplateID: refusedID})
	}
	if strings.HasSuffix(c.Request.URL.Path, "/isms/Submit.json") {
		return write(f, newerInternationalReply{number(code), msg, strings.TrimPrefix(id, refusedID)})
	}
	answer := submitReply{Space: xmlSpace, Code: number(code), Msg: msg, SMSID: id}
	if strings.HasSuffix(c.Request.URL.Path, "/isms.php") {
		answer.ISMSID = id
	}
	return write(f, answer)
}

// write answers in the format that was asked for: XML unless it was JSON.
func write(f form, answer any) sim.Reply {
	if f.format == "json" {
		return sim.JSON(http.StatusOK, "application/json; charset=utf-8", answer)
	}
	r := sim.XML(http.StatusOK, "text/xml; charset=utf-8", xmlHead, answer)
	// The service writes one element a line. Values are escaped, so that "><"
	// stands between elements only.
	r.Body = bytes.ReplaceAll(r.Body, []byte("><"), []byte(">\n<"))
	return r
}
