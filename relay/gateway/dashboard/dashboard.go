package dashboard

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/cnsms/cnsms/relay/gateway"
	"github.com/cnsms/cnsms/relay/gateway/internal/doors"
)

// maxBody is the largest form.
const maxBody = 16 << 10

// Dashboard serves the operators' pages of a gateway. Make it with [New]. It is safe for
// concurrent use.
type Dashboard struct {
	gateway  *gateway.Gateway
	options  Options
	logger   *slog.Logger
	mux      *http.ServeMux
	origins  *http.CrossOriginProtection
	sessions *sessions
	failed   *doors.Attempts // logins, by address
	collect  *collector
	streams  streams
	cards    cards
}

// New returns the pages of a gateway. End them with Close.
func New(relay *gateway.Gateway, o Options) (*Dashboard, error) {
	if relay == nil {
		return nil, errors.New("dashboard: the gateway is nil")
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	d := &Dashboard{
		gateway: relay, options: o, logger: relay.Logger(), mux: http.NewServeMux(),
		origins:  http.NewCrossOriginProtection(),
		sessions: newSessions(o),
		failed:   &doors.Attempts{Most: failedLogins, For: failedFor},
		collect:  newCollector(relay, o),
	}
	d.routes()
	return d, nil
}

// Close ends the sessions, and that the dashboard hears of changes. Streams end with the gateway or with their
// requests.
func (d *Dashboard) Close() {
	d.sessions.clear()
	d.collect.stop()
}

func (d *Dashboard) routes() {
	d.mux.HandleFunc("GET /assets/{file}", d.asset)
	d.mux.HandleFunc("GET /setup", d.setup)
	d.mux.HandleFunc("GET /login", d.loginPage)
	d.mux.HandleFunc("POST /login", d.login)
	d.mux.HandleFunc("POST /logout", d.operators(d.logout))
	d.mux.HandleFunc("GET /{$}", d.operators(d.overview))
	d.mux.HandleFunc("GET /live", d.operators(d.live))
	d.mux.HandleFunc("GET /jobs", d.operators(d.jobs))
	d.mux.HandleFunc("POST /jobs/cancel", d.operators(d.cancelJob))
	d.mux.HandleFunc("POST /sims/resume", d.operators(d.resume))
	d.mux.HandleFunc("GET /pairing", d.operators(d.pairingPage))
	d.mux.HandleFunc("POST /pairing", d.operators(d.pair))
	if d.options.Principals != nil {
		d.mux.HandleFunc("GET /tokens", d.operators(d.tokens))
		d.mux.HandleFunc("POST /tokens/revoke", d.operators(d.revoke))
	}
	d.mux.HandleFunc("/", d.operators(func(w http.ResponseWriter, r *request) {
		d.fail(w, r, http.StatusNotFound, "not_found")
	}))
}

// ServeHTTP serves a page.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	end, err := d.gateway.Begin()
	if err != nil {
		doors.LeaveBody(w, r)
		http.Error(w, "the gateway is shutting down", http.StatusServiceUnavailable)
		return
	}
	defer end()
	if !sameOrigin(r) || d.origins.Check(r) != nil {
		doors.LeaveBody(w, r)
		http.Error(w, "refused: the request comes from another origin", http.StatusForbidden)
		return
	}
	if !d.readForm(w, r) {
		return
	}
	d.mux.ServeHTTP(w, r)
}

// readForm reads the body of a request, or refuses the request. One that arrives slowly must
// not keep the gateway from shutting down.
func (d *Dashboard) readForm(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	body, err := doors.ReadBody(w, r, maxBody, d.gateway.Ending())
	if err == nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		return true
	}
	doors.LeaveBody(w, r)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, doors.ErrLate):
		http.Error(w, "the form did not arrive within ten seconds", http.StatusRequestTimeout)
	case errors.Is(err, doors.ErrEnding):
		http.Error(w, "the gateway is shutting down", http.StatusServiceUnavailable)
	case errors.As(err, &tooLarge):
		http.Error(w, "the form is larger than 16 KiB", http.StatusRequestEntityTooLarge)
	default:
		http.Error(w, "the form could not be read to its end", http.StatusBadRequest)
	}
	return false
}
