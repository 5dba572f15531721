package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cnsms/cnsms/relay/relayapi"
)

// request is one authenticated request.
type request struct {
	*http.Request
	// id is the job's id in the path.
	id string
	// caller and role are those of its token.
	caller string
	role   Role
	// control reaches the connection.
	control *http.ResponseController
	// afterEnd calls do when the gateway shuts down, unless stop is called before.
	afterEnd func(do func()) (stop func() bool)
}

// response is the response to a request that the gateway does not refuse.
type response struct {
	status int
	body   any
}

// endpoint is one method of one path.
type endpoint struct {
	roles  []Role // none: no token needed
	handle func(req *request) (response, *refusal)
}

type methods map[string]endpoint

func (g *Gateway) setRoutes() {
	site, phone, reader := []Role{RoleSite}, []Role{RolePhone}, []Role{RoleSite, RoleOperator}
	g.routes = map[string]methods{
		relayapi.PathSubmissions: {
			http.MethodPost:   {site, g.submit},
			http.MethodDelete: {site, g.cancelKey},
		},
		relayapi.PathPull:         {http.MethodPost: {phone, g.pull}},
		relayapi.PathStateReports: {http.MethodPost: {phone, g.report}},
		relayapi.PathHealth:       {http.MethodGet: {nil, g.health}},
	}
	g.job = methods{
		http.MethodGet:    {reader, g.status},
		http.MethodDelete: {reader, g.cancel},
	}
}

// ServeHTTP responds to a request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.enter() {
		refuse(w, shuttingDown())
		return
	}
	defer g.running.Done()
	result, refused := g.serve(w, r)
	if refused != nil {
		refuse(w, refused)
		return
	}
	write(w, result.status, result.body)
}

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) (response, *refusal) {
	found, id := g.find(r.URL.Path)
	if found == nil {
		return response{}, refuseWith(http.StatusNotFound, relayapi.CodeNotFound, "", "this path does not exist")
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	end, ok := found[method]
	if !ok {
		return response{}, methodNotAllowed(found)
	}
	req := &request{Request: r, id: id, control: http.NewResponseController(w), afterEnd: g.afterEnd}
	if refused := g.admit(req, end.roles); refused != nil {
		return response{}, refused
	}
	return end.handle(req)
}

func (g *Gateway) find(path string) (methods, string) {
	if found, ok := g.routes[path]; ok {
		return found, ""
	}
	id, ok := strings.CutPrefix(path, relayapi.PathSubmissions+"/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return nil, ""
	}
	return g.job, id
}

func methodNotAllowed(found methods) *refusal {
	allowed := strings.Join(slices.Sorted(maps.Keys(found)), ", ")
	refused := refuseWith(http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "", "this path allows "+allowed)
	refused.header = map[string]string{"Allow": allowed}
	return refused
}

// admit finds the caller by its token and checks that its role may make the request.
func (g *Gateway) admit(req *request, roles []Role) *refusal {
	if len(roles) == 0 {
		return nil
	}
	known, ok := g.knownTokenOf(req.Header.Get("Authorization"))
	switch {
	case !ok:
		refused := refuseWith(http.StatusUnauthorized, relayapi.CodeUnauthorized, "Authorization",
			"want Authorization: Bearer with a token that the gateway knows")
		refused.header = map[string]string{"WWW-Authenticate": `Bearer realm="relay"`}
		return refused
	case !slices.Contains(roles, known.role):
		return refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "Authorization",
			"a token with the role "+known.role.String()+" may not make this request")
	}
	req.caller, req.role = known.name, known.role
	return nil
}

// knownTokenOf finds the token of an Authorization header. It compares with every
// token, so that the time that it takes reveals nothing.
func (g *Gateway) knownTokenOf(header string) (found knownToken, ok bool) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return knownToken{}, false
	}
	hash := sha256.Sum256([]byte(token))
	for _, known := range g.tokens {
		if subtle.ConstantTimeCompare(hash[:], known.hash[:]) == 1 {
			found, ok = known, true
		}
	}
	return found, ok
}

// refusal is the response to a request that the gateway refuses.
type refusal struct {
	status int
	err    relayapi.Error
	header map[string]string
}

func refuseWith(status int, code relayapi.ErrorCode, field, message string) *refusal {
	return &refusal{status, relayapi.Error{Code: code, Field: field, Message: message}, nil}
}

func shuttingDown() *refusal {
	return refuseWith(http.StatusServiceUnavailable, relayapi.CodeShuttingDown, "", "the gateway is shutting down")
}

func invalid(field, message string) *refusal {
	return refuseWith(http.StatusBadRequest, relayapi.CodeInvalidField, field, message)
}

func refuse(w http.ResponseWriter, r *refusal) {
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	write(w, r.status, relayapi.ErrorReply{Error: r.err})
}

func write(w http.ResponseWriter, status int, body any) {
	// The bodies are the structs of relayapi, which always marshal.
	encoded, _ := json.Marshal(body)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(encoded)))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(encoded)
}
