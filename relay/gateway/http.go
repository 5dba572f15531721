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

// call is one authenticated request.
type call struct {
	*http.Request
	// id is the job's id in the path.
	id string
	// who and role are the caller's.
	who  string
	role Role
	// control reaches the connection.
	control *http.ResponseController
	// afterEnd has something done when the gateway goes down, unless it is stopped.
	afterEnd func(do func()) (stop func() bool)
}

// answer is what a call gets. A nil body of a caller that has gone is never read.
type answer struct {
	status int
	body   any
}

// endpoint is one method of one path.
type endpoint struct {
	roles  []Role // none: no token needed
	handle func(c *call) (answer, *refusal)
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

// ServeHTTP answers a call.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.enter() {
		refuse(w, shuttingDown())
		return
	}
	defer g.calls.Done()
	result, refused := g.serve(w, r)
	if refused != nil {
		refuse(w, refused)
		return
	}
	write(w, result.status, result.body)
}

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) (answer, *refusal) {
	found, id := g.find(r.URL.Path)
	if found == nil {
		return answer{}, refuseWith(http.StatusNotFound, relayapi.CodeNotFound, "", "there is no such path")
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	end, ok := found[method]
	if !ok {
		return answer{}, methodNotAllowed(found)
	}
	c := &call{Request: r, id: id, control: http.NewResponseController(w), afterEnd: g.afterEnd}
	if refused := g.admit(c, end.roles); refused != nil {
		return answer{}, refused
	}
	return end.handle(c)
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
	refused := refuseWith(http.StatusMethodNotAllowed, relayapi.CodeMethodNotAllowed, "", "this path takes "+allowed)
	refused.header = map[string]string{"Allow": allowed}
	return refused
}

// admit finds out who calls, and whether it may.
func (g *Gateway) admit(c *call, roles []Role) *refusal {
	if len(roles) == 0 {
		return nil
	}
	known, ok := g.holder(c.Header.Get("Authorization"))
	switch {
	case !ok:
		refused := refuseWith(http.StatusUnauthorized, relayapi.CodeUnauthorized, "Authorization",
			"want Authorization: Bearer and a token that the gateway knows")
		refused.header = map[string]string{"WWW-Authenticate": `Bearer realm="relay"`}
		return refused
	case !slices.Contains(roles, known.role):
		return refuseWith(http.StatusForbidden, relayapi.CodeForbidden, "Authorization",
			"this call is not for a token of the role "+known.role.String())
	}
	c.who, c.role = known.name, known.role
	return nil
}

// holder finds the token of an Authorization header. It compares with every token,
// so that the time tells nothing.
func (g *Gateway) holder(header string) (found knownToken, ok bool) {
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

// refusal is an answer that says no.
type refusal struct {
	status int
	err    relayapi.Error
	header map[string]string
}

func refuseWith(status int, code relayapi.ErrorCode, field, message string) *refusal {
	return &refusal{status, relayapi.Error{Code: code, Field: field, Message: message}, nil}
}

func shuttingDown() *refusal {
	return refuseWith(http.StatusServiceUnavailable, relayapi.CodeShuttingDown, "", "the gateway is going down")
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
