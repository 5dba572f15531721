package tencent

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

const (
	// longestSession is how long a SessionContext may be, in bytes.
	longestSession = 511
	// longestCode is how many digits a template for verification codes takes.
	longestCode = 6
)

// submission is one SendSms. Empty fields are not sent.
type submission struct {
	call       *adapter.Call
	phones     []provider.Phone // all mainland or all not, each once
	template   string
	values     []string
	sign       string
	senderID   string
	extendCode string
	session    string
}

// newSubmission checks a message to some phones, which are all mainland or all
// not.
func (p *Provider) newSubmission(m provider.Message, phones []provider.Phone) (submission, error) {
	m.To = phones[0]
	call, cfg := p.client.NewSend(m), p.config()
	for _, phone := range phones {
		call.Hide(phone.National())
	}
	template, err := call.Template()
	if err != nil {
		return submission{}, err
	}
	values, err := call.Values(template)
	if err != nil {
		return submission{}, err
	}
	s := submission{
		call: call, phones: phones, template: template.ID, values: values,
		sign: cmp.Or(template.Sign, cfg.Sign), extendCode: cfg.ExtendCode, session: m.Ref,
	}
	if !m.To.IsMainland() {
		s.senderID = cfg.SenderID
	}
	return s, s.check(template.Params, slices.Contains(cfg.Notices, m.Template))
}

// check refuses what the service certainly refuses. A code is held to what it takes in
// a template for verification codes, unless the template is known to be a notice. A URL
// it takes in no parameter; what looks less like one is left to it.
func (s submission) check(params []string, isNotice bool) error {
	for i, value := range s.values {
		if params[i] == provider.ParamCode && !isNotice && (len(value) > longestCode || strings.Trim(value, "0123456789") != "") {
			return s.call.Fail(provider.KindTemplate, "Params[%q]: a template for verification codes takes up to %d digits; "+
				"if this one is of another type, name it in Config.Notices", params[i], longestCode)
		}
		if strings.Contains(value, "://") {
			return s.call.Fail(provider.KindContent, "Params[%q]: has a URL, which the service takes in no parameter", params[i])
		}
	}
	switch {
	case s.sign == "" && s.phones[0].IsMainland():
		return s.call.Fail(provider.KindSignature, "Sign: mainland numbers need a signature; set Config.Sign or the template's Sign")
	case len(s.session) > longestSession:
		return s.call.Fail(provider.KindUnsupported, "Ref: has %d bytes; Tencent takes %d", len(s.session), longestSession)
	}
	return nil
}

// read brings the answer out of a reply, or the refusal of the whole request.
func read(call *adapter.Call, reply adapter.Reply, answer any) error {
	var outer struct {
		Response json.RawMessage
		Code     adapter.Aside // this and the next are of an older form of a refusal
		CodeDesc adapter.Aside
		Message  adapter.Aside
	}
	if err := adapter.DecodeJSON(reply.Body, &outer); err != nil {
		return call.Unusable(err.Error())
	}
	if outer.CodeDesc != "" && outer.Code != "" && !facts.Equal(string(outer.Code), "0") {
		return call.Refuse(string(outer.CodeDesc), string(outer.Message))
	}
	var refused struct {
		Error struct {
			Code    adapter.Scalar
			Message adapter.Aside
		}
		RequestID adapter.Aside `json:"RequestId"`
	}
	if err := adapter.DecodeJSON(outer.Response, &refused); err != nil {
		return call.Unusable("Response: " + err.Error())
	}
	switch {
	case refused.Error.Code != "":
		return call.Refuse(string(refused.Error.Code), withRequest(refused.Error.Message, refused.RequestID))
	case reply.Status != http.StatusOK:
		return call.Unusable("HTTP status")
	}
	if err := adapter.DecodeJSON(outer.Response, answer); err != nil {
		return call.Unusable("Response: " + err.Error())
	}
	return nil
}

// withRequest puts the id of the request behind the service's words: its support asks
// for it.
func withRequest(words, requestID adapter.Aside) string {
	if requestID == "" {
		return string(words)
	}
	return string(words + " (request " + requestID + ")")
}

// sendReply is the answer to a submission.
type sendReply struct {
	Statuses  []sendStatus  `json:"SendStatusSet"`
	RequestID adapter.Aside `json:"RequestId"`
}

// sendStatus is what the answer says of one number. Only the number and the code decide.
type sendStatus struct {
	PhoneNumber, Code      adapter.Scalar
	SerialNo, Message, Fee adapter.Aside
}

// of returns the status of one phone. The service is known to write numbers with
// and without a plus; a mainland number may lack its country code too, but then it
// has nothing in front: +13800138000 is a number of another country.
func (r sendReply) of(phone provider.Phone) (sendStatus, bool) {
	country, national, mainland := phone.CountryCode(), phone.National(), phone.IsMainland()
	for _, status := range r.Statuses {
		digits := strings.TrimPrefix(strings.TrimPrefix(string(status.PhoneNumber), "+"), "00")
		rest, found := strings.CutPrefix(digits, country)
		if found && rest == national || mainland && string(status.PhoneNumber) == national {
			return status, true
		}
	}
	return sendStatus{}, false
}

// resultOf returns the receipt of one number, or why it has none.
func (s submission) resultOf(reply sendReply, phone provider.Phone) (provider.Receipt, error) {
	status, found := reply.of(phone)
	switch {
	case !found:
		return provider.Receipt{}, s.call.Unusable("no status of this number")
	case status.Code == "":
		return provider.Receipt{}, s.call.Unusable("a status without a Code")
	}
	if err := s.call.Judge(string(status.Code), withRequest(status.Message, reply.RequestID)); err != nil {
		return provider.Receipt{}, err
	}
	receipt := s.call.Receipt(string(status.SerialNo))
	receipt.To, receipt.Extra = phone, extra("request_id", string(reply.RequestID), "fee", string(status.Fee))
	return receipt, nil
}

// extra makes a map of names and values, and leaves out what is empty.
func extra(pairs ...string) map[string]string {
	m := map[string]string{}
	for pair := range slices.Chunk(pairs, 2) {
		if pair[1] != "" {
			m[pair[0]] = pair[1]
		}
	}
	return m
}
