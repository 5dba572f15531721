package ihuyi

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/cnsms/cnsms/provider/adapter"
)

// decode reads a reply, which is JSON, or XML although JSON was asked for. The error
// does not repeat it.
func (r *reply) decode(body []byte) error {
	if body = adapter.TrimJSON(body); bytes.HasPrefix(body, []byte("<")) {
		return r.decodeXML(body)
	}
	return adapter.DecodeJSON(body, r)
}

// xmlReply is the answer as XML. The name of its root differs from call to call.
type xmlReply struct {
	Code   string `xml:"code"`
	Msg    string `xml:"msg"`
	SMSID  string `xml:"smsid"`
	ISMSID string `xml:"ismsid"`
	Num    string `xml:"num"`
}

// decodeXML reads the reply as UTF-8, whatever encoding it says: what decides is ASCII in
// every encoding that a Chinese service uses, and words that cannot be read do not matter.
func (r *reply) decodeXML(body []byte) error {
	var answer xmlReply
	decoder := xml.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(body, []byte("?"))))
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	if err := decoder.Decode(&answer); err != nil {
		return errors.New("not the expected XML")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something behind the XML")
	}
	text := func(value string) adapter.Aside { return adapter.Aside(strings.TrimSpace(value)) }
	*r = reply{
		Code: json.Number(strings.TrimSpace(answer.Code)), Msg: text(answer.Msg),
		SMSID: text(answer.SMSID), ISMSID: text(answer.ISMSID), Num: text(answer.Num),
	}
	return nil
}
