package ihuyi

import (
	"crypto/md5" //nolint:gosec // The service's protocol prescribes MD5.
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

// longestText is in characters; the service refuses more with code 4073.
const longestText = 500

var formHeader = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

// form holds the fields of a request. Empty ones are not sent.
type form struct {
	account, password, mobile, content, templateID, time, format string
}

// submitForm checks a message and fills in what a text wants.
func (p *Provider) submitForm(call *adapter.Call, m provider.Message) (form, error) {
	template, err := call.Template()
	if err != nil {
		return form{}, err
	}
	if p.config().International {
		template.ID = "" // there is no template mode
	}
	f := form{templateID: template.ID}
	// The number comes first: a text that is too long for Ihuyi is no fault of a
	// message that is not for this account at all.
	if f.mobile, err = p.mobileOf(call, m.To); err != nil {
		return form{}, err
	}
	f.content, err = p.contentOf(call, template)
	return f, err
}

// mobileOf writes the number as the account's product wants it: eleven digits,
// or country code, space and number.
func (p *Provider) mobileOf(call *adapter.Call, to provider.Phone) (string, error) {
	if p.config().International == to.IsMainland() {
		return "", call.Fail(provider.KindUnsupported,
			"To: mainland and international numbers need different Ihuyi accounts (Config.International)")
	}
	if p.config().International {
		return to.CountryCode() + " " + to.National(), nil
	}
	return to.National(), nil
}

// contentOf is the whole text, or in template mode the values joined by "|".
func (p *Provider) contentOf(call *adapter.Call, template provider.Template) (string, error) {
	if template.ID == "" {
		limit := longestText
		if p.config().International {
			limit = 0 // not documented
		}
		return call.Text(template, limit)
	}
	values, err := call.Values(template)
	if err != nil {
		return "", err
	}
	for i, value := range values {
		name, limit := template.Params[i], p.config().VariableLimit
		if strings.Contains(value, "|") {
			return "", call.Fail(provider.KindTemplate, `Params[%q]: must not contain "|", which separates values`, name)
		}
		if length := utf8.RuneCountInString(value); limit > 0 && length > limit {
			return "", call.Fail(provider.KindTemplate,
				"Params[%q]: %d characters, and the account takes %d (Config.VariableLimit)", name, length, limit)
		}
	}
	return strings.Join(values, "|"), nil
}

// sign adds what every call wants. The dynamic password is the MD5 of the values
// before encoding; a balance query has neither number nor text.
func (p *Provider) sign(f *form) {
	cfg := p.config()
	f.account, f.format = cfg.Account, cfg.calls().format
	f.time = strconv.FormatInt(p.client.Now().Unix(), 10)
	sum := md5.Sum([]byte(f.account + string(cfg.APIKey) + f.mobile + f.content + f.time)) //nolint:gosec // As above.
	f.password = hex.EncodeToString(sum[:])
}

// fields are in the order of the vendor's document.
func (f form) fields() adapter.Form {
	fields := make(adapter.Form, 0, 7)
	fields.AddIfSet("account", f.account)
	fields.AddIfSet("password", f.password)
	fields.AddIfSet("mobile", f.mobile)
	fields.AddIfSet("content", f.content)
	fields.AddIfSet("templateid", f.templateID)
	fields.AddIfSet("time", f.time)
	fields.AddIfSet("format", f.format)
	return fields
}

// reply is the answer to every call. Some accounts get the code as a string,
// and international replies name the id differently.
type reply struct {
	Code   json.Number   `json:"code"`
	Msg    adapter.Aside `json:"msg"`
	SMSID  adapter.Aside `json:"smsid"`
	ISMSID adapter.Aside `json:"ismsid"`
	Num    adapter.Aside `json:"num"`
}

// id is empty where the service gives none, for which it may write 0.
func (r reply) id() string {
	for _, id := range []adapter.Aside{r.SMSID, r.ISMSID} {
		if id != "" && id != "0" {
			return string(id)
		}
	}
	return ""
}
