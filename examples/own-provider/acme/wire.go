package acme

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/cnsms/cnsms/provider"
)

const (
	textsPath   = "/v1/texts"
	balancePath = "/v1/balance"

	// longestValue is how many characters a value of a template may have.
	longestValue = 20
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
func (p *Provider) newText(m provider.Message) ([]byte, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	template, err := p.cfg.Templates.Lookup(m.Template)
	if err != nil {
		return nil, err
	}
	values, err := template.Values(m.Params)
	if err != nil {
		return nil, err
	}
	for i, value := range values {
		if utf8.RuneCountInString(value) > longestValue {
			return nil, &provider.Error{
				Op: provider.OpSend, Kind: provider.KindTemplate,
				Text: fmt.Sprintf("Params[%q]: longer than %d characters", template.Params[i], longestValue),
			}
		}
	}
	return json.Marshal(text{To: m.To.E164(), Template: template.ID, Values: values, Ref: m.Ref})
}

// sign makes the signature of a request: the HMAC-SHA256 over method, path, time
// and body, each but the last on a line of its own, in lower-case hexadecimal.
func sign(secret, method, path, unixTime string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s\n%s\n%s\n", method, path, unixTime)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// reply is the answer to every call.
type reply struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	ID      string `json:"id"`
	State   string `json:"state"`
	Yuan    string `json:"yuan"`
}

// decode reads an answer. The error does not repeat it: it could hold anything.
func decode(body []byte) (reply, error) {
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		return reply{}, errors.New("not the expected JSON")
	}
	if r.Code == "" {
		return reply{}, errors.New("code: missing")
	}
	return r, nil
}

// decimal is how Acme writes amounts.
var decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

var states = map[string]provider.State{
	"queued":    provider.StatePending,
	"sent":      provider.StateSent,
	"delivered": provider.StateDelivered,
	"failed":    provider.StateFailed,
}
