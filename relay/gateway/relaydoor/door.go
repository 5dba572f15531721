// Package relaydoor is the door of a gateway that speaks package relayapi over HTTP. [Serve]
// serves it.
//
//	relay, err := gateway.New(gateway.Config{…})
//	...
//	listener, err := net.Listen("tcp", "127.0.0.1:8443")
//	...
//	err = relaydoor.Serve(ctx, listener, relay, relaydoor.ServeOptions{})
//	...
//	err = queue.Close()
//
// Serve it behind TLS: requests hold tokens and codes. Serve ends with its context, and
// shuts everything down in the right order but the queue.
//
// New returns the door as an http.Handler, for a server of your own. A request can last
// a little longer than relayapi.MaxWait, so its WriteTimeout must not be shorter; set
// ReadHeaderTimeout and IdleTimeout. Shut the gateway down first: that ends the requests that
// wait. Then shut down the http.Server, and at last close the queue.
package relaydoor

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

// Door is an http.Handler that speaks relayapi. It is safe for concurrent use.
type Door struct {
	gateway *gateway.Gateway
	routes  map[string]methods
	job     methods // of PathSubmissions + "/" + id
}

var _ http.Handler = (*Door)(nil)

// New returns a door of the gateway.
func New(g *gateway.Gateway) *Door {
	d := &Door{gateway: g}
	site, phone, reader := []gateway.Role{gateway.RoleSite}, []gateway.Role{gateway.RolePhone}, []gateway.Role{gateway.RoleSite, gateway.RoleOperator}
	d.routes = map[string]methods{
		relayapi.PathSubmissions: {
			http.MethodPost:   {site, d.submit},
			http.MethodDelete: {site, d.cancelKey},
		},
		relayapi.PathPull:         {http.MethodPost: {phone, d.pull}},
		relayapi.PathStateReports: {http.MethodPost: {phone, d.report}},
		relayapi.PathRegister:     {http.MethodPost: {nil, d.register}},
		relayapi.PathHealth:       {http.MethodGet: {nil, d.health}},
		relayapi.PathOpenAPI:      {http.MethodGet: {nil, d.describe}},
	}
	d.job = methods{
		http.MethodGet:    {reader, d.status},
		http.MethodDelete: {reader, d.cancel},
	}
	return d
}

// request is one authenticated request.
type request struct {
	*http.Request

	// id is the job's id in the path.
	id string
	// caller is the holder of its token.
	caller gateway.Principal
	// writer is where its response goes, and ending is closed when the gateway shuts down.
	writer http.ResponseWriter
	ending <-chan struct{}
}

// response is the response to a request that is not refused.
type response struct {
	status int
	body   any
}

// endpoint is one method of one path.
type endpoint struct {
	roles  []gateway.Role // none: no token needed
	handle func(req *request) (response, *refusal)
}

type methods map[string]endpoint

// ServeHTTP responds to a request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	end, err := d.gateway.Begin()
	if err != nil {
		doors.LeaveBody(w, r)
		refuse(w, refusalFor(err, gateway.Job{}))
		return
	}
	defer end()
	result, refused := d.serveSafely(w, r) //nolint:contextcheck // the request has the context
	doors.LeaveBody(w, r)
	if refused != nil {
		if !refused.counted {
			d.gateway.NoteRefusal(r.Context(), refused.by, refused.err.Code)
		}
		refuse(w, refused)
		return
	}
	write(w, result.status, result.body)
}

// serveSafely is serve, of which a panic ends its own request alone, as a failure of the
// queue does: nobody knows what was stored.
func (d *Door) serveSafely(w http.ResponseWriter, r *http.Request) (result response, refused *refusal) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		d.gateway.Logger().Error("relay: a request panicked", "panic", doors.WithoutSecrets(p), "stack", string(debug.Stack()))
		refused = refusalFor(gateway.ErrQueueFailed, gateway.Job{})
	}()
	return d.serve(w, r)
}

func (d *Door) serve(w http.ResponseWriter, r *http.Request) (response, *refusal) {
	found, id := d.find(r.URL.Path)
	if found == nil {
		return response{}, refuseWith(http.StatusNotFound, relayapi.CodeNotFound, "", "this path does not exist")
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	called, ok := found[method]
	if !ok {
		return response{}, methodNotAllowed(found)
	}
	req := &request{Request: r, id: id, writer: w, ending: d.gateway.Ending()}
	if refused := d.admit(req, called.roles); refused != nil {
		return response{}, refused
	}
	result, refused := called.handle(req)
	if refused != nil {
		refused.by = req.caller
	}
	return result, refused
}

func (d *Door) find(path string) (methods, string) {
	if found, ok := d.routes[path]; ok {
		return found, ""
	}
	id, ok := strings.CutPrefix(path, relayapi.PathSubmissions+"/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return nil, ""
	}
	return d.job, id
}

func methodNotAllowed(found methods) *refusal {
	allowed := strings.Join(slices.Sorted(maps.Keys(found)), ", ")
	refused := refuseWith(http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "", "this path allows "+allowed)
	refused.header = map[string]string{"Allow": allowed}
	return refused
}

// admit finds the caller by its token, and refuses one whose role may not make the
// request before its body is read.
func (d *Door) admit(req *request, roles []gateway.Role) *refusal {
	if len(roles) == 0 {
		return nil
	}
	caller, err := d.gateway.Authenticate(req.Context(), bearer(req.Header.Get("Authorization")), roles...)
	if err != nil {
		return refusalFor(err, gateway.Job{})
	}
	req.caller = caller
	return nil
}

// bearer is the token of an Authorization header, or nothing.
func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
