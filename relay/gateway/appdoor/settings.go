package appdoor

import (
	"net/http"
	"time"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// settings are those that the door sets in the app. A word that a version of the app does not know makes
// it refuse what stands behind, so the latest word stands last.
type settings struct {
	Messages limits  `json:"messages"`
	Ping     ping    `json:"ping"`
	Gateway  channel `json:"gateway"`
}

// limits are those that the app keeps by itself. A value of 0 must be left out.
type limits struct {
	Period string `json:"limit_period"`
	Value  int    `json:"limit_value,omitempty"`
}

type ping struct {
	Seconds int `json:"interval_seconds"`
}

type channel struct {
	Notifications string `json:"notification_channel"`
}

// settings handles GET /settings.
func (d *Door) settings(req *request) (response, *refusal) {
	req.phone.settle()
	own := settings{
		Messages: limits{Period: "Disabled"},
		Ping:     ping{int(d.options.PingInterval / time.Second)},
		Gateway:  channel{"SSE_ONLY"},
	}
	if most := d.options.TextsPerMinute; most > 0 {
		own.Messages = limits{Period: "PerMinute", Value: most}
	}
	return response{status: http.StatusOK, body: own}, nil
}

// webhooks handles GET /webhooks: there are none. The app asks again for ever without an
// answer.
func (d *Door) webhooks(*request) (response, *refusal) {
	return response{status: http.StatusOK, body: []string{}}, nil
}

// userCode handles GET /user/code, by which an account would let another phone in.
func (d *Door) userCode(*request) (response, *refusal) {
	return response{}, refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "only the operator of this gateway makes codes")
}

// password handles PATCH /user/password.
func (d *Door) password(*request) (response, *refusal) {
	return response{}, refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "phones have no password at this gateway")
}

// probe handles GET /generate_204. Android runs the app's work only in a network that it has
// found good, by a request that is answered with 204; in a network without the servers that
// it asks by itself, it can be told to ask here.
func (d *Door) probe(*request) (response, *refusal) {
	return response{status: http.StatusNoContent}, nil
}
