package ihuyi

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/internal/httpx"
	"github.com/cnsms/cnsms/provider"
)

// longestText is in characters; the service refuses more with code 4073.
const longestText = 500

var formHeader = http.Header{
	"Content-Type": {"application/x-www-form-urlencoded"},
	"Accept":       {"application/json"},
}

// form holds the fields of a request. Empty ones are not sent.
type form struct {
	account, password, mobile, content, templateID, time, format string
}

// newSubmit checks and signs a message.
func (p *Provider) newSubmit(m provider.Message) (form, error) {
	if err := m.Validate(); err != nil {
		return form{}, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return form{}, err
	}
	if p.cfg.International {
		template.ID = "" // there is no template mode
	}
	f := p.newForm()
	// The number comes first: a text that is too long for Ihuyi is no fault of a
	// message that is not for this account at all.
	if f.mobile, err = p.mobileOf(m.To); err != nil {
		return form{}, err
	}
	if f.content, err = p.contentOf(template, m.Params); err != nil {
		return form{}, err
	}
	f.templateID = template.ID
	f.password = p.dynamicPassword(f)
	return f, nil
}

func (p *Provider) newBalanceQuery() form {
	f := p.newForm()
	f.password = p.dynamicPassword(f)
	return f
}

// newForm has what every call wants, but for the password.
func (p *Provider) newForm() form {
	return form{account: p.cfg.Account, time: p.unixTime(), format: p.format}
}

func (p *Provider) unixTime() string { return strconv.FormatInt(p.cfg.Now().Unix(), 10) }

// dynamicPassword is the MD5 of the values before encoding. A balance query has
// neither number nor text.
func (p *Provider) dynamicPassword(f form) string {
	plain := make([]byte, 0, 512)
	for _, part := range [...]string{f.account, string(p.cfg.APIKey), f.mobile, f.content, f.time} {
		plain = append(plain, part...)
	}
	sum := md5.Sum(plain) //nolint:gosec // As above.
	return hex.EncodeToString(sum[:])
}

// contentOf is the whole text, or in template mode the values joined by "|".
func (p *Provider) contentOf(template provider.Template, params provider.Params) (string, error) {
	if template.ID == "" {
		limit := longestText
		if p.cfg.International {
			limit = 0 // not documented
		}
		return httpx.WholeText(template, params, limit)
	}
	values, err := template.Values(params)
	if err != nil {
		return "", err
	}
	for i, value := range values {
		if problem := p.valueProblem(value); problem != "" {
			return "", sendError(provider.KindTemplate, fmt.Sprintf("Params[%q]: %s", template.Params[i], problem))
		}
	}
	return strings.Join(values, "|"), nil
}

// valueProblem is what is wrong with a value for template mode, or "".
func (p *Provider) valueProblem(value string) string {
	if strings.Contains(value, "|") {
		return `must not contain "|", which separates values`
	}
	length, limit := utf8.RuneCountInString(value), p.cfg.VariableLimit
	if limit > 0 && length > limit {
		return fmt.Sprintf("%d characters, and the account takes %d (Config.VariableLimit)", length, limit)
	}
	return ""
}

// sendError is a failure before any request.
func sendError(kind provider.Kind, text string) error {
	return &provider.Error{Op: provider.OpSend, Kind: kind, Text: text}
}

// mobileOf writes the number as the account's product wants it: eleven digits,
// or country code, space and number.
func (p *Provider) mobileOf(to provider.Phone) (string, error) {
	if p.cfg.International == to.IsMainland() {
		return "", sendError(provider.KindUnsupported,
			"To: mainland and international numbers need different Ihuyi accounts (Config.International)")
	}
	if p.cfg.International {
		return to.CountryCode() + " " + to.National(), nil
	}
	return to.National(), nil
}

// encode writes the form in the order of the vendor's document.
func (f form) encode() []byte {
	body := make([]byte, 0, 512)
	for _, field := range [...]struct{ name, value string }{
		{"account", f.account},
		{"password", f.password},
		{"mobile", f.mobile},
		{"content", f.content},
		{"templateid", f.templateID},
		{"time", f.time},
		{"format", f.format},
	} {
		if field.value != "" {
			body = httpx.AppendFormField(body, field.name, field.value)
		}
	}
	return body
}

// reply is the answer to every call. Some accounts get the code as a string,
// and international replies name the id differently.
type reply struct {
	Code   json.Number  `json:"code"`
	Msg    httpx.Scalar `json:"msg"`
	SMSID  httpx.Scalar `json:"smsid"`
	ISMSID httpx.Scalar `json:"ismsid"`
	Num    httpx.Scalar `json:"num"`
}

func (r reply) id() string {
	if r.SMSID != "" {
		return string(r.SMSID)
	}
	return string(r.ISMSID)
}

func decode(body []byte) (reply, error) {
	var r reply
	if err := httpx.DecodeJSON(body, &r); err != nil {
		return reply{}, err
	}
	if r.Code == "" {
		return reply{}, errors.New("code: missing")
	}
	return r, nil
}
