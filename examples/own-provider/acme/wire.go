package acme

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/provider/adapter"
)

const (
	textsPath      = "/v1/texts"
	balancePath    = "/v1/balance"
	codeNoSuchText = "no_such_text" // to a question about a text
	longestValue   = 20             // characters
)

// text is the body of a send.
type text struct {
	To       string   `json:"to"`
	Template string   `json:"template"`
	Values   []string `json:"values"`
	Ref      string   `json:"ref,omitempty"`
}

// newText turns a message into what goes onto the wire. Everything that can be
// found wrong is found here, before any request.
func (p *Provider) newText(call *adapter.Call, m provider.Message) ([]byte, error) {
	template, err := call.Template()
	if err != nil {
		return nil, err
	}
	values, err := call.Values(template)
	if err != nil {
		return nil, err
	}
	for i, value := range values {
		if utf8.RuneCountInString(value) > longestValue {
			return nil, call.Fail(provider.KindTemplate, "Params[%q]: longer than %d characters", template.Params[i], longestValue)
		}
	}
	return json.Marshal(text{To: m.To.E164(), Template: template.ID, Values: values, Ref: m.Ref})
}

// reply is the answer to every call. Only the code decides.
type reply struct {
	Code    string        `json:"code"`
	Message adapter.Aside `json:"message"`
	ID      adapter.Aside `json:"id"`
	State   adapter.Aside `json:"state"`
	Yuan    adapter.Aside `json:"yuan"`
}

// exchange makes one signed request. Anything but success is an error.
func (p *Provider) exchange(ctx context.Context, call *adapter.Call, method, path string, body []byte) (reply, error) {
	unixTime := strconv.FormatInt(p.client.Now().Unix(), 10)
	address := p.client.BaseURL()
	address.Path += path // EscapedPath is what will stand on the wire
	signature := sign(string(p.config().Secret), method, address.EscapedPath(), unixTime, body)
	call.Hide(signature)
	header := http.Header{"Acme-Key": {p.config().Key}, "Acme-Time": {unixTime}, "Acme-Sign": {signature}}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	request := adapter.Request{Method: method, Path: path, Header: header, Body: body, Statuses: []int{http.StatusUnprocessableEntity}}
	var answer reply
	if err := call.JSON(ctx, request, &answer); err != nil {
		return reply{}, err
	}
	if answer.Code == "" {
		return reply{}, call.Unusable("code: missing")
	}
	return answer, call.Judge(answer.Code, string(answer.Message))
}

// sign makes the signature of a request: the HMAC-SHA256 over method, path, time
// and body, each but the last on a line of its own, in lower-case hexadecimal.
func sign(secret, method, path, unixTime string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s\n%s\n%s\n", method, path, unixTime)
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

var states = map[string]provider.State{
	"queued":    provider.StatePending,
	"sent":      provider.StateSent,
	"delivered": provider.StateDelivered,
	"failed":    provider.StateFailed,
}
