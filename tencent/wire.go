package tencent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/provider"
)

const (
	// longestSession is how long a SessionContext may be, in bytes.
	longestSession = 511
	// largestBatch is how many numbers one SendSms takes.
	largestBatch = 200
	// longestCode is how many digits a template for verification codes takes.
	longestCode = 6
)

// submission is one SendSms. Empty fields are not sent.
type submission struct {
	message    provider.Message
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
	if err := m.Validate(); err != nil {
		return submission{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return submission{}, err
	}
	values, err := template.Values(m.Params)
	if err != nil {
		return submission{}, err
	}
	if err := p.checkCode(m, template); err != nil {
		return submission{}, err
	}
	if err := checkLinks(template, values); err != nil {
		return submission{}, err
	}
	s := submission{
		message: m, phones: phones, template: template.ID, values: values,
		sign: cmp.Or(template.Sign, p.cfg.Sign), extendCode: p.cfg.ExtendCode, session: m.Ref,
	}
	mainland := phones[0].IsMainland()
	if !mainland {
		s.senderID = p.cfg.SenderID
	}
	switch {
	case mainland && s.sign == "":
		return submission{}, &provider.Error{
			Op: provider.OpSend, Kind: provider.KindTemplate,
			Text: "Sign: mainland numbers need a signature; set Config.Sign or the template's Sign",
		}
	case len(s.session) > longestSession:
		return submission{}, &provider.Error{
			Op: provider.OpSend, Kind: provider.KindUnsupported,
			Text: fmt.Sprintf("Ref: has %d bytes; Tencent takes %d", len(s.session), longestSession),
		}
	}
	return s, nil
}

// checkCode holds a code to what the service takes in a template for
// verification codes, unless the template is known to be of another type.
func (p *Provider) checkCode(m provider.Message, template provider.Template) error {
	if !slices.Contains(template.Params, provider.ParamCode) || slices.Contains(p.cfg.Notices, m.Template) {
		return nil
	}
	code := m.Params[provider.ParamCode]
	if len(code) <= longestCode && strings.Trim(code, "0123456789") == "" {
		return nil
	}
	return &provider.Error{
		Op: provider.OpSend, Kind: provider.KindTemplate,
		Text: `Params["code"]: a template for verification codes takes up to 6 digits; if this one is of another type, name it in Config.Notices`,
	}
}

// checkLinks refuses what is certainly a URL: the service takes none in a
// parameter. What looks less like one is left to the service.
func checkLinks(template provider.Template, values []string) error {
	for i, value := range values {
		if strings.Contains(value, "://") {
			return &provider.Error{
				Op: provider.OpSend, Kind: provider.KindContent,
				Text: fmt.Sprintf("Params[%q]: has a URL, which the service takes in no parameter", template.Params[i]),
			}
		}
	}
	return nil
}

// redact strikes what the message holds, its recipients and the credentials out
// of a text that the service wrote.
func (p *Provider) redact(s submission, text string) string {
	hidden := slices.Clone(p.sdk.secrets)
	for _, phone := range s.phones {
		hidden = append(hidden, phone.National())
	}
	return s.message.Redact(text, hidden...)
}

// sendReply is what the service says of a submission.
type sendReply struct {
	statuses  []sendStatus
	requestID string
}

// sendStatus is what it says of one number of a submission.
type sendStatus struct {
	serial, phone, code, text, fee string
}

// of returns the status of one phone. The service is known to write numbers with
// and without a plus; a mainland number may lack its country code too, but then it
// has nothing in front: +13800138000 is a number of another country.
func (r sendReply) of(phone provider.Phone) (sendStatus, bool) {
	country, national, mainland := phone.CountryCode(), phone.National(), phone.IsMainland()
	for _, status := range r.statuses {
		digits := strings.TrimPrefix(strings.TrimPrefix(status.phone, "+"), "00")
		rest, found := strings.CutPrefix(digits, country)
		if found && rest == national || mainland && status.phone == national {
			return status, true
		}
	}
	return sendStatus{}, false
}

// delivery is a row of the delivery reports that are pulled.
type delivery struct {
	serial, status, description, session string
	from                                 handset
	unixTime                             uint64
}

// answer is a row of the replies that are pulled.
type answer struct {
	text, sign, extendCode string
	from                   handset
	unixTime               uint64
}

// handset is a number as reports have it: in parts and as a whole. Either may be
// missing.
type handset struct{ country, national, whole string }

// phone reads the number. The parts go first, because a whole without a plus can
// look like a number of another country: 13105550123 is one of the United States
// and one of mainland China. What is no phone number, such as a carrier's service
// number, gives the zero Phone: the rest of the report is worth having.
func (h handset) phone() provider.Phone {
	country := strings.TrimLeft(h.country, "+0")
	if phone, err := provider.NewPhone(country, h.national); err == nil {
		return phone
	}
	phone, err := provider.ParsePhone(h.whole)
	if err != nil || country != "" && phone.CountryCode() != country {
		return provider.Phone{}
	}
	return phone
}
