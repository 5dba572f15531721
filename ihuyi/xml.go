package ihuyi

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"

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
	Code   adapter.Scalar `xml:"code"`
	Msg    adapter.Aside  `xml:"msg"`
	SMSID  adapter.Aside  `xml:"smsid"`
	ISMSID adapter.Aside  `xml:"ismsid"`
	Num    adapter.Aside  `xml:"num"`
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
	*r = reply{
		Code: json.Number(answer.Code), Msg: answer.Msg, SMSID: answer.SMSID, ISMSID: answer.ISMSID, Num: answer.Num,
	}
	return nil
}
