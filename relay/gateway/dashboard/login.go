package dashboard

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cnsms/cnsms/provider"
	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
)

// sessionCookie is the name of the session's cookie.
const sessionCookie = "cnsms_session"

// request is a request of an operator.
type request struct {
	*http.Request

	operator gateway.Principal
	session  string
	words    words
}

// seconds are those of a Retry-After: whole ones, and enough.
func seconds(wait time.Duration) int { return max(1, int((wait+time.Second-1)/time.Second)) }

// operators admits only requests with the session of an operator whose token is still good.
func (d *Dashboard) operators(handle func(http.ResponseWriter, *request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &request{Request: r, words: language(w, r)}
		if err := d.authenticate(r.Context(), req); err != nil {
			d.turnAway(w, req, err)
			return
		}
		handle(w, req)
	}
}

// errNoSession: there is no session, or it is over.
var errNoSession = errors.New("dashboard: no session")

// authenticate finds the operator of a session, and asks the gateway for its token anew.
func (d *Dashboard) authenticate(ctx context.Context, r *request) error {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return errNoSession
	}
	token, ok := d.sessions.find(cookie.Value, d.gateway.Now())
	if !ok {
		return errNoSession
	}
	operator, err := d.gateway.Authenticate(ctx, string(token), gateway.RoleOperator)
	var forbidden *gateway.ForbiddenError
	if errors.Is(err, gateway.ErrUnauthorized) || errors.As(err, &forbidden) {
		d.sessions.end(cookie.Value)
		return errNoSession
	}
	r.operator, r.session = operator, cookie.Value
	return err
}

// turnAway sends a person to the login, and tells a program.
func (d *Dashboard) turnAway(w http.ResponseWriter, r *request, err error) {
	switch {
	case !errors.Is(err, errNoSession):
		http.Error(w, "the gateway's queue failed", http.StatusServiceUnavailable)
	case r.Method != http.MethodGet || r.URL.Path == "/live" || !strings.Contains(r.Header.Get("Accept"), "text/html"):
		http.Error(w, "no session", http.StatusUnauthorized)
	default:
		http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
	}
}

func (d *Dashboard) loginPage(w http.ResponseWriter, r *http.Request) {
	req := &request{Request: r, words: language(w, r)}
	if d.authenticate(r.Context(), req) == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	d.render(w, req, http.StatusOK, "login", "login", nil)
}

func (d *Dashboard) login(w http.ResponseWriter, r *http.Request) {
	req := &request{Request: r, words: language(w, r)}
	refuse := func(status int, why string) { d.render(w, req, status, "login", "login", req.words.of(why)) }
	from, now := doors.Neighbourhood(d.options.client(r).String()), d.gateway.Now()
	if wait := d.failed.Begin(from, now); wait > 0 { // it counts as failed until it has not
		w.Header().Set("Retry-After", strconv.Itoa(seconds(wait)))
		refuse(http.StatusTooManyRequests, "login_often")
		return
	}
	token := provider.Secret(strings.TrimSpace(r.PostFormValue("token")))
	_, err := d.gateway.Authenticate(r.Context(), string(token), gateway.RoleOperator)
	var forbidden *gateway.ForbiddenError
	switch {
	case errors.As(err, &forbidden):
		refuse(http.StatusForbidden, "login_role")
		return
	case errors.Is(err, gateway.ErrUnauthorized):
		refuse(http.StatusUnauthorized, "login_wrong")
		return
	}
	d.failed.Forgive(from)
	if err != nil {
		refuse(http.StatusServiceUnavailable, "failed_queue")
		return
	}
	if old, err := r.Cookie(sessionCookie); err == nil {
		d.sessions.end(old.Value) // the browser forgets it
	}
	id, err := d.sessions.begin(token, now)
	if err != nil {
		refuse(http.StatusServiceUnavailable, "failed_queue")
		return
	}
	http.SetCookie(w, d.cookie(r, id, 0))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (d *Dashboard) logout(w http.ResponseWriter, r *request) {
	d.sessions.end(r.session)
	http.SetCookie(w, d.cookie(r.Request, "", -1))
	http.Redirect(w, r.Request, "/login", http.StatusSeeOther)
}

func (d *Dashboard) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure is set where the browser speaks TLS
		Name: sessionCookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: d.options.encrypted(r),
	}
}
