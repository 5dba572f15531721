package tencentsim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/sim"
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

const (
	largestBatch   = 200
	longestSession = 511 // bytes
)

// Codes that stand in several places.
const (
	accepted  = "Ok"
	noBalance = "FailedOperation.InsufficientBalanceInSmsPackage"
)

// text is what one SendSms wants sent.
type text struct {
	sign, templateID string
	values           []string
	session          string
	whole            string // as the phone shows it
}

type sendReply struct {
	SendStatusSet []sendStatus
	RequestID     string `json:"RequestId"`
}

type sendStatus struct {
	SerialNo, PhoneNumber string
	Fee                   int
	SessionContext        string
	Code, Message         string
	IsoCode               string
}

// send is SendSms.
func (s *Service) send(c *sim.Call, p params) {
	numbers := p.texts("PhoneNumberSet")
	if code := s.checkSend(c, p, numbers); code != "" {
		refuse(c, code)
		return
	}
	t := s.newText(p)
	script, isScripted := c.Refusal()
	if isScripted && !perNumber[script.Code] {
		c.Explain("scripted refusal")
		refuseWith(c, script)
		return
	}
	answer := sendReply{RequestID: requestID(c)}
	for _, number := range numbers {
		phone, status := s.sendTo(c, t, number)
		if status.Code == "" && isScripted {
			c.Explain("scripted refusal")
			status.Code, status.Message = script.Code, script.Text
		}
		if status.Code == "" {
			s.accept(c, t, phone, &status)
		}
		status.IsoCode = isoCode(phone, status.Code)
		s.count(c.Now, status)
		answer.SendStatusSet = append(answer.SendStatusSet, status)
	}
	reply(c, answer)
}

// checkSend returns the code to refuse the whole request with, or "".
func (s *Service) checkSend(c *sim.Call, p params, numbers []string) string {
	mainland := slices.ContainsFunc(numbers, isMainland)
	switch {
	case len(numbers) == 0:
		c.Explain("PhoneNumberSet: empty")
		return "MissingParameter.EmptyPhoneNumberSet"
	case len(numbers) > largestBatch:
		c.Explain("PhoneNumberSet: %d numbers, at most %d", len(numbers), largestBatch)
		return "LimitExceeded.PhoneNumberCountLimit"
	case mainland && slices.ContainsFunc(numbers, isForeign):
		c.Explain("PhoneNumberSet: mainland and other numbers")
		return "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	case len(p.text("SessionContext")) > longestSession:
		c.Explain("SessionContext: want fewer than %d bytes", longestSession+1)
		return "InvalidParameterValue"
	}
	return s.checkApp(c, p)
}

func (s *Service) checkApp(c *sim.Call, p params) string {
	if p.text("SmsSdkAppId") != s.cfg.AppID {
		c.Explain("SmsSdkAppId: unknown")
		return "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
	}
	return ""
}

// parsePhone reads the forms that the service documents: E.164, and for the
// mainland also 0086, 86 or nothing before the number. What people type, with
// spaces and dashes, is none of them.
func parsePhone(number string) (provider.Phone, error) {
	if strings.Trim(strings.TrimPrefix(number, "+"), "0123456789") != "" {
		return provider.Phone{}, errors.New("neither a digit nor a plus in front")
	}
	return provider.ParsePhone(number)
}

func isMainland(number string) bool {
	phone, err := parsePhone(number)
	return err == nil && phone.IsMainland()
}

func isForeign(number string) bool {
	phone, err := parsePhone(number)
	return err == nil && !phone.IsMainland()
}

func (s *Service) newText(p params) text {
	t := text{
		sign: p.text("SignName"), templateID: p.text("TemplateId"), values: p.texts("TemplateParamSet"),
		session: p.text("SessionContext"),
	}
	t.whole = fill(s.cfg.Templates[t.templateID].Text, t.values)
	if t.sign != "" {
		t.whole = "【" + t.sign + "】" + t.whole
	}
	return t
}

// fill puts the values into a template's places; without a template the text is
// the values.
func fill(text string, values []string) string {
	if text == "" {
		return strings.Join(values, " ")
	}
	pairs := make([]string, 0, 2*len(values))
	for i, value := range values {
		pairs = append(pairs, place(i+1), value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// place is how variable n stands in a template.
func place(n int) string { return fmt.Sprintf("{%d}", n) }

// sendTo checks one number. A Code in the status refuses it.
func (s *Service) sendTo(c *sim.Call, t text, number string) (provider.Phone, sendStatus) {
	status := sendStatus{PhoneNumber: number}
	phone, err := parsePhone(number)
	code := "InvalidParameterValue.IncorrectPhoneNumber"
	if err != nil {
		c.Explain("PhoneNumberSet: not a phone number in E.164 form, nor a mainland mobile number")
	} else {
		status.PhoneNumber = phone.E164()
		code = s.checkText(c, t, phone)
	}
	if code != "" {
		status.Code, status.Message = code, refusal(code).Text
	}
	return phone, status
}

// isoCode is the country that stands in the status of a number. It comes with
// successes and with failures that concern no template, text or number. The code
// of one country is on record; others are as for a country that the service does
// not recognise.
func isoCode(phone provider.Phone, code string) string {
	switch {
	case code != accepted && code != noBalance && !strings.HasPrefix(code, "LimitExceeded."):
		return ""
	case phone.IsMainland():
		return "CN"
	}
	return "DEF"
}

// accept completes the status of a number whose text is taken.
func (s *Service) accept(c *sim.Call, t text, phone provider.Phone, status *sendStatus) {
	s.serials++
	status.SerialNo = fmt.Sprintf("2433:%010d%017d", c.Now.Unix(), s.serials)
	status.Fee = billed(t.whole, phone)
	status.SessionContext = t.session
	status.Code, status.Message = accepted, "send success"
	s.balance -= status.Fee
	s.remember(c.Now, status.PhoneNumber, t)
	c.Accept(sim.Text{
		Mailbox: s.cfg.AppID, ID: status.SerialNo, Ref: t.session, To: status.PhoneNumber,
		Sign: t.sign, Template: t.templateID, Params: t.values, Text: t.whole,
	})
	if s.cfg.Deliver {
		s.deliveries.add(Delivery{Serial: status.SerialNo, Phone: status.PhoneNumber, Session: t.session, At: c.Now})
	}
}
