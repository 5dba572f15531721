package ronglian

import (
	"context"
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// beijing is the zone of every time on the wire. The whole country has one, and
// it has had no summer time for decades.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// wireTime is how times stand on the wire.
const wireTime = "20060102150405"

// longestRef is how long a reqId may be.
const longestRef = 32

// call is one request before it is signed.
type call struct {
	op, method string
	url        *url.URL
	body       []byte
	message    provider.Message // what the reply must not repeat
	phones     []provider.Phone
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
func (p *Provider) newTemplateSMS(m provider.Message, template provider.Template) (templateSMS, error) {
	values, err := template.Values(m.Params)
	if err != nil {
		return templateSMS{}, err
	}
	if p.cfg.Trial {
		if err := checkTrialValues(template, values); err != nil {
			return templateSMS{}, err
		}
	}
	if m.Ref != "" && (len(m.Ref) > longestRef || !isAlphanumeric(m.Ref)) {
		return templateSMS{}, &provider.Error{
			Op: provider.OpSend, Kind: provider.KindUnsupported,
			Text: fmt.Sprintf("Ref: Ronglian takes 1 to %d letters and digits", longestRef),
		}
	}
	return templateSMS{
		AppID: p.cfg.AppID, TemplateID: template.ID, Datas: values, SubAppend: p.cfg.SubAppend, ReqID: m.Ref,
	}, nil
}

// longestTrialValue is how many digits a value may have on a trial account.
const longestTrialValue = 4

// checkTrialValues refuses what a trial account answers with 161125.
func checkTrialValues(template provider.Template, values []string) error {
	for i, value := range values {
		if len(value) > longestTrialValue || !isDigits(value) {
			return &provider.Error{
				Op: provider.OpSend, Kind: provider.KindTemplate,
				Text: fmt.Sprintf("Params[%q]: a trial account takes one to four digits (Config.Trial)", template.Params[i]),
			}
		}
	}
	return nil
}

// newTemplateCall addresses a mainland text.
func (p *Provider) newTemplateCall(m provider.Message, sms templateSMS, phones ...provider.Phone) call {
	numbers := make([]string, len(phones))
	for i, phone := range phones {
		numbers[i] = phone.National()
	}
	sms.To = strings.Join(numbers, ",")
	return call{
		op: provider.OpSend, method: http.MethodPost, url: p.urls.templateSMS, body: encode(sms),
		message: m, phones: phones,
	}
}

// internationalSMS is the body of an international text. The service takes one
// number at a time.
type internationalSMS struct {
	AppID   string `json:"appId"`
	Mobile  string `json:"mobile"`
	Content string `json:"content"`
}

func (p *Provider) newInternational(m provider.Message, template provider.Template) (call, error) {
	if err := p.mainAccountOnly(provider.OpSend); err != nil {
		return call{}, err
	}
	if template.Text == "" {
		return call{}, &provider.Error{
			Op: provider.OpSend, Kind: provider.KindUnsupported,
			Text: fmt.Sprintf("To: international texts are free text, and Templates[%q] has no Text", m.Template),
		}
	}
	content, err := httpx.WholeText(template, m.Params, longestText)
	if err != nil {
		return call{}, err
	}
	return call{
		op: provider.OpSend, method: http.MethodPost, url: p.urls.international,
		body: encode(internationalSMS{
			AppID: p.cfg.AppID, Mobile: "00" + m.To.CountryCode() + m.To.National(), Content: content,
		}),
		message: m, phones: []provider.Phone{m.To},
	}, nil
}

// longestText is in characters; the service refuses more with code 160020. Of a
// mainland text only the service knows the whole.
const longestText = 250

// encode writes a body. That encoding/json escapes <, > and & is no trouble: the
// vendor's Python SDK escapes even more.
func encode(body any) []byte {
	encoded, _ := json.Marshal(body) // structs of strings always encode
	return encoded
}

// credentials sign one request: query is the address's, authorization the
// header's.
type credentials struct{ query, authorization string }

// sign reads the clock once: both halves must hold the same second.
func (p *Provider) sign() credentials {
	var space [256]byte // enough for either half, so that neither is put together from strings
	now := p.cfg.Now().In(beijing)
	plain := append(space[:0], p.cfg.AccountSID...)
	plain = append(plain, p.cfg.AuthToken...)
	plain = now.AppendFormat(plain, wireTime)
	query := sigQuery(md5.Sum(plain)) //nolint:gosec // As above.
	plain = append(space[:0], p.cfg.AccountSID...)
	plain = append(plain, ':')
	plain = now.AppendFormat(plain, wireTime)
	return credentials{query, base64.StdEncoding.EncodeToString(plain)}
}

// sigQuery writes a sum in upper case, as the vendor's document wants it.
func sigQuery(sum [md5.Size]byte) string {
	const digits = "0123456789ABCDEF"
	var space [len(sigIs) + 2*md5.Size]byte
	query := append(space[:0], sigIs...)
	for _, octet := range sum {
		query = append(query, digits[octet>>4], digits[octet&15])
	}
	return string(query)
}

// sigIs stands before the sum.
const sigIs = "sig="

// Headers that are the same in every request.
var (
	acceptJSON  = []string{"application/json"}
	contentJSON = []string{"application/json;charset=utf-8"}
)

// exchange signs and makes a call. Anything but success is an error.
func (p *Provider) exchange(ctx context.Context, c call) (reply, error) {
	signed := p.sign()
	address := *c.url
	address.RawQuery = signed.query
	answer, err := p.client.Do(ctx, httpx.Request{
		Op: c.op, Method: c.method, URL: &address, Body: c.body,
		Header: http.Header{
			"Accept": acceptJSON, "Content-Type": contentJSON, "Authorization": {signed.authorization},
		},
	})
	if err != nil {
		return reply{}, err
	}
	if answer.Status != http.StatusOK {
		return reply{}, p.client.BadReply(c.op, answer, "HTTP status")
	}
	decoded, err := decode(answer.Body)
	if err != nil {
		return reply{}, p.client.BadReply(c.op, answer, err.Error())
	}
	if decoded.StatusCode != codeAccepted {
		return reply{}, p.refusal(c, signed, decoded)
	}
	return decoded, nil
}

// refusal turns a code into an error. The service's words, and a code that is in
// no table, may repeat anything that was sent, hence the redaction.
func (p *Provider) refusal(c call, signed credentials, r reply) error {
	sig := strings.TrimPrefix(signed.query, sigIs)
	hidden := []string{string(p.cfg.AuthToken), sig, strings.ToLower(sig), signed.authorization}
	for _, phone := range c.phones {
		hidden = append(hidden, phone.National())
	}
	redact := func(text httpx.Scalar) string { return c.message.Redact(string(text), hidden...) }
	meaning, code := meaningOf(string(r.StatusCode)), string(r.StatusCode)
	if meaning.kind == provider.KindUnknown {
		code = redact(r.StatusCode)
	}
	return &provider.Error{
		Provider: p.cfg.Name, Op: c.op, Kind: meaning.kind, Scope: meaning.scope, Code: code, Text: redact(r.StatusMsg),
		HTTPStatus: http.StatusOK, MayHaveSent: meaning.mayHaveSent && c.op == provider.OpSend,
	}
}
