package relaydoor

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// register handles POST /v1/register, which needs no token: its code is one.
func (d *Door) register(req *request) (response, *refusal) {
	var body relayapi.Register
	if refused := decode(req, &body); refused != nil {
		return response{}, refused
	}
	if body.Code == "" {
		return response{}, invalid("code", "required")
	}
	token, device, err := d.gateway.Register(req.Context(), provider.Secret(body.Code), body.Name)
	var limit *gateway.LimitError
	if errors.As(err, &limit) {
		refused := refuseWith(http.StatusTooManyRequests, relayapi.CodeTooManyRequests, "",
			fmt.Sprintf("too many codes were refused; the limit is %d %s", limit.Limit, limit.Of)).retryAfter(limit.RetryAfter)
		refused.counted = true
		return response{}, refused
	}
	if err != nil {
		return response{}, refusalFor(err, gateway.Job{})
	}
	return response{http.StatusCreated, relayapi.Registered{
		Token: relayapi.Credential(token), Name: device.Name, Role: device.Role.String(), Lanes: device.Lanes,
	}}, nil
}
