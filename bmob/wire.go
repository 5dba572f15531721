package bmob

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/cnsms/cnsms/internal/codemaker"
	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// Paths begin where the signature begins: nothing that stands before /1 in the
// address is signed.
const (
	codePath           = "/1/requestSmsCode"
	textPath           = "/1/requestSms"
	verifyPath         = "/1/verifySmsCode"
	queryPath          = "/1/querySms"
	requestCaptchaPath = "/1/requestCaptcha"
	verifyCaptchaPath  = "/1/verifyCaptcha"
)

const mainlandOnly = "Bmob takes mainland numbers only"

type codeBody struct {
	Phone         string `json:"mobilePhoneNumber"`
	Template      string `json:"template,omitempty"`
	ValidateToken string `json:"validate_token,omitempty"`
}

type textBody struct {
	Phone    string            `json:"mobilePhoneNumber"`
	Content  map[string]string `json:"content"`
	Template string            `json:"template"`
}

type verifyBody struct {
	Phone string `json:"mobilePhoneNumber"`
	Code  string `json:"smsCode,omitempty"`
}

// encode writes one of the bodies. They hold strings and numbers only, so that
// nothing can fail.
func encode(body any) []byte {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic("bmob: body: " + err.Error())
	}
	return encoded
}

// submit is a send: where it goes, and who makes the code.
type submit struct {
	path    string
	address *url.URL
	body    []byte
	code    provider.CodeOrigin
}

// newSubmit checks a message and chooses the call: requestSms for a template
// with parameters, requestSmsCode otherwise.
func (p *Provider) newSubmit(m provider.Message) (submit, error) {
	if err := m.Validate(); err != nil {
		return submit{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return submit{}, err
	}
	if !m.To.IsMainland() {
		return submit{}, &provider.Error{Op: provider.OpSend, Kind: provider.KindUnsupported, Text: "To: " + mainlandOnly}
	}
	if len(template.Params) > 0 {
		return p.newText(template, m)
	}
	if err := codemaker.CheckParams("Bmob", template, m.Params); err != nil {
		return submit{}, err
	}
	body := codeBody{Phone: m.To.National(), Template: template.ID, ValidateToken: m.Captcha}
	return submit{codePath, p.codeURL, encode(body), provider.CodeByProvider}, nil
}

// newText fills a template with the caller's parameters.
func (p *Provider) newText(template provider.Template, m provider.Message) (submit, error) {
	values, err := template.Values(m.Params)
	if err != nil {
		return submit{}, err
	}
	content := make(map[string]string, len(values))
	for i, name := range template.Params {
		content[name] = values[i]
	}
	body := textBody{Phone: m.To.National(), Content: content, Template: template.ID}
	return submit{textPath, p.textURL, encode(body), provider.CodeByCaller}, nil
}

// checkMade reports why a code need not be given to the service.
func checkMade(r provider.Receipt, code string) error {
	if err := codemaker.CheckReceipt(r, code); err != nil {
		return err
	}
	if !r.To.IsMainland() {
		return &provider.Error{Op: provider.OpVerify, Kind: provider.KindUnsupported, Text: "Receipt.To: " + mainlandOnly}
	}
	return nil
}

// reply is the answer to every call; each fills other members. An error text
// makes it a failure, with or without a code.
type reply struct {
	Code  json.Number   `json:"code"`
	Error *httpx.Scalar `json:"error"`

	SMSID         httpx.Scalar `json:"smsId"`
	Msg           string       `json:"msg"`
	SMSState      string       `json:"sms_state"`
	VerifyState   bool         `json:"verify_state"`
	CaptchaToken  string       `json:"captcha_token"`
	CaptchaURL    string       `json:"captcha_url"`
	ValidateToken string       `json:"validate_token"`
}

func decode(body []byte) (reply, error) {
	var r reply
	err := httpx.DecodeJSON(body, &r)
	return r, err
}

// refuses reports whether the service says no.
func (r reply) refuses() bool { return r.Error != nil || r.Code != "" && r.Code != "0" }

func (r reply) text() string {
	if r.Error == nil {
		return ""
	}
	return string(*r.Error)
}

// states are the values of sms_state.
var states = map[string]provider.State{
	"SENDING": provider.StatePending,
	"SUCCESS": provider.StateSent,
	"FAIL":    provider.StateFailed,
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// isUnknownID reports whether Bmob says that it does not know the message.
func isUnknownID(err error) bool {
	var failure *provider.Error
	return errors.As(err, &failure) && failure.Code == codeUnknownID && failure.Kind != provider.KindUnavailable
}
