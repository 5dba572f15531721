package aliyun

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
	"github.com/cnsms/cnsms/provider/facts"
)

// version is that of both products.
const version = "2017-05-25"

const formType = "application/x-www-form-urlencoded"

// longestRef is how many characters an OutId has room for.
const longestRef = 256

// product is one of the two, with the key that it is asked with.
type product struct {
	client *adapter.Client
	codes  facts.Codes
	key    func() accessKey // fmt does not look into functions
}

type accessKey struct{ id, secret, token string }

func newKey(id string, secret, token provider.Secret) func() accessKey {
	key := accessKey{id, string(secret), string(token)}
	return func() accessKey { return key }
}

// credentials are the fields that the account is known by.
func credentials(id string, secret, token provider.Secret) []adapter.Credential {
	return []adapter.Credential{
		{Field: "AccessKeyID", Value: id},
		{Field: "AccessKeySecret", Value: string(secret)},
		{Field: "SecurityToken", Value: string(token), Optional: true},
	}
}

// ask makes one request and reads the answer. Both products answer in JSON whatever the
// HTTP status. Anything but success is an error.
func (p product) ask(ctx context.Context, call *adapter.Call, action string, form adapter.Form) (reply, error) {
	request, err := p.request(call, action, form)
	if err != nil {
		return reply{}, err
	}
	answer, err := call.Do(ctx, request)
	if err != nil {
		return reply{}, err
	}
	read := reply{raw: answer.Body}
	if err := adapter.DecodeJSON(answer.Body, &read); err != nil {
		return reply{}, call.Unusable(err.Error())
	}
	code := string(read.Code)
	if code == "" {
		return reply{}, call.Unusable("Code: missing")
	}
	if !p.codes.Is(code) {
		call.RetryAfter(waitOf(answer, code, string(read.Message)))
		return reply{}, call.Refuse(code, p.words(read))
	}
	if err := call.Judge(code, ""); err != nil {
		return reply{}, err
	}
	if read.succeeded() == no {
		return reply{}, call.Unusable("Success: not true beside a Code that says OK")
	}
	return read, nil
}

// request signs a form. Numbers and codes stand in the body, not in the address, which
// proxies and access logs keep.
func (p product) request(call *adapter.Call, action string, form adapter.Form) (adapter.Request, error) {
	nonce, err := call.NewID()
	if err != nil {
		return adapter.Request{}, err
	}
	body, key := []byte(form.Encode()), p.key()
	bodyHash := hash(body)
	const path = "/"
	address := p.client.BaseURL()
	address.Path += path
	headers := []adapter.Field{
		{Name: "content-type", Value: formType},
		{Name: "host", Value: address.Host},
		{Name: "x-acs-action", Value: action},
		{Name: "x-acs-content-sha256", Value: bodyHash},
		{Name: "x-acs-date", Value: p.client.Now().UTC().Format(time.RFC3339)},
		{Name: "x-acs-signature-nonce", Value: nonce},
		{Name: "x-acs-version", Value: version},
	}
	if key.token != "" {
		headers = slices.Insert(headers, 2, adapter.Field{Name: "x-acs-accesskey-id", Value: key.id})
		headers = slices.Insert(headers, 6, adapter.Field{Name: "x-acs-security-token", Value: key.token})
	}
	authorization, hidden := signed{http.MethodPost, address.EscapedPath(), "", headers, bodyHash}.authorization(key.id, key.secret)
	call.Hide(hidden...)
	header := http.Header{"Authorization": {authorization}, "Content-Type": {formType}}
	for _, h := range headers {
		if strings.HasPrefix(h.Name, "x-acs-") {
			header[h.Name] = []string{h.Value}
		}
	}
	return adapter.Request{Path: path, Header: header, Body: body}, nil
}

// reply is the answer to every call; each fills other members. Only the Code decides
// which it is.
type reply struct {
	Code      adapter.Scalar
	Message   adapter.Aside
	RequestID adapter.Aside `json:"RequestId"`

	// SendSms and SendBatchSms.
	BizID adapter.Aside `json:"BizId"`
	// QuerySendDetails of 短信服务.
	Details json.RawMessage `json:"SmsSendDetailDTOs"`
	// 短信认证: an object, and of QuerySendDetails a list.
	Success json.RawMessage
	Model   json.RawMessage

	raw []byte // all of it
}

// answerTo is yes, no, or neither.
type answerTo int

const (
	neither answerTo = iota
	yes
	no
)

// succeeded is what a reply of 短信认证 says in Success. What is neither true nor false, in
// any spelling, says nothing.
func (r reply) succeeded() answerTo {
	switch strings.ToLower(strings.Trim(string(r.Success), `" `)) {
	case "true", "1":
		return yes
	case "false", "0":
		return no
	}
	return neither
}

// words are the service's own, with the id of the request behind them: its support asks
// for it. Words that say nothing are replaced by those of the code.
func (p product) words(r reply) string {
	words := string(r.Message)
	if words == "" || words == "UNKNOWN" {
		row, _ := p.codes.Lookup(string(r.Code))
		words = row.Words
	}
	if r.RequestID == "" {
		return words
	}
	return strings.TrimSpace(words + " (request " + string(r.RequestID) + ")")
}

// extra holds the id of the request.
func (r reply) extra(call *adapter.Call) map[string]string {
	if r.RequestID == "" {
		return nil
	}
	return map[string]string{"request_id": call.Redact(string(r.RequestID))}
}

// templateParam writes the values as the JSON that stands in a field of the form.
func templateParam(vars adapter.Vars) string {
	text, _ := vars.MarshalJSON() // no value of strings fails
	return string(text)
}

// checkVars refuses values that no variable takes.
func checkVars(call *adapter.Call, vars adapter.Vars) error {
	for _, v := range vars {
		switch {
		case v.Value == "":
			return call.Fail(provider.KindTemplate, "Params[%q]: empty; Aliyun takes no variable without a value", v.Name)
		case strings.Contains(v.Value, "://"):
			return call.Fail(provider.KindContent, "Params[%q]: has a URL, which Aliyun takes in no variable", v.Name)
		}
	}
	return nil
}

// checkRef refuses a Ref that OutId has no room for.
func checkRef(call *adapter.Call, ref string) error {
	if n := utf8.RuneCountInString(ref); n > longestRef {
		return call.Fail(provider.KindUnsupported, "Ref: has %d characters; Aliyun takes %d", n, longestRef)
	}
	return nil
}

// signProblems says what is wrong with the account's signature. It may be missing where
// every template has one of its own: the service sends nothing without.
func signProblems(sign string, templates provider.Templates) []error {
	if problem := signProblem(sign); problem != "" {
		return []error{errors.New(problem)}
	}
	for _, template := range templates {
		if sign == "" && template.Sign == "" {
			return []error{errors.New("Sign: must not be empty, unless each template has a Sign")}
		}
	}
	return nil
}

// signProblem says what is wrong with a signature, or nothing.
func signProblem(sign string) string {
	switch {
	case strings.ContainsAny(sign, "【】[]［］"):
		return "Sign: must not have brackets: the service adds them"
	case strings.ContainsFunc(sign, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == utf8.RuneError }):
		return "Sign: must not have white space or invisible characters"
	}
	return ""
}

// isCode reports whether text is made of ASCII letters and digits, and as long as the
// codes of 短信认证.
func isCode(text string) bool {
	isOther := func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') }
	return len(text) >= shortestCode && len(text) <= longestCode && !strings.ContainsFunc(text, isOther)
}
