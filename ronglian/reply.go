package ronglian

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/cnsms/cnsms/internal/httpx"
)

// reply is the answer to every call; each has members of its own. Names are
// matched whatever their case: the service itself varies it.
type reply struct {
	StatusCode  httpx.Scalar `json:"statusCode"`
	StatusMsg   httpx.Scalar `json:"statusMsg"`
	TemplateSMS struct {
		MessageSID httpx.Scalar `json:"smsMessageSid"`
	} `json:"templateSMS"`
	// MessageSID is where an international reply may have its id.
	MessageSID httpx.Scalar `json:"smsMessageSid"`
	Account    struct {
		Balance httpx.Scalar `json:"balance"`
	} `json:"Account"`
	Reports []json.RawMessage `json:"reports"`
}

// id is the id of the accepted message. An old example of the vendor's has a
// space before it.
func (r reply) id() string {
	if id := strings.TrimSpace(string(r.TemplateSMS.MessageSID)); id != "" {
		return id
	}
	return strings.TrimSpace(string(r.MessageSID))
}

func decode(body []byte) (reply, error) {
	var r reply
	if err := httpx.DecodeJSON(body, &r); err != nil {
		return reply{}, err
	}
	if r.StatusCode == "" {
		return reply{}, errors.New("statusCode: missing")
	}
	return r, nil
}
