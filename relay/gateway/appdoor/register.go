package appdoor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// registration is the body of POST /device.
type registration struct {
	Name     string    `json:"name"`
	SIMCards []simCard `json:"simCards"`
}

// registered is the response to it. There is no password, and the app needs none.
type registered struct {
	ID    string `json:"id"`
	Token string `json:"token"`
	Login string `json:"login"`
}

// register handles POST /device: a phone comes in by a code or by the private token.
func (d *Door) register(req *request) (response, *refusal) {
	address, now := d.options.ClientAddress(req.Request), d.gateway.Now()
	scheme, credential := authorization(req.Header)
	if wait := d.strange.wait(address, scheme == "code", now); wait > 0 {
		return response{}, tooMany("too many registrations have failed", wait)
	}
	var body registration
	if refused := req.decode(&body); refused != nil {
		return response{}, refused
	}
	right, wait := d.strange.guess(address, scheme == "code", now)
	if wait > 0 {
		return response{}, tooMany("too many registrations have failed", wait)
	}
	code, i, refused := d.invitation(req.Context(), scheme, credential)
	if credential == "" || refused == nil || refused.status != http.StatusUnauthorized {
		right()
	}
	if refused != nil {
		return response{}, refused
	}
	token, device, err := d.newPhone(req.Context(), i.secret, nameOf(i.name, body.Name))
	if err != nil {
		if code != "" && !errors.Is(err, gateway.ErrRegistrationUsed) {
			d.codes.putBack(code, i)
		}
		return response{}, refusalFor(err)
	}
	d.phones.of(device.Token).describe(deviceOf(body.Name, req.UserAgent(), body.SIMCards))
	d.gateway.Logger().Info("appdoor: phone registered", "phone", device.Name, "by", scheme)
	return response{status: http.StatusCreated, body: registered{device.Name, string(token), device.Name}}, nil
}

// What the app shows when it may not register.
const (
	noCredential = "registration is not open: in the app's settings enter the private token of this gateway, or choose \"By code\" with a code of its operator"
	noAccounts   = "this gateway has no accounts to sign in to: choose \"Sign up\" with its private token in the app's settings, or \"By code\""
	wrongToken   = "this is not the private token of this gateway"
	wrongCode    = "this code is wrong, was used, or has expired: ask the operator for another"
)

// invitation returns the registration that a credential stands for; for one of the short
// codes, the code too.
func (d *Door) invitation(ctx context.Context, scheme, credential string) (code string, i invited, refused *refusal) {
	no := func(message string) (string, invited, *refusal) {
		return "", invited{}, refuseWith(http.StatusUnauthorized, relayapi.CodeUnauthorized, message)
	}
	switch {
	case scheme == "basic":
		return no(noAccounts)
	case credential == "" || scheme != "bearer" && scheme != "code":
		return no(noCredential)
	case scheme == "code":
		code = typed(credential)
		i, ok := d.codes.take(code, d.gateway.Now())
		if !ok {
			return no(wrongCode)
		}
		return code, i, nil
	case !d.options.isPrivateToken(credential):
		return no(wrongToken)
	}
	if wait := d.strange.came.Begin(everybody, d.gateway.Now()); wait > 0 {
		return "", invited{}, tooMany("too many phones have registered by the private token", wait)
	}
	secret, err := d.gateway.NewRegistration(ctx, d.self(), gateway.Invitation{Lanes: d.options.Lanes, For: time.Minute})
	if err != nil {
		return "", invited{}, refusalFor(err)
	}
	return "", invited{secret: secret}, nil
}

// self is the door as the operator on whose behalf phones with the private token register.
func (d *Door) self() gateway.Principal {
	return gateway.Principal{Name: "appdoor", Role: gateway.RoleOperator}
}

// newPhone registers a phone under a name that nobody has or had: the wish, or the wish with
// a number behind it.
func (d *Door) newPhone(ctx context.Context, secret provider.Secret, wish string) (token provider.Secret, device gateway.Principal, err error) {
	const few = 10
	for n := 1; ; n++ {
		name := wish
		switch {
		case n > few:
			name = wish + "-" + strings.ToLower(rand.Text()[:8])
		case n > 1:
			name = fmt.Sprintf("%s-%d", wish, n)
		}
		token, device, err = d.gateway.Register(ctx, secret, name)
		if n > 2*few || !errors.Is(err, gateway.ErrNameTaken) {
			return token, device, err
		}
	}
}

// longestWish leaves room for what newPhone puts behind a name.
const longestWish = 48

// nameOf is a name as a gateway takes it, from the operator's wish or the phone's model.
func nameOf(wish, model string) string {
	if wish != "" {
		return cut(wish, longestWish)
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return '-'
		}
	}, model)
	clean = strings.Trim(cut(clean, longestWish), "-_.")
	if clean == "" {
		return "android"
	}
	return clean
}
