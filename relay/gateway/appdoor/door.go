package appdoor

import (
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
	"github.com/cnsms/cnsms/relay/relayapi"
)

// Prefix begins every path of the door.
const Prefix = "/mobile/v1"

// Door is an http.Handler for the app. It is safe for concurrent use.
type Door struct {
	gateway *gateway.Gateway
	options Options
	routes  map[string]methods
	codes   *codes
	strange *strangers
	phones  *phones
}

var _ http.Handler = (*Door)(nil)

// New returns a door of the gateway, or the problems of the options. Phones can register
// only at a gateway with gateway.Config.Principals.
func New(g *gateway.Gateway, o Options) (*Door, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	d := &Door{gateway: g, options: o.withDefaults(), codes: newCodes(), strange: newStrangers(), phones: newPhones()}
	messages := methods{
		http.MethodGet:   {phone: true, degraded: noMessages, handle: d.pull},
		http.MethodPatch: {phone: true, handle: d.report},
	}
	d.routes = map[string]methods{
		"/device": {
			http.MethodPost:  {handle: d.register},
			http.MethodPatch: {phone: true, handle: d.update},
			http.MethodGet:   {handle: d.address},
		},
		"/message":       messages,
		"/messages":      messages,
		"/events":        {http.MethodGet: {phone: true, handle: d.events}},
		"/webhooks":      {http.MethodGet: {phone: true, handle: d.webhooks}},
		"/settings":      {http.MethodGet: {phone: true, handle: d.settings}},
		"/user/code":     {http.MethodGet: {handle: d.userCode}},
		"/user/password": {http.MethodPatch: {handle: d.password}},
		"/generate_204":  {http.MethodGet: {handle: d.probe}},
	}
	return d, nil
}

// endpoint is one method of one path.
type endpoint struct {
	// phone is true when the request needs a phone's token.
	phone bool
	// degraded is the body of the response while the gateway cannot do its work; nil means
	// that the request is refused.
	degraded any
	handle   func(req *request) (response, *refusal)
}

type methods map[string]endpoint

// ServeHTTP responds to a request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	called, refused := d.find(r)
	if refused != nil {
		doors.LeaveBody(w, r)
		d.refuse(w, r, refused)
		return
	}
	end, err := d.gateway.Begin()
	if err != nil {
		d.answer(w, r, called, response{}, refusalFor(err))
		return
	}
	defer end()
	req := &request{Request: r, writer: w, control: http.NewResponseController(w), ending: d.gateway.Ending()}
	result, refused := d.serveSafely(req, called) //nolint:contextcheck // the request has the context
	d.answer(w, r, called, result, refused)
}

func (d *Door) answer(w http.ResponseWriter, r *http.Request, called endpoint, result response, refused *refusal) {
	doors.LeaveBody(w, r)
	switch {
	case refused != nil && refused.passing && called.degraded != nil:
		write(w, http.StatusOK, called.degraded)
	case refused != nil:
		d.refuse(w, r, refused)
	case result.stream != nil:
		result.stream(w)
	default:
		write(w, result.status, result.body)
	}
}

func (d *Door) refuse(w http.ResponseWriter, r *http.Request, refused *refusal) {
	if !refused.counted {
		d.gateway.NoteRefusal(r.Context(), refused.by, refused.code)
	}
	for name, value := range refused.header {
		w.Header().Set(name, value)
	}
	write(w, refused.status, problem{Message: refused.message, Code: refused.code})
}

// serveSafely is serve, of which a panic ends its own request alone, as a failure of the
// queue does: nobody knows what was stored.
func (d *Door) serveSafely(req *request, called endpoint) (result response, refused *refusal) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		d.gateway.Logger().Error("appdoor: a request panicked", "panic", doors.WithoutSecrets(p), "stack", string(debug.Stack()))
		refused = refusalFor(gateway.ErrQueueFailed)
	}()
	return d.serve(req, called)
}

func (d *Door) serve(req *request, called endpoint) (response, *refusal) {
	if called.phone {
		req.token = bearer(req.Header)
		caller, err := d.gateway.Authenticate(req.Context(), req.token, gateway.RolePhone)
		if err != nil {
			return response{}, refusalFor(err)
		}
		req.caller, req.phone = caller, d.phones.of(caller.Token)
	}
	result, refused := called.handle(req)
	if refused != nil {
		refused.by = req.caller
	}
	return result, refused
}

func (d *Door) find(r *http.Request) (endpoint, *refusal) {
	path, below := strings.CutPrefix(r.URL.Path, Prefix)
	found, ok := d.routes[path]
	if !below || !ok {
		return endpoint{}, refuseWith(http.StatusNotFound, relayapi.CodeNotFound,
			"this path does not exist: the app's URL ends in "+Prefix+", without a slash")
	}
	called, ok := found[r.Method]
	if !ok {
		allowed := strings.Join(slices.Sorted(maps.Keys(found)), ", ")
		refused := refuseWith(http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "this path allows "+allowed)
		refused.header = map[string]string{"Allow": allowed}
		return endpoint{}, refused
	}
	return called, nil
}

// lanesOf are the lanes on which a phone is offered texts.
func (d *Door) lanesOf(phone gateway.Principal) []string {
	if slices.Contains(phone.Lanes, gateway.AnyLane) {
		return d.options.Lanes
	}
	return phone.Lanes
}
