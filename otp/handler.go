package otp

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cnsms/cnsms/otp/guard"
)

// HandlerConfig holds the settings of a Handler.
type HandlerConfig struct {
	// Service does the work. Required.
	Service *Service
	// OnVerified is called when the right code came, and makes of it what the site wants, such
	// as a login: it may set headers and cookies. done.Phone is the number that was
	// verified. Give the user a new session of the site's here, as after every login.
	// Required.
	//
	// What it writes to w is the answer; otherwise that is {"verified":true}. When it
	// returns an error or panics, the headers that it set are taken back, and the user must
	// begin anew: the code is used. An error is answered with status 500 and told to
	// Config.OnEvent; a panic is passed on to the server.
	OnVerified func(w http.ResponseWriter, r *http.Request, done Checked) error
	// Purposes are those that the handler serves. nil means all of the service's.
	Purposes []string
	// TrustedProxies are the networks of the site's own proxies, whose X-Forwarded-For is
	// believed. Without them the guard sees every user behind a proxy as one.
	TrustedProxies []netip.Prefix
	// Origins are origins of the site's pages, such as "https://example.com", whose requests
	// are let through although they come from another host than the request's. It is for
	// proxies that do not pass the header Host on. Cookies go to no other site by it.
	Origins []string
	// InsecureCookie allows the cookie over plain HTTP everywhere. Without it that is
	// so on loopback only.
	InsecureCookie bool
}

// Validate reports every problem at once.
func (c HandlerConfig) Validate() error {
	_, err := c.prepare()
	return err
}

// prepare checks the settings and makes what protects from other sites.
func (c HandlerConfig) prepare() (*http.CrossOriginProtection, error) {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if c.Service == nil {
		bad("Service: must not be nil")
	}
	if c.OnVerified == nil {
		bad("OnVerified: must not be nil; it says what a verified number is good for, such as a login")
	}
	for i, purpose := range c.Purposes {
		if c.Service == nil {
			break
		}
		if _, known := c.Service.config().Purposes[purpose]; !known {
			bad("Purposes[%d]: the service has no purpose %q", i, purpose)
		}
	}
	if c.Purposes != nil && len(c.Purposes) == 0 {
		bad("Purposes: is empty; nil means all")
	}
	for i, network := range c.TrustedProxies {
		if !network.IsValid() {
			bad("TrustedProxies[%d]: is no network", i)
		}
	}
	origins := http.NewCrossOriginProtection()
	for i, origin := range c.Origins {
		if err := origins.AddTrustedOrigin(origin); err != nil {
			bad("Origins[%d]: want an origin such as https://example.com: %w", i, err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("otp: handler config: %w", err)
	}
	return origins, nil
}

// Handler serves a Service to the pages of a site: JSON over HTTP, from the same
// origin. It is safe for concurrent use, and starts no goroutine that outlives a request.
//
//	POST start   {"purpose", "phone"}        sends a code
//	POST resend  {"id", "purpose"}           sends it again
//	POST check   {"id", "purpose", "code"}   tries a code; OnVerified
//	POST cancel  {"id", "purpose"}           gives it up
//	GET  status?id=…&purpose=…               how it is doing
//	GET  challenge                           a challenge, where the guard makes them
//	GET  openapi.json                        all this in OpenAPI 3.1
//
// A start or resend that is answered with the code "challenge" is sent again with "solution",
// which is the token of a solved challenge.
//
// Its paths are relative: mount it with http.StripPrefix. A request whose body is not JSON
// of exactly these members is refused, and so is one that a page of another origin makes.
//
// The binding of a verification is a random cookie that start sets, which scripts cannot read
// and other sites do not send. After a verification it is another one, so that who knew
// it before can do nothing with it. A second value in it, which stays, is what
// the guard knows the browser by; it ends 15 days after the last start.
//
// An error has the status of [Error.HTTPStatus], the members of [Error.MarshalJSON], a
// message for the user in Chinese or English (see [Words]), and for a bad_request, for a
// solution that is not good and for a request without the cookie a detail for the
// programmer. Who is not the holder of a verification is told the same of it as of one that
// does not exist.
type Handler struct {
	config   func() HandlerConfig // fmt does not look into functions
	origins  *http.CrossOriginProtection
	bodyTime time.Duration
}

// NewHandler makes a handler. The error names every problem of cfg at once.
func NewHandler(cfg HandlerConfig) (*Handler, error) {
	origins, err := cfg.prepare()
	if err != nil {
		return nil, err
	}
	cfg.Purposes, cfg.TrustedProxies = slices.Clone(cfg.Purposes), slices.Clone(cfg.TrustedProxies)
	return &Handler{config: func() HandlerConfig { return cfg }, origins: origins, bodyTime: bodyTime}, nil
}

// endpoint is what is served under one path.
type endpoint struct {
	method   string
	required []string
	optional []string
	serve    func(h *Handler, x *exchange) error
	anyQuery bool // the query says nothing
}

// endpoints are all paths.
var endpoints = map[string]endpoint{
	"start":  {method: http.MethodPost, required: []string{"purpose", "phone"}, optional: []string{"solution", "captcha", "key", "lang"}, serve: (*Handler).start},
	"resend": {method: http.MethodPost, required: []string{"id", "purpose"}, optional: []string{"solution", "captcha", "lang"}, serve: (*Handler).resend},
	"check":  {method: http.MethodPost, required: []string{"id", "purpose", "code"}, optional: []string{"phone", "lang"}, serve: (*Handler).check},
	"cancel": {method: http.MethodPost, required: []string{"id", "purpose"}, optional: []string{"lang"}, serve: (*Handler).cancel},
	"status": {method: http.MethodGet, required: []string{"id", "purpose"}, optional: []string{"lang"}, serve: (*Handler).status},
	// What solves challenges in browsers adds to the query as it likes.
	"challenge":    {method: http.MethodGet, serve: (*Handler).challenge, anyQuery: true},
	"openapi.json": {method: http.MethodGet, serve: (*Handler).openAPI, anyQuery: true},
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r, bodyTime: h.bodyTime, words: Words(r.Header.Get("Accept-Language"))}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if err := h.serve(x); err != nil {
		x.fail(err)
	}
}

func (h *Handler) serve(x *exchange) error {
	e, known := endpoints[strings.TrimPrefix(x.r.URL.Path, "/")]
	switch {
	case !known:
		return refused(http.StatusNotFound, "path: want start, resend, check, cancel, status, challenge or openapi.json; mount the handler with http.StripPrefix")
	case x.r.Method != e.method && (x.r.Method != http.MethodHead || e.method != http.MethodGet):
		x.w.Header().Set("Allow", allow(e.method))
		return refused(http.StatusMethodNotAllowed, "method: want "+e.method)
	case h.origins.Check(x.r) != nil:
		return refused(http.StatusForbidden, "Origin: a page of another origin made the request; if it is a page of this site, have the proxy pass Host on, or name its origin in HandlerConfig.Origins")
	}
	if err := x.read(e); err != nil {
		return err
	}
	purpose, named := x.fields["purpose"]
	if served := h.config().Purposes; named && served != nil && !slices.Contains(served, purpose) {
		return badRequest("purpose: is not served here; want one of " + strings.Join(served, ", "))
	}
	x.session = h.sessionOf(x.r)
	return e.serve(h, x)
}

func allow(method string) string {
	if method == http.MethodGet {
		return "GET, HEAD"
	}
	return method
}

// client is the address of the browser, or empty when it is not known.
func (h *Handler) client(r *http.Request) string {
	if a := guard.ClientOf(r, h.config().TrustedProxies); a.IsValid() {
		return a.String()
	}
	return ""
}
