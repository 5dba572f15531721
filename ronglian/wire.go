package ronglian

import (
	"context"
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

const (
	// wireTime is how times stand on the wire. They are those of Beijing.
	wireTime = "20060102150405"
	// longestRef is how long a reqId may be.
	longestRef = 32
	// longestTrialValue is how many digits a value may have on a trial account.
	longestTrialValue = 4
	// longestText is in characters; the service refuses more with code 160020. Of a
	// mainland text only the service knows the whole.
	longestText = 250
)

// accountPath is where most of the account's calls are.
func (p *Provider) accountPath() string {
	kind := "Accounts"
	if p.config().SubAccount {
		kind = "SubAccounts"
	}
	return "/2013-12-26/" + kind + "/" + p.config().AccountSID
}

// newSend chooses the request for a message.
func (p *Provider) newSend(call *adapter.Call, m provider.Message) (adapter.Request, error) {
	template, err := call.Template()
	if err != nil {
		return adapter.Request{}, err
	}
	if !m.To.IsMainland() {
		return p.newInternational(call, m, template)
	}
	sms, err := p.newTemplateSMS(call, m, template)
	return p.templateRequest(sms, m.To.National()), err
}

// templateSMS is the body of a mainland text.
type templateSMS struct {
	To         string   `json:"to"`
	AppID      string   `json:"appId"`
	TemplateID string   `json:"templateId"`
	Datas      []string `json:"datas,omitempty"`
	SubAppend  string   `json:"subAppend,omitempty"`
	ReqID      string   `json:"reqId,omitempty"`
}

// newTemplateSMS fills in everything but the numbers.
func (p *Provider) newTemplateSMS(call *adapter.Call, m provider.Message, template provider.Template) (templateSMS, error) {
	values, err := call.Values(template)
	if err != nil {
		return templateSMS{}, err
	}
	cfg := p.config()
	for i, value := range values {
		if cfg.Trial && (len(value) > longestTrialValue || !adapter.IsDigits(value)) { // the service's code is 161125
			return templateSMS{}, call.Fail(provider.KindTemplate,
				"Params[%q]: a trial account takes one to four digits (Config.Trial)", template.Params[i])
		}
	}
	if m.Ref != "" && (len(m.Ref) > longestRef || !isAlphanumeric(m.Ref)) {
		return templateSMS{}, call.Fail(provider.KindUnsupported, "Ref: Ronglian takes 1 to %d letters and digits", longestRef)
	}
	return templateSMS{
		AppID: cfg.AppID, TemplateID: template.ID, Datas: values, SubAppend: cfg.SubAppend, ReqID: m.Ref,
	}, nil
}

func (p *Provider) templateRequest(sms templateSMS, numbers ...string) adapter.Request {
	sms.To = strings.Join(numbers, ",")
	return adapter.Request{Path: p.accountPath() + "/SMS/TemplateSMS", JSON: sms}
}

// internationalSMS is the body of an international text. The service takes one
// number at a time.
type internationalSMS struct {
	AppID   string `json:"appId"`
	Mobile  string `json:"mobile"`
	Content string `json:"content"`
}

func (p *Provider) newInternational(call *adapter.Call, m provider.Message, template provider.Template) (adapter.Request, error) {
	if err := p.mainAccountOnly(call); err != nil {
		return adapter.Request{}, err
	}
	if template.Text == "" {
		return adapter.Request{}, call.Fail(provider.KindUnsupported,
			"To: international texts are free text, and Templates[%q] has no Text", m.Template)
	}
	content, err := call.Text(template, longestText)
	return adapter.Request{
		Path: "/v2/account/" + p.config().AccountSID + "/international/send",
		JSON: internationalSMS{AppID: p.config().AppID, Mobile: "00" + m.To.CountryCode() + m.To.National(), Content: content},
	}, err
}

// submit makes the request of a send.
func (p *Provider) submit(ctx context.Context, call *adapter.Call, r adapter.Request) (provider.Receipt, error) {
	answer, err := p.exchange(ctx, call, r)
	if err != nil {
		return provider.Receipt{}, err
	}
	return call.Receipt(answer.id()), nil
}

// exchange signs and makes a request. Anything but success is an error.
func (p *Provider) exchange(ctx context.Context, call *adapter.Call, r adapter.Request) (reply, error) {
	sig, authorization := p.sign()
	call.Hide(sig, strings.ToLower(sig), authorization)
	r.Query = "sig=" + sig
	r.Header = http.Header{"Content-Type": {"application/json;charset=utf-8"}, "Authorization": {authorization}}
	var answer reply
	if err := call.JSON(ctx, r, &answer); err != nil {
		return reply{}, err
	}
	if answer.StatusCode == "" {
		return reply{}, call.Unusable("statusCode: missing")
	}
	return answer, call.Judge(string(answer.StatusCode), string(answer.StatusMsg))
}

// sign reads the clock once: sig and authorization must hold the same second. The
// vendor's document wants sig in upper case.
func (p *Provider) sign() (sig, authorization string) {
	cfg, now := p.config(), p.client.Now().In(adapter.Beijing).Format(wireTime)
	sum := md5.Sum([]byte(cfg.AccountSID + string(cfg.AuthToken) + now)) //nolint:gosec // As above.
	return fmt.Sprintf("%X", sum), base64.StdEncoding.EncodeToString([]byte(cfg.AccountSID + ":" + now))
}

// reply is the answer to every call; each has members of its own. Names are matched
// whatever their case: the service itself varies it. Only the code decides whether a
// text was accepted, so all else is read when it is wanted.
type reply struct {
	StatusCode  adapter.Scalar `json:"statusCode"`
	StatusMsg   adapter.Aside  `json:"statusMsg"`
	TemplateSMS sentSMS        `json:"templateSMS"`
	// MessageSID is where an international reply may have its id.
	MessageSID adapter.Aside   `json:"smsMessageSid"`
	Account    json.RawMessage `json:"Account"`
	Reports    json.RawMessage `json:"reports"`
}

// sentSMS is what a reply says of a mainland text, and empty where that is no object.
type sentSMS struct {
	MessageSID adapter.Aside `json:"smsMessageSid"`
}

// UnmarshalJSON accepts everything: without an id the text is accepted all the same.
func (s *sentSMS) UnmarshalJSON(data []byte) error {
	type plain sentSMS
	_ = json.Unmarshal(data, (*plain)(s))
	return nil
}

// id is the id of the accepted message, or empty where there is none that can be read.
// An old example of the vendor's has a space before it.
func (r reply) id() string {
	if id := strings.TrimSpace(string(r.TemplateSMS.MessageSID)); id != "" {
		return id
	}
	return strings.TrimSpace(string(r.MessageSID))
}

// balance is the account's money, or empty where there is none that can be read.
func (r reply) balance() string {
	var account struct {
		Balance adapter.Aside `json:"balance"`
	}
	_ = json.Unmarshal(r.Account, &account) // nothing is no amount either
	return string(account.Balance)
}

// reports are the elements of the list, which may be missing.
func (r reply) reports() (list []json.RawMessage, err error) {
	if len(r.Reports) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(r.Reports, &list); err != nil {
		return nil, errors.New("reports: not a list")
	}
	return list, nil
}
